#include "api/public/observations.h"

#include "api/json/observation_json.h"
#include "api/public/list_parameters.h"
#include "query/observation_reader.h"
#include "query/payloads.h"

namespace clew::api {

namespace {

using query::Field;
using query::ObservationPart;

constexpr query::ObservationParts kParts{
    ObservationPart::kCore,   ObservationPart::kModel,    ObservationPart::kUsage,      ObservationPart::kTotals,
    ObservationPart::kPrompt, ObservationPart::kMetadata, ObservationPart::kBookkeeping};

query::ObservationFilter read_filter(ListParameters& parameters) {
  query::ObservationFilter filter;
  const query::Conditions given = parameters.filter(query::View::kObservations);
  filter.conditions = given;
  const auto add = [&](query::Condition condition) {
    query::add_unless_filtered(filter.conditions, given, std::move(condition));
  };
  const auto add_text = [&](std::string_view name, Field field) {
    if (auto value = parameters.text(name)) add(query::text_is(field, *std::move(value)));
  };
  add_text("type", Field::kType);
  add_text("name", Field::kName);
  add_text("userId", Field::kUserId);
  add_text("traceId", Field::kTraceId);
  add_text("version", Field::kVersion);
  add_text("parentObservationId", Field::kParentId);
  if (auto level = parameters.one_of("level", {"DEBUG", "DEFAULT", "WARNING", "ERROR"})) {
    add(query::text_is(Field::kLevel, *std::move(level)));
  }
  if (auto names = parameters.repeated("environment"); !names.empty()) {
    add(query::any_of(Field::kEnvironment, std::move(names)));
  }
  if (const auto from = parameters.time("fromStartTime")) add(query::from_time(Field::kTimestamp, *from));
  if (const auto to = parameters.time("toStartTime")) add(query::to_time(Field::kTimestamp, *to));
  query::take_time_range(filter.conditions, filter.from_us, filter.to_us);
  return filter;
}

Result<http::Response> list_observations(analytics::Engine& engine, const query::UnitPrices& prices, Context& context) {
  ListParameters parameters(context.query);
  const std::size_t page = parameters.page(), limit = parameters.limit();
  const query::ObservationFilter filter = read_filter(parameters);
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
