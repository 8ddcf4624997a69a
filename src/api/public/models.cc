#include "api/public/models.h"

#include <algorithm>

#include "api/public/list_parameters.h"
#include "api/request_body.h"
#include "auth/audit.h"
#include "models/model_json.h"

namespace clew::api {

namespace {

using domain::Scope;
using http::Method;
using ingest::ModelDefinition;

struct Listed {
  ModelDefinition model;
  bool is_builtin;
};

// By name, unit, start date with the latest first and "always" last; then by id, so that pages do not overlap.
bool comes_first(const Listed& a, const Listed& b) {
  if (a.model.model_name != b.model.model_name) return a.model.model_name < b.model.model_name;
  if (a.model.unit != b.model.unit)
    return b.model.unit.empty() || (!a.model.unit.empty() && a.model.unit < b.model.unit);
  if (a.model.start_date_us != b.model.start_date_us) return a.model.start_date_us > b.model.start_date_us;
  return a.model.id < b.model.id;
}

Result<http::Response> list(const ModelRoutes& routes, Context& context) {
  ListParameters parameters(context.query);
  const std::size_t page = parameters.page();
  const std::size_t limit = parameters.limit();
  const auto from = parameters.time("fromTimestamp");
  const auto to = parameters.time("toTimestamp");
  if (parameters.has_fault()) return parameters.fault();

  CLEW_TRY(auto own, routes.models.list(context.project_id()));
  std::vector<Listed> all;
  for (ModelDefinition& model : own)
    all.push_back({std::move(model), false});
  for (const auto& model : routes.catalog.builtin())
    all.push_back({model->definition(), true});
  std::erase_if(all, [&](const Listed& one) {
    return (from && one.model.created_at_us < *from) || (to && one.model.created_at_us >= *to);
  });
  std::ranges::sort(all, comes_first);

  json::Array data;
  const std::size_t begin = page - 1 <= all.size() / limit ? (page - 1) * limit : all.size();
  for (std::size_t i = begin; i < std::min(all.size(), begin + limit); ++i)
    data.emplace_back(models::model_json(all[i].model, all[i].is_builtin));
  return http::json_response(200, json::to_text(json::Object{{"data", std::move(data)},
                                                             {"meta",
                                                              {{"page", page},
                                                               {"limit", limit},
                                                               {"totalItems", all.size()},
                                                               {"totalPages", (all.size() + limit - 1) / limit}}}}));
}

const ingest::PricedModel* find_builtin(const std::vector<std::shared_ptr<const ingest::PricedModel>>& builtin,
                                        std::string_view id) {
  for (const auto& model : builtin) {
    if (model->definition().id == id) return model.get();
  }
  return nullptr;
}

Result<http::Response> get(const ModelRoutes& routes, Context& context) {
  const std::string& id = context.path("modelId");
  CLEW_TRY(const auto own, routes.models.find(context.project_id(), id));
  if (own) return http::json_response(200, json::to_text(models::model_json(*own, false)));
  const auto builtin = routes.catalog.builtin();
  const auto* found = find_builtin(builtin, id);
  if (!found) return Error{Errc::kNotFound, "No model with this id found."};
  return http::json_response(200, json::to_text(models::model_json(found->definition(), true)));
}

Result<http::Response> create(const ModelRoutes& routes, Context& context) {
  CLEW_TRY(const RequestBody body, RequestBody::parse(context));
  CLEW_TRY(const auto made, routes.models.create(context.project_id(), body.object(),
                                                 auth::actor_of(context.principal, context.request)));
  return http::json_response(200, json::to_text(models::model_json(made, false)));
}

Result<http::Response> put(const ModelRoutes& routes, Context& context) {
  CLEW_TRY(const RequestBody body, RequestBody::parse(context));
  const std::string& id = context.path("modelId");
  if (find_builtin(routes.catalog.builtin(), id)) return Error{Errc::kNotFound, "No model with this id found."};
  CLEW_TRY(const auto made, routes.models.put(context.project_id(), id, body.object(),
                                              auth::actor_of(context.principal, context.request)));
  return http::json_response(200, json::to_text(models::model_json(made, false)));
}

Result<http::Response> remove(const ModelRoutes& routes, Context& context) {
  CLEW_CHECK(routes.models.remove(context.project_id(), context.path("modelId"),
                                  auth::actor_of(context.principal, context.request)));
  return http::json_response(200, R"({"message":"Model successfully deleted"})");
}

}  // namespace

void register_models(Endpoints& endpoints, ModelRoutes routes) {
  const auto add = [&](Method method, std::string pattern, Scope scope, auto handler) {
    const bool has_body = method == Method::kPost || method == Method::kPut;
    endpoints.add({.method = method,
                   .pattern = std::move(pattern),
                   .scope = scope,
                   .body_bytes_max = has_body ? kJsonBodyMax : 0},
                  [routes, handler](Context& context) { return handler(routes, context); });
  };
  const std::string base = "/api/public/models";
  add(Method::kGet, base, Scope::kProjectRead, list);
  add(Method::kPost, base, Scope::kModelsWrite, create);
  add(Method::kGet, base + "/{modelId}", Scope::kProjectRead, get);
  add(Method::kPut, base + "/{modelId}", Scope::kModelsWrite, put);
  add(Method::kDelete, base + "/{modelId}", Scope::kModelsWrite, remove);
}

}  // namespace clew::api
