#include "api/public/observations_v2.h"

#include "api/json/observation_json.h"
#include "api/public/observation_parameters.h"
#include "base/text.h"
#include "query/payloads.h"

namespace clew::api {

namespace {

constexpr std::size_t kLimitMax = 1'000;

// A cursor keeps microseconds: rows of one millisecond may lie on both sides of a page's end.
std::string iso_us(TimeUs time) {
  std::string text = sql_us(time) + "Z";
  text[10] = 'T';
  return text;
}

std::string write_cursor(const query::ObservationRecord& last) {
  JsonWriter json;
  json.begin_object();
  json.key("lastStartTimeTo").text(iso_us(last.start_time_us));
  json.key("lastTraceId").text(last.trace_id);
  json.key("lastId").text(last.span_id);
  json.end_object();
  return text::to_base64(json.str());
}

std::optional<query::ObservationCursor> read_cursor(ListParameters& parameters) {
  auto cursor = parameters.cursor("lastStartTimeTo", {"lastTraceId", "lastId"});
  if (!cursor) return {};
  return query::ObservationCursor{cursor->time_us, std::move(cursor->texts[0]), std::move(cursor->texts[1])};
}

Result<http::Response> list_observations(analytics::Engine& engine, const query::UnitPrices& prices, Context& context) {
  ListParameters parameters(context.query);
  const std::size_t limit = parameters.integer("limit", 50, 0, kLimitMax);
  if (parameters.boolean("parseIoAsJson").value_or(false)) {
    parameters.fail("parseIoAsJson", "custom",
                    "parseIoAsJson is no longer supported: input and output are raw strings");
  }
  const auto after = read_cursor(parameters);
  const query::ObservationFilter filter = read_observation_filter(parameters, query::View::kObservationsV2);
  if (parameters.has_fault()) return parameters.fault();
  const auto groups = ObservationGroups::parse(parameters.text("fields").value_or(""));
  const bool whole_metadata = parameters.text("expandMetadata").has_value();

  const std::string& project = context.project_id();
  std::vector<query::ObservationRecord> rows;
  if (limit > 0) {
    CLEW_TRY(rows, query::ObservationReader(engine).page_after(project, filter, after, limit + 1, groups.parts()));
  }
  const bool more = rows.size() > limit;
  if (more) rows.resize(limit);
  query::Payloads payloads;
  if (groups.has(ObservationGroup::kIo)) {
    std::vector<query::PayloadKey> keys;
    for (const auto& row : rows)
      keys.emplace_back(row.trace_id, row.span_id);
    CLEW_TRY(payloads, query::read_payloads(engine, project, keys));
  }

  JsonWriter json;
  json.begin_object().key("data").begin_array();
  for (const auto& row : rows) {
    const ShownPrices shown =
        groups.has(ObservationGroup::kModel) ? shown_prices(prices, project, row.model_id) : ShownPrices{};
    write_observation_v2(json, project, row, payloads.find(row.trace_id, row.span_id), shown, groups, whole_metadata);
  }
  json.end_array().key("meta").begin_object();
  if (more) json.key("cursor").text(write_cursor(rows.back()));
  json.end_object().end_object();
  return http::json_response(200, json.take());
}

}  // namespace

void register_observations_v2(Endpoints& endpoints, analytics::Engine& engine, const query::UnitPrices& prices) {
  Route list;
  list.pattern = "/api/public/v2/observations";
  endpoints.add(list, with_query_limits(
                          [&engine, &prices](Context& context) { return list_observations(engine, prices, context); }));
}

}  // namespace clew::api
