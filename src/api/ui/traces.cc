#include "api/ui/traces.h"

#include <unordered_map>

#include "api/json/ui_json.h"
#include "api/ui/list_request.h"
#include "api/ui/texts.h"
#include "query/observation_reader.h"
#include "query/payloads.h"
#include "query/score_reader.h"
#include "query/trace_reader.h"

namespace clew::api {

namespace {

using query::ObservationPart;
using query::TracePart;
using query::TraceSummary;

constexpr std::size_t kSkeletonMax = 25'000;
constexpr std::size_t kScoreChipsMax = 20;  // per row
constexpr query::TraceParts kRowParts{TracePart::kTime,   TracePart::kIdentity, TracePart::kLevels,
                                      TracePart::kTotals, TracePart::kModels,   TracePart::kPreviews};
constexpr query::TraceParts kDetailParts{TracePart::kTime,     TracePart::kIdentity, TracePart::kLevels,
                                         TracePart::kTotals,   TracePart::kModels,   TracePart::kPreviews,
                                         TracePart::kMetadata, TracePart::kMaps,     TracePart::kBookkeeping};

Result<http::Response> list_traces(analytics::Engine& engine, Context& context) {
  const std::int64_t started = monotonic_us();
  CLEW_TRY(const query::TraceFilter filter, read_trace_filter(context.query));
  CLEW_TRY(const query::TraceSort sort, read_trace_sort(context.query));
  CLEW_TRY(const UiPage page, read_ui_page(context.query));
  const std::string& project = context.project_id();
  CLEW_TRY(auto traces, query::TraceReader(engine).list(project, filter, sort, page.offset, page.limit + 1, kRowParts));
  const bool more = traces.size() > page.limit;
  if (more) traces.resize(page.limit);

  std::vector<std::string> ids;
  for (const TraceSummary& trace : traces)
    ids.push_back(trace.id);
  CLEW_TRY(const auto scores, query::ScoreReader(engine).of_traces(project, ids));
  std::unordered_map<std::string_view, ScorePointers> chips;
  for (const auto& score : scores) {
    ScorePointers& of_trace = chips[score.trace_id];
    if (of_trace.size() < kScoreChipsMax) of_trace.push_back(&score);
  }

  JsonWriter json;
  json.begin_object().key("rows").begin_array();
  for (const TraceSummary& trace : traces) {
    json.begin_object();
    write_trace_row(json, trace, chips[trace.id]);
    json.end_object();
  }
  json.end_array();
  json.key("hasMore").boolean(more);
  json.key("elapsedMs").milliseconds(monotonic_us() - started);
  json.end_object();
  return http::json_response(200, json.take());
}

Result<http::Response> count_traces(analytics::Engine& engine, Context& context) {
  CLEW_TRY(const query::TraceFilter filter, read_trace_filter(context.query));
  CLEW_TRY(const query::TraceCount count, query::TraceReader(engine).count(context.project_id(), filter));
  JsonWriter json;
  json.begin_object().key("count").count(count.traces).key("errors").count(count.with_errors).end_object();
  return http::json_response(200, json.take());
}

Result<http::Response> get_trace(analytics::Engine& engine, Context& context) {
  const std::string& project = context.project_id();
  const std::string& id = context.path("traceId");
  // Rows before sums: a span that is listed is also counted.
  CLEW_TRY(auto observations, query::ObservationReader(engine).of_trace(
                                  project, id, kSkeletonMax + 1,
                                  {ObservationPart::kCore, ObservationPart::kModel, ObservationPart::kTotals,
                                   ObservationPart::kPrompt, ObservationPart::kToolNames}));
  const bool truncated = observations.size() > kSkeletonMax;
  if (truncated) observations.resize(kSkeletonMax);
  CLEW_TRY(const auto trace, query::TraceReader(engine).find(project, id, kDetailParts));
  if (!trace) return Error{Errc::kNotFound, "There is no trace " + id + " in this project"};
  CLEW_TRY(const auto payloads, query::read_payloads(engine, project, {{id, ""}, {id, trace->root_id}}, kShownTexts));
  CLEW_TRY(const auto scores, query::ScoreReader(engine).of_traces(project, {id}));

  ScorePointers chips;
  for (const auto& score : scores) {
    if (chips.size() < kScoreChipsMax) chips.push_back(&score);
  }
  JsonWriter json;
  json.begin_object().key("trace").begin_object();
  write_trace_row(json, *trace, chips);
  write_trace_extras(json, *trace, payloads.of_trace(id, trace->root_id));
  json.end_object();
  json.key("observations").begin_array();
  for (const auto& observation : observations) {
    json.begin_object();
    write_observation_row(json, observation);
    json.end_object();
  }
  json.end_array();
  json.key("scores").begin_array();
  for (const auto& score : scores)
    write_ui_score(json, score);
  json.end_array();
  json.key("truncated").boolean(truncated);
  json.end_object();
  return http::json_response(200, json.take());
}

}  // namespace

void register_ui_traces(Endpoints& endpoints, analytics::Engine& engine) {
  const auto add = [&](std::string pattern, auto handler) {
    Route route;
    route.pattern = std::move(pattern);
    route.errors = ErrorShape::kUi;
    endpoints.add(std::move(route), [&engine, handler](Context& context) { return handler(engine, context); });
  };
  add("/api/ui/projects/{projectId}/traces", list_traces);
  add("/api/ui/projects/{projectId}/traces/count", count_traces);
  add("/api/ui/projects/{projectId}/traces/{traceId}", get_trace);
}

}  // namespace clew::api
