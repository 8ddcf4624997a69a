#include "api/public/observations.h"

#include "api/json/observation_json.h"
#include "api/public/observation_parameters.h"
#include "query/payloads.h"

namespace clew::api {

namespace {

using query::ObservationPart;

constexpr query::ObservationParts kParts{
    ObservationPart::kCore,   ObservationPart::kModel,    ObservationPart::kUsage,      ObservationPart::kTotals,
    ObservationPart::kPrompt, ObservationPart::kMetadata, ObservationPart::kBookkeeping};

Result<http::Response> list_observations(analytics::Engine& engine, const query::UnitPrices& prices, Context& context) {
  ListParameters parameters(context.query);
  const std::size_t page = parameters.page(), limit = parameters.limit();
  const query::ObservationFilter filter = read_observation_filter(parameters, query::View::kObservations);
  if (parameters.has_fault()) return parameters.fault();

  const std::string& project = context.project_id();
  query::ObservationReader reader(engine);
  CLEW_TRY(const auto rows, reader.page_at(project, filter, {}, (page - 1) * limit, limit, kParts));
  CLEW_TRY(const query::ObservationCount total, reader.count(project, filter));
  std::vector<query::PayloadKey> keys;
  for (const auto& row : rows)
    keys.emplace_back(row.trace_id, row.span_id);
  CLEW_TRY(const query::Payloads payloads, query::read_payloads(engine, project, keys));

  JsonWriter json;
  json.begin_object().key("data").begin_array();
  for (const auto& row : rows) {
    const ShownPrices shown = shown_prices(prices, project, row.model_id);
    write_observation_v1(json, project, row, payloads.find(row.trace_id, row.span_id), &shown);
  }
  json.end_array();
  write_page_meta(json, page, limit, total.observations);
  json.end_object();
  return http::json_response(200, json.take());
}

Result<http::Response> get_observation(analytics::Engine& engine, const query::UnitPrices& prices, Context& context) {
  const std::string& project = context.project_id();
  CLEW_TRY(const auto row, query::ObservationReader(engine).find(project, context.path("observationId"), kParts));
  if (!row) return Error{Errc::kNotFound, "Observation not found within authorized project"};
  CLEW_TRY(const query::Payloads payloads, query::read_payloads(engine, project, {{row->trace_id, row->span_id}}));
  const ShownPrices shown = shown_prices(prices, project, row->model_id);
  JsonWriter json;
  write_observation_v1(json, project, *row, payloads.find(row->trace_id, row->span_id), &shown);
  return http::json_response(200, json.take());
}

}  // namespace

void register_observations(Endpoints& endpoints, analytics::Engine& engine, const query::UnitPrices& prices) {
  Route list;
  list.pattern = "/api/public/observations";
  endpoints.add(list, with_query_limits(
                          [&engine, &prices](Context& context) { return list_observations(engine, prices, context); }));
  Route one;
  one.pattern = "/api/public/observations/{observationId}";
  endpoints.add(one, with_query_limits(
                         [&engine, &prices](Context& context) { return get_observation(engine, prices, context); }));
}

}  // namespace clew::api
