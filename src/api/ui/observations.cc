#include "api/ui/observations.h"

#include "api/json/ui_json.h"
#include "api/ui/list_request.h"
#include "api/ui/texts.h"
#include "query/observation_reader.h"
#include "query/payloads.h"
#include "query/score_reader.h"

namespace clew::api {

namespace {

using query::ObservationPart;

constexpr query::ObservationParts kRowParts{ObservationPart::kCore,     ObservationPart::kModel,
                                            ObservationPart::kTotals,   ObservationPart::kPrompt,
                                            ObservationPart::kPreviews, ObservationPart::kToolNames};
constexpr query::ObservationParts kDetailParts{
    ObservationPart::kCore,     ObservationPart::kModel,    ObservationPart::kUsage,      ObservationPart::kTotals,
    ObservationPart::kPrompt,   ObservationPart::kMetadata, ObservationPart::kTools,      ObservationPart::kToolNames,
    ObservationPart::kPreviews, ObservationPart::kSource,   ObservationPart::kBookkeeping};

Result<http::Response> list_observations(analytics::Engine& engine, Context& context) {
  const std::int64_t started = monotonic_us();
  CLEW_TRY(const query::ObservationFilter filter, read_observation_filter(context.query));
  CLEW_TRY(const query::ObservationSort sort, read_observation_sort(context.query));
  CLEW_TRY(const UiPage page, read_ui_page(context.query));
  CLEW_TRY(auto rows, query::ObservationReader(engine).page_at(context.project_id(), filter, sort, page.offset,
                                                               page.limit + 1, kRowParts));
  const bool more = rows.size() > page.limit;
  if (more) rows.resize(page.limit);
  JsonWriter json;
  json.begin_object().key("rows").begin_array();
  for (const auto& row : rows) {
    json.begin_object();
    write_observation_row(json, row);
    json.end_object();
  }
  json.end_array();
  json.key("hasMore").boolean(more);
  json.key("elapsedMs").milliseconds(monotonic_us() - started);
  json.end_object();
  return http::json_response(200, json.take());
}

Result<http::Response> count_observations(analytics::Engine& engine, Context& context) {
  CLEW_TRY(const query::ObservationFilter filter, read_observation_filter(context.query));
  CLEW_TRY(const auto count, query::ObservationReader(engine).count(context.project_id(), filter));
  JsonWriter json;
  json.begin_object().key("count").count(count.observations).key("errors").count(count.errors).end_object();
  return http::json_response(200, json.take());
}

Result<http::Response> get_observation(analytics::Engine& engine, const query::UnitPrices& prices, Context& context) {
  const std::string& project = context.project_id();
  const std::string& trace_id = context.path("traceId");
  const std::string& id = context.path("observationId");
  CLEW_TRY(const auto row, query::ObservationReader(engine).find(project, trace_id, id, kDetailParts));
  if (!row) return Error{Errc::kNotFound, "There is no observation " + id + " in trace " + trace_id};
  CLEW_TRY(const auto payloads, query::read_payloads(engine, project, {{trace_id, id}}, kShownTexts));
  CLEW_TRY(const auto scores, query::ScoreReader(engine).of_traces(project, {trace_id}));
  const auto tier = row->model_id.empty() ? std::nullopt : prices.find(project, row->model_id, row->pricing_tier_id);

  JsonWriter json;
  json.begin_object();
  write_observation_row(json, *row);
  write_observation_extras(json, *row, payloads.find(trace_id, id), tier ? &*tier : nullptr);
  json.key("scores").begin_array();
  for (const auto& score : scores) {
    if (score.observation_id == id) write_ui_score(json, score);
  }
  json.end_array().end_object();
  return http::json_response(200, json.take());
}

}  // namespace

void register_ui_observations(Endpoints& endpoints, analytics::Engine& engine, const query::UnitPrices& prices) {
  const auto add = [&](std::string pattern, Handler handler) {
    Route route;
    route.pattern = std::move(pattern);
    route.errors = ErrorShape::kUi;
    endpoints.add(std::move(route), std::move(handler));
  };
  add("/api/ui/projects/{projectId}/observations",
      [&engine](Context& context) { return list_observations(engine, context); });
  add("/api/ui/projects/{projectId}/observations/count",
      [&engine](Context& context) { return count_observations(engine, context); });
  add("/api/ui/projects/{projectId}/traces/{traceId}/observations/{observationId}",
      [&engine, &prices](Context& context) { return get_observation(engine, prices, context); });
}

}  // namespace clew::api
