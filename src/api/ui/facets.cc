#include "api/ui/facets.h"

#include <algorithm>

#include "api/json/ui_json.h"
#include "api/ui/list_request.h"
#include "query/facets.h"

namespace clew::api {

namespace {

// Narrows a range without conditions to what facets look at; null when it is left as it is.
template <class Filter>
Result<std::optional<TimeUs>> narrow(query::FacetReader& reader, std::string_view project_id, Filter& filter) {
  if (!filter.conditions.empty() || !filter.search.empty()) return std::optional<TimeUs>();
  CLEW_TRY(const auto begin, reader.newest_begin(project_id, filter.from_us, filter.to_us));
  if (begin) filter.from_us = begin;
  return begin;
}

Result<http::Response> list_facets(analytics::Engine& engine, Context& context) {
  CLEW_TRY(const query::View view, read_view(context.query));
  query::FacetReader reader(engine);
  std::vector<query::Facet> facets;
  std::optional<TimeUs> begin;
  if (view == query::View::kTraces) {
    CLEW_TRY(query::TraceFilter filter, read_trace_filter(context.query));
    CLEW_TRY(begin, narrow(reader, context.project_id(), filter));
    CLEW_TRY(facets, reader.of_traces(context.project_id(), filter));
  } else {
    CLEW_TRY(query::ObservationFilter filter, read_observation_filter(context.query));
    CLEW_TRY(begin, narrow(reader, context.project_id(), filter));
    CLEW_TRY(facets, reader.of_observations(context.project_id(), filter));
  }
  JsonWriter json;
  json.begin_object().key("facets").begin_array();
  for (const auto& facet : facets)
    write_facet(json, facet);
  json.end_array();
  if (begin) json.key("since").text(iso_ms(*begin));
  json.end_object();
  return http::json_response(200, json.take());
}

// A strip over time needs both ends: from the first data, to now.
template <class Filter>
Result<> close_range(query::FacetReader& reader, std::string_view project_id, const Clock& clock, Filter& filter) {
  constexpr TimeUs kMinuteUs = 60'000'000;
  if (!filter.to_us) filter.to_us = clock.now_us() + 1;
  if (!filter.from_us) {
    CLEW_TRY(const auto earliest, reader.earliest(project_id));
    filter.from_us = earliest.value_or(*filter.to_us - kMinuteUs);
  }
  filter.from_us = std::min(*filter.from_us, *filter.to_us - kMinuteUs);
  return ok();
}

Result<http::Response> pulse(analytics::Engine& engine, const Clock& clock, Context& context) {
  CLEW_TRY(const query::View view, read_view(context.query));
  query::FacetReader reader(engine);
  query::Pulse pulse;
  if (view == query::View::kTraces) {
    CLEW_TRY(query::TraceFilter filter, read_trace_filter(context.query));
    CLEW_CHECK(close_range(reader, context.project_id(), clock, filter));
    CLEW_TRY(pulse, reader.pulse_of_traces(context.project_id(), filter));
  } else {
    CLEW_TRY(query::ObservationFilter filter, read_observation_filter(context.query));
    CLEW_CHECK(close_range(reader, context.project_id(), clock, filter));
    CLEW_TRY(pulse, reader.pulse_of_observations(context.project_id(), filter));
  }
  JsonWriter json;
  write_pulse(json, pulse);
  return http::json_response(200, json.take());
}

}  // namespace

void register_ui_facets(Endpoints& endpoints, analytics::Engine& engine, const Clock& clock) {
  Route facets;
  facets.pattern = "/api/ui/projects/{projectId}/facets";
  facets.errors = ErrorShape::kUi;
  endpoints.add(std::move(facets), [&engine](Context& context) { return list_facets(engine, context); });
  Route strip;
  strip.pattern = "/api/ui/projects/{projectId}/pulse";
  strip.errors = ErrorShape::kUi;
  endpoints.add(std::move(strip), [&engine, &clock](Context& context) { return pulse(engine, clock, context); });
}

}  // namespace clew::api
