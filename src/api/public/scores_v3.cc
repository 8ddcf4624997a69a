#include "api/public/scores_v3.h"

#include <algorithm>
#include <array>
#include <charconv>
#include <cmath>

#include "api/json/score_json.h"
#include "api/public/list_parameters.h"
#include "base/text.h"
#include "query/score_reader.h"

namespace clew::api {

namespace {

using query::Field;

constexpr std::array<std::string_view, 19> kKnown = {
    "limit",       "cursor",    "fields",        "id",           "name",         "source",   "dataType",
    "environment", "configId",  "queueId",       "authorUserId", "value",        "valueMin", "valueMax",
    "traceId",     "sessionId", "observationId", "experimentId", "fromTimestamp"};

bool known(std::string_view name) {
  return name == "toTimestamp" || std::ranges::find(kKnown, name) != kKnown.end();
}

std::string write_cursor(const query::ScoreRecord& last) {
  std::string time = sql_us(last.timestamp_us) + "Z";
  time[10] = 'T';
  JsonWriter json;
  json.begin_object().key("v").integer(1).key("lastTimestamp").text(time).key("lastId").text(last.id).end_object();
  std::string cursor = text::to_base64(json.str());
  std::erase(cursor, '=');
  for (char& c : cursor)
    c = c == '+' ? '-' : c == '/' ? '_' : c;
  return cursor;
}

std::optional<query::ScoreCursor> read_cursor(ListParameters& parameters) {
  auto cursor = parameters.cursor("lastTimestamp", {"lastId"});
  if (!cursor) return {};
  return query::ScoreCursor{cursor->time_us, std::move(cursor->texts[0])};
}

ScoreGroups read_groups(ListParameters& parameters) {
  ScoreGroups groups;
  for (const std::string& name : parameters.comma_list("fields")) {
    if (name == "details") {
      groups.details = true;
    } else if (name == "subject") {
      groups.subject = true;
    } else if (name == "annotation") {
      groups.annotation = true;
    } else if (name != "core") {
      parameters.fail("fields", "invalid_value", "Unknown field group: " + name);
    }
  }
  return groups;
}

std::vector<std::string> upper_list(ListParameters& parameters, std::string_view name,
                                    std::initializer_list<std::string_view> allowed) {
  std::vector<std::string> values = parameters.comma_list(name);
  for (std::string& value : values) {
    for (char& c : value)
      c = c >= 'a' && c <= 'z' ? static_cast<char>(c - 'a' + 'A') : c;
    if (std::ranges::find(allowed, std::string_view(value)) == allowed.end()) {
      parameters.fail(name, "invalid_value", "Invalid option: " + value);
    }
  }
  return values;
}

std::optional<double> finite(std::string_view text) {
  double value = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (error != std::errc{} || end != text.data() + text.size() || !std::isfinite(value)) return {};
  return value;
}

// `value`, `valueMin`, `valueMax`: their meaning depends on the one data type asked for.
void read_values(ListParameters& parameters, const std::vector<std::string>& types, query::ScoreFilter& filter) {
  const std::string_view type = types.size() == 1 ? std::string_view(types.front()) : std::string_view{};
  const std::vector<std::string> values = parameters.comma_list("value");
  if (!values.empty() && type != "NUMERIC" && type != "BOOLEAN" && type != "CATEGORICAL") {
    parameters.fail("value", "custom", "value requires exactly one dataType of NUMERIC, BOOLEAN or CATEGORICAL");
    return;
  }
  if (type == "CATEGORICAL" && !values.empty()) {
    filter.conditions.push_back(query::any_of(Field::kStringValue, values));
  } else {
    for (const std::string& value : values) {
      const auto number = type == "NUMERIC"  ? finite(value)
                          : value == "true"  ? std::optional(1.0)
                          : value == "false" ? std::optional(0.0)
                                             : std::nullopt;
      if (number) {
        filter.values.push_back(*number);
      } else {
        parameters.fail("value", "invalid_value",
                        type == "NUMERIC" ? "value must be a finite number" : "value must be true or false");
      }
    }
  }
  const auto bound = [&](std::string_view name, query::Operator op) {
    const auto number = parameters.number(name);
    if (!number) return;
    if (type != "NUMERIC") parameters.fail(name, "custom", std::string(name) + " requires dataType NUMERIC");
    query::Condition condition{.field = Field::kValue, .type = query::FilterType::kNumber, .op = op};
    condition.number = *number;
    filter.conditions.push_back(std::move(condition));
  };
  bound("valueMin", query::Operator::kGreaterEqual);
  bound("valueMax", query::Operator::kLessEqual);
}

void read_subjects(ListParameters& parameters, query::ScoreFilter& filter) {
  const auto add = [&](std::string_view name, Field field) {
    std::vector<std::string> values = parameters.comma_list(name);
    const bool given = !values.empty();
    if (given) filter.conditions.push_back(query::any_of(field, std::move(values)));
    return given;
  };
  const bool trace = add("traceId", Field::kTraceId);
  const bool session = add("sessionId", Field::kSessionId);
  const bool experiment = add("experimentId", Field::kExperimentId);
  if (trace + session + experiment > 1) {
    parameters.fail("traceId", "custom", "traceId, sessionId and experimentId are mutually exclusive");
  }
  if (add("observationId", Field::kObservationId) && !trace) {
    parameters.fail("observationId", "custom", "observationId requires traceId");
  }
}

query::ScoreFilter read_filter(ListParameters& parameters) {
  query::ScoreFilter filter;
  const auto add = [&](std::vector<std::string> values, Field field) {
    if (!values.empty()) filter.conditions.push_back(query::any_of(field, std::move(values)));
  };
  add(parameters.comma_list("id"), Field::kId);
  add(parameters.comma_list("name"), Field::kName);
  add(parameters.comma_list("environment"), Field::kEnvironment);
  add(parameters.comma_list("authorUserId"), Field::kAuthorUserId);
  add(upper_list(parameters, "source", {"API", "EVAL", "ANNOTATION"}), Field::kSource);
  const auto types = upper_list(parameters, "dataType", {"NUMERIC", "BOOLEAN", "CATEGORICAL", "TEXT", "CORRECTION"});
  add(types, Field::kDataType);
  filter.config_ids = parameters.comma_list("configId");
  filter.queue_ids = parameters.comma_list("queueId");
  read_values(parameters, types, filter);
  read_subjects(parameters, filter);
  filter.from_us = parameters.time("fromTimestamp");
  filter.to_us = parameters.time("toTimestamp");
  return filter;
}

Result<http::Response> list_scores(analytics::Engine& engine, Context& context) {
  ListParameters parameters(context.query);
  for (const auto& [name, value] : context.query.items()) {
    if (!known(name)) return validation_response("unrecognized_keys", {}, "Unrecognized key: \"" + name + "\"");
  }
  const std::size_t limit = parameters.limit();
  const auto after = read_cursor(parameters);
  const ScoreGroups groups = read_groups(parameters);
  const query::ScoreFilter filter = read_filter(parameters);
  if (parameters.has_fault()) return parameters.fault();

  CLEW_TRY(auto scores, query::ScoreReader(engine).list(context.project_id(), filter, after, 0, limit + 1));
  const bool more = scores.size() > limit;
  if (more) scores.resize(limit);
  JsonWriter json;
  json.begin_object().key("data").begin_array();
  for (const auto& score : scores)
    write_score_v3(json, context.project_id(), score, groups);
  json.end_array().key("meta").begin_object().key("limit").count(limit);
  if (more) json.key("cursor").text(write_cursor(scores.back()));
  json.end_object().end_object();
  return http::json_response(200, json.take());
}

}  // namespace

void register_scores_v3(Endpoints& endpoints, analytics::Engine& engine) {
  Route list;
  list.pattern = "/api/public/v3/scores";
  endpoints.add(list, with_query_limits([&engine](Context& context) { return list_scores(engine, context); }));
}

}  // namespace clew::api
