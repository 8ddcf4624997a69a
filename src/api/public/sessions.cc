#include "api/public/sessions.h"

#include "api/json/trace_json.h"
#include "api/public/list_parameters.h"
#include "query/payloads.h"
#include "query/session_reader.h"
#include "query/trace_reader.h"

namespace clew::api {

namespace {

void write_session(JsonWriter& json, std::string_view project_id, const query::SessionRecord& session) {
  json.key("id").text(session.id);
  json.key("createdAt").time(session.created_at_us);
  json.key("projectId").text(project_id);
  json.key("environment").text(session.environment.empty() ? "default" : session.environment);
}

Result<http::Response> list_sessions(analytics::Engine& engine, Context& context) {
  ListParameters parameters(context.query);
  const std::size_t page = parameters.page(), limit = parameters.limit();
  query::SessionFilter filter;
  filter.from_us = parameters.time("fromTimestamp");
  filter.to_us = parameters.time("toTimestamp");
  filter.environments = parameters.repeated("environment");
  if (parameters.has_fault()) return parameters.fault();

  query::SessionReader reader(engine);
  CLEW_TRY(const auto sessions, reader.list(context.project_id(), filter, (page - 1) * limit, limit));
  CLEW_TRY(const std::uint64_t total, reader.count(context.project_id(), filter));
  JsonWriter json;
  json.begin_object().key("data").begin_array();
  for (const auto& session : sessions) {
    json.begin_object();
    write_session(json, context.project_id(), session);
    json.end_object();
  }
  json.end_array();
  write_page_meta(json, page, limit, total);
  json.end_object();
  return http::json_response(200, json.take());
}

Result<http::Response> get_session(analytics::Engine& engine, Context& context) {
  const std::string& project = context.project_id();
  const std::string& id = context.path("sessionId");
  CLEW_TRY(const auto session, query::SessionReader(engine).find(project, id));
  if (!session) return Error{Errc::kNotFound, "Session not found within authorized project"};
  const TraceGroups groups{.io = true, .scores = false, .observations = false, .metrics = false};
  CLEW_TRY(auto traces, query::TraceReader(engine).in_session(project, id, groups.parts()));
  std::vector<query::PayloadKey> keys;
  for (const auto& trace : traces) {
    keys.emplace_back(trace.id, "");
    if (!trace.root_id.empty()) keys.emplace_back(trace.id, trace.root_id);
  }
  CLEW_TRY(const query::Payloads payloads, query::read_payloads(engine, project, keys));

  JsonWriter json;
  json.begin_object();
  write_session(json, project, *session);
  json.key("traces").begin_array();
  for (auto trace = traces.rbegin(); trace != traces.rend(); ++trace) {  // a conversation reads forwards
    const query::Payload payload = payloads.of_trace(trace->id, trace->root_id);
    json.begin_object();
    write_trace_core(json, project, *trace, &payload);
    json.end_object();
  }
  json.end_array().end_object();
  return http::json_response(200, json.take());
}

}  // namespace

void register_sessions(Endpoints& endpoints, analytics::Engine& engine) {
  Route list;
  list.pattern = "/api/public/sessions";
  endpoints.add(list, with_query_limits([&engine](Context& context) { return list_sessions(engine, context); }));
  Route one;
  one.pattern = "/api/public/sessions/{sessionId}";
  endpoints.add(one, with_query_limits([&engine](Context& context) { return get_session(engine, context); }));
}

}  // namespace clew::api
