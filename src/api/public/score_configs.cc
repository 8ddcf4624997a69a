#include "api/public/score_configs.h"

#include <algorithm>
#include <array>

#include "api/public/list_parameters.h"
#include "api/request_body.h"

namespace clew::api {

namespace {

using domain::Scope;
using domain::ScoreDataType;
using http::Method;
using scores::Category;
using scores::ScoreConfig;

constexpr std::array<std::string_view, 6> kPatchable = {"isArchived", "name",     "description",
                                                        "minValue",   "maxValue", "categories"};

Error expected(std::string_view field, std::string_view what) {
  return {Errc::kInvalidArgument, std::string(field) + ": expected " + std::string(what)};
}

Result<std::optional<double>> number_of(const RequestBody& body, std::string_view field) {
  const json::Value* value = body.find(field);
  if (!value || value->is_null()) return std::optional<double>();
  if (!value->is_number()) return expected(field, "a number");
  return std::optional(value->to_number<double>());
}

// Null: absent or null.
Result<std::optional<std::vector<Category>>> categories_of(const RequestBody& body) {
  const json::Value* given = body.find("categories");
  if (!given || given->is_null()) return std::optional<std::vector<Category>>();
  if (!given->is_array()) return expected("categories", "a list of {label, value}");
  std::vector<Category> out;
  for (const json::Value& item : given->get_array()) {
    const json::Value* label = json::find(item, "label");
    const json::Value* value = json::find(item, "value");
    if (!label || !label->is_string() || !value || !value->is_number()) {
      return expected("categories", "a list of {label, value}");
    }
    out.push_back({.label = std::string(label->get_string()), .value = value->to_number<double>()});
  }
  return std::optional(std::move(out));
}

Result<ScoreConfig> read_new(const RequestBody& body, const std::string& project_id) {
  ScoreConfig config;
  config.project_id = project_id;
  CLEW_TRY(config.name, body.text("name"));
  CLEW_TRY(const std::string type_name, body.text("dataType"));
  const auto type = domain::parse_score_data_type(type_name);
  if (!type || *type == ScoreDataType::kCorrection) {
    return expected("dataType", "NUMERIC, CATEGORICAL, BOOLEAN or TEXT");
  }
  config.data_type = *type;
  CLEW_TRY(config.description, body.optional_text("description"));
  CLEW_TRY(config.min_value, number_of(body, "minValue"));
  CLEW_TRY(config.max_value, number_of(body, "maxValue"));
  CLEW_TRY(auto categories, categories_of(body));
  if (categories) config.categories = *std::move(categories);
  return config;
}

Result<scores::ConfigPatch> read_patch(const RequestBody& body) {
  if (std::ranges::none_of(kPatchable, [&](std::string_view field) { return body.has(field); })) {
    return Error{Errc::kInvalidArgument,
                 "Expected at least one of isArchived, name, description, minValue, maxValue, categories"};
  }
  scores::ConfigPatch patch;
  if (const json::Value* archived = body.find("isArchived"); archived && !archived->is_null()) {
    if (!archived->is_bool()) return expected("isArchived", "true or false");
    patch.is_archived = archived->get_bool();
  }
  CLEW_TRY(patch.name, body.optional_text("name"));
  if (body.has("description")) {
    CLEW_TRY(patch.description, body.optional_text("description"));
  }
  if (body.has("minValue")) {
    CLEW_TRY(patch.min_value, number_of(body, "minValue"));
  }
  if (body.has("maxValue")) {
    CLEW_TRY(patch.max_value, number_of(body, "maxValue"));
  }
  CLEW_TRY(patch.categories, categories_of(body));
  return patch;
}

void write(JsonWriter& json, const ScoreConfig& config) {
  const auto number_or_null = [&](const std::optional<double>& value) {
    if (value) {
      json.number(*value);
    } else {
      json.null();
    }
  };
  json.begin_object();
  json.key("id").text(config.id);
  json.key("name").text(config.name);
  json.key("createdAt").time(config.created_at);
  json.key("updatedAt").time(config.updated_at);
  json.key("projectId").text(config.project_id);
  json.key("dataType").text(domain::to_text(config.data_type));
  json.key("isArchived").boolean(config.is_archived);
  json.key("minValue");
  number_or_null(config.min_value);
  json.key("maxValue");
  number_or_null(config.max_value);
  json.key("categories");
  if (config.categories.empty()) {
    json.null();
  } else {
    json.begin_array();
    for (const Category& category : config.categories) {
      json.begin_object();
      json.key("label").text(category.label);
      json.key("value").number(category.value);
      json.end_object();
    }
    json.end_array();
  }
  json.key("description").optional_text(config.description);
  json.end_object();
}

http::Response answer(const ScoreConfig& config) {
  JsonWriter json;
  write(json, config);
  return http::json_response(200, json.take());
}

Result<http::Response> list_configs(scores::ScoreConfigs& configs, Context& context) {
  ListParameters parameters(context.query);
  const std::size_t page = parameters.page();
  const std::size_t limit = parameters.limit();
  if (parameters.has_fault()) return parameters.fault();
  CLEW_TRY(const scores::ConfigPage found, configs.list(context.project_id(), page, limit));
  JsonWriter json;
  json.begin_object().key("data").begin_array();
  for (const ScoreConfig& config : found.configs)
    write(json, config);
  json.end_array();
  write_page_meta(json, page, limit, found.total);
  json.end_object();
  return http::json_response(200, json.take());
}

Result<http::Response> create_config(scores::ScoreConfigs& configs, Context& context) {
  CLEW_TRY(const RequestBody body, RequestBody::parse(context));
  CLEW_TRY(ScoreConfig config, read_new(body, context.project_id()));
  CLEW_TRY(const ScoreConfig made,
           configs.create(std::move(config), auth::actor_of(context.principal, context.request)));
  return answer(made);
}

Result<http::Response> get_config(scores::ScoreConfigs& configs, Context& context) {
  CLEW_TRY(const ScoreConfig config, configs.get(context.project_id(), context.path("configId")));
  return answer(config);
}

Result<http::Response> patch_config(scores::ScoreConfigs& configs, Context& context) {
  CLEW_TRY(const RequestBody body, RequestBody::parse(context));
  CLEW_TRY(const scores::ConfigPatch patch, read_patch(body));
  CLEW_TRY(const ScoreConfig updated, configs.update(context.project_id(), context.path("configId"), patch,
                                                     auth::actor_of(context.principal, context.request)));
  return answer(updated);
}

}  // namespace

void register_score_configs(Endpoints& endpoints, scores::ScoreConfigs& configs) {
  const auto add = [&](Method method, std::string pattern, ErrorShape errors, auto handler) {
    const bool reads = method == Method::kGet;
    endpoints.add({.method = method,
                   .pattern = std::move(pattern),
                   .scope = reads ? Scope::kProjectRead : Scope::kScoreConfigsWrite,
                   .errors = errors,
                   .body_bytes_max = reads ? 0 : kJsonBodyMax},
                  [&configs, handler](Context& context) { return handler(configs, context); });
  };
  const auto add_all = [&](const std::string& all, ErrorShape errors) {
    const std::string one = all + "/{configId}";
    add(Method::kGet, all, errors, list_configs);
    add(Method::kPost, all, errors, create_config);
    add(Method::kGet, one, errors, get_config);
    add(Method::kPatch, one, errors, patch_config);
  };
  add_all("/api/public/score-configs", ErrorShape::kStandard);
  add_all("/api/ui/projects/{projectId}/score-configs", ErrorShape::kUi);
}

}  // namespace clew::api
