#include "api/public/traces.h"

#include <unordered_map>

#include "api/json/observation_json.h"
#include "api/json/score_json.h"
#include "api/json/trace_json.h"
#include "api/public/list_parameters.h"
#include "base/json.h"
#include "query/observation_reader.h"
#include "query/payloads.h"
#include "query/score_reader.h"
#include "query/trace_reader.h"

namespace clew::api {

namespace {

using query::Field;
using query::TraceSummary;

// A trace of more observations than this is not one answer: the v2 list has pages.
constexpr std::size_t kObservationsMax = 25'000;
constexpr std::size_t kDeleteMax = 1'000;
constexpr std::size_t kDeleteBodyBytesMax = 2'000'000;

query::TraceSort read_sort(ListParameters& parameters) {
  const auto order = parameters.text("orderBy");
  if (!order) return {};
  const std::size_t dot = order->rfind('.');
  const std::string_view column = std::string_view(*order).substr(0, dot);
  const std::string_view direction = dot == std::string::npos ? "" : std::string_view(*order).substr(dot + 1);
  constexpr std::pair<std::string_view, Field> kSortable[] = {
      {"id", Field::kId},         {"timestamp", Field::kTimestamp},   {"name", Field::kName},
      {"userId", Field::kUserId}, {"release", Field::kRelease},       {"version", Field::kVersion},
      {"public", Field::kPublic}, {"bookmarked", Field::kBookmarked}, {"sessionId", Field::kSessionId}};
  for (const auto& [name, field] : kSortable) {
    if (name == column && (direction == "asc" || direction == "desc")) return {field, direction == "desc"};
  }
  parameters.fail("orderBy", "custom", "Invalid orderBy: expected <column>.<asc|desc>");
  return {};
}

query::TraceFilter read_filter(ListParameters& parameters) {
  query::TraceFilter filter;
  const query::Conditions given = parameters.filter(query::View::kTraces);
  filter.conditions = given;
  const auto add = [&](query::Condition condition) {
    query::add_unless_filtered(filter.conditions, given, std::move(condition));
  };
  const auto add_text = [&](std::string_view name, Field field) {
    if (auto value = parameters.text(name)) add(query::text_is(field, *std::move(value)));
  };
  add_text("userId", Field::kUserId);
  add_text("name", Field::kName);
  add_text("sessionId", Field::kSessionId);
  add_text("version", Field::kVersion);
  add_text("release", Field::kRelease);
  if (auto tags = parameters.repeated("tags"); !tags.empty()) add(query::all_of(Field::kTags, std::move(tags)));
  if (auto names = parameters.repeated("environment"); !names.empty()) {
    add(query::any_of(Field::kEnvironment, std::move(names)));
  }
  if (const auto from = parameters.time("fromTimestamp")) add(query::from_time(Field::kTimestamp, *from));
  if (const auto to = parameters.time("toTimestamp")) add(query::to_time(Field::kTimestamp, *to));
  query::take_time_range(filter.conditions, filter.from_us, filter.to_us);
  return filter;
}

std::vector<std::string> ids_of(const std::vector<TraceSummary>& traces) {
  std::vector<std::string> ids;
  for (const TraceSummary& trace : traces)
    ids.push_back(trace.id);
  return ids;
}

Result<query::Payloads> payloads_of(analytics::Engine& engine, std::string_view project_id,
                                    const std::vector<TraceSummary>& traces) {
  std::vector<query::PayloadKey> keys;
  for (const TraceSummary& trace : traces) {
    keys.emplace_back(trace.id, "");
    if (!trace.root_id.empty()) keys.emplace_back(trace.id, trace.root_id);
  }
  return query::read_payloads(engine, project_id, keys);
}

Result<http::Response> list_traces(analytics::Engine& engine, Context& context) {
  ListParameters parameters(context.query);
  const std::size_t page = parameters.page(), limit = parameters.limit();
  const query::TraceSort sort = read_sort(parameters);
  const query::TraceFilter filter = read_filter(parameters);
  if (parameters.has_fault()) return parameters.fault();
  const TraceGroups groups = TraceGroups::parse(parameters.text("fields").value_or(""));

  const std::string& project = context.project_id();
  query::TraceReader reader(engine);
  CLEW_TRY(const std::vector<TraceSummary> traces,
           reader.list(project, filter, sort, (page - 1) * limit, limit, groups.parts()));
  CLEW_TRY(const query::TraceCount total, reader.count(project, filter));
  query::Payloads payloads;
  if (groups.io) {
    CLEW_TRY(payloads, payloads_of(engine, project, traces));
  }
  std::unordered_map<std::string, std::vector<std::string>> scores;
  if (groups.scores) {
    CLEW_TRY(const auto records, query::ScoreReader(engine).of_traces(project, ids_of(traces)));
    for (const auto& score : records)
      scores[score.trace_id].push_back(score.id);
  }

  JsonWriter json;
  json.begin_object().key("data").begin_array();
  for (const TraceSummary& trace : traces) {
    const query::Payload payload = payloads.of_trace(trace.id, trace.root_id);
    json.begin_object();
    write_trace_core(json, project, trace, &payload);
    json.key("observations").texts(trace.observation_ids);
    json.key("scores").texts(scores[trace.id]);
    write_trace_metrics(json, project, trace, groups.metrics);
    json.end_object();
  }
  json.end_array();
  write_page_meta(json, page, limit, total.traces);
  json.end_object();
  return http::json_response(200, json.take());
}

// The observations of a trace detail as a JSON list.
Result<std::string> observation_list(analytics::Engine& engine, std::string_view project_id,
                                     const std::string& trace_id) {
  using query::ObservationPart;
  CLEW_TRY(const auto observations,
           query::ObservationReader(engine).of_trace(
               project_id, trace_id, kObservationsMax,
               {ObservationPart::kCore, ObservationPart::kModel, ObservationPart::kUsage, ObservationPart::kTotals,
                ObservationPart::kPrompt, ObservationPart::kMetadata, ObservationPart::kBookkeeping}));
  std::vector<query::PayloadKey> keys;
  for (const auto& observation : observations)
    keys.emplace_back(trace_id, observation.span_id);
  CLEW_TRY(const query::Payloads payloads, query::read_payloads(engine, project_id, keys));
  JsonWriter json;
  json.begin_array();
  for (const auto& observation : observations) {
    write_observation_v1(json, project_id, observation, payloads.find(trace_id, observation.span_id), nullptr);
  }
  json.end_array();
  return json.take();
}

Result<http::Response> get_trace(analytics::Engine& engine, Context& context) {
  const std::string& project = context.project_id();
  const std::string& id = context.path("traceId");
  const TraceGroups groups = TraceGroups::parse(context.query.find("fields").value_or(""));
  // Rows before sums: whoever waits for the last observation must find it in both.
  std::string observations = "[]";
  if (groups.observations) {
    CLEW_TRY(observations, observation_list(engine, project, id));
  }
  CLEW_TRY(const auto trace, query::TraceReader(engine).find(project, id, groups.parts()));
  if (!trace) return Error{Errc::kNotFound, "Trace " + id + " not found within authorized project"};

  query::Payload payload;
  if (groups.io) {
    CLEW_TRY(const query::Payloads payloads, payloads_of(engine, project, {*trace}));
    payload = payloads.of_trace(trace->id, trace->root_id);
  }
  JsonWriter json;
  json.begin_object();
  write_trace_core(json, project, *trace, &payload);
  json.key("observations").raw(observations);
  json.key("scores").begin_array();
  if (groups.scores) {
    CLEW_TRY(const auto scores, query::ScoreReader(engine).of_traces(project, {id}));
    for (const auto& score : scores)
      write_score(json, project, score, {});
  }
  json.end_array();
  write_trace_metrics(json, project, *trace, groups.metrics);
  json.end_object();
  return http::json_response(200, json.take());
}

http::Response message(std::string_view text) {
  JsonWriter json;
  json.begin_object().key("message").text(text).end_object();
  return http::json_response(200, json.take());
}

Result<http::Response> delete_trace(retention::Deletions& deletions, Context& context) {
  CLEW_CHECK(deletions.delete_traces(context.project_id(), {context.path("traceId")},
                                     auth::actor_of(context.principal, context.request)));
  return message("Trace deleted successfully");
}

Result<http::Response> delete_traces(retention::Deletions& deletions, Context& context) {
  const auto body = json::parse(context.request.body);
  const json::Object* object = body ? body->if_object() : nullptr;
  if (!object) return validation_response("invalid_type", {}, "Invalid input: expected object");
  for (const auto& [key, value] : *object) {
    if (key != "traceIds")
      return validation_response("unrecognized_keys", {}, "Unrecognized key: \"" + std::string(key) + "\"");
  }
  const json::Value* list = json::find(*object, "traceIds");
  if (!list || !list->is_array()) {
    return validation_response("invalid_type", {"traceIds"}, "Invalid input: expected array");
  }
  std::vector<std::string> ids;
  for (const json::Value& id : list->get_array()) {
    if (!id.is_string()) return validation_response("invalid_type", {"traceIds"}, "Invalid input: expected string");
    ids.emplace_back(id.get_string());
  }
  if (ids.empty()) return validation_response("too_small", {"traceIds"}, "Too small: expected array to have >=1 items");
  if (ids.size() > kDeleteMax) {
    return validation_response("too_big", {"traceIds"}, "Too big: expected array to have <=1000 items");
  }
  CLEW_CHECK(deletions.delete_traces(context.project_id(), ids, auth::actor_of(context.principal, context.request)));
  return message("Traces deleted successfully");
}

}  // namespace

void register_traces(Endpoints& endpoints, analytics::Engine& engine, retention::Deletions& deletions) {
  const auto route = [](http::Method method, std::string pattern, domain::Scope scope, std::size_t body_bytes_max = 0) {
    Route route;
    route.method = method;
    route.pattern = std::move(pattern);
    route.scope = scope;
    route.body_bytes_max = body_bytes_max;
    return route;
  };
  endpoints.add(route(http::Method::kGet, "/api/public/traces", domain::Scope::kProjectRead),
                with_query_limits([&engine](Context& context) { return list_traces(engine, context); }));
  endpoints.add(route(http::Method::kGet, "/api/public/traces/{traceId}", domain::Scope::kProjectRead),
                with_query_limits([&engine](Context& context) { return get_trace(engine, context); }));
  endpoints.add(route(http::Method::kDelete, "/api/public/traces/{traceId}", domain::Scope::kTracesDelete),
                [&deletions](Context& context) { return delete_trace(deletions, context); });
  endpoints.add(route(http::Method::kDelete, "/api/public/traces", domain::Scope::kTracesDelete, kDeleteBodyBytesMax),
                [&deletions](Context& context) { return delete_traces(deletions, context); });
}

}  // namespace clew::api
