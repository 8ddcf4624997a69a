#include "api/public/observation_parameters.h"

namespace clew::api {

using query::Field;

query::ObservationFilter read_observation_filter(ListParameters& parameters, query::View view) {
  const bool v2 = view == query::View::kObservationsV2;
  query::ObservationFilter filter;
  const query::Conditions given = parameters.filter(view);
  filter.conditions = given;
  const auto add = [&](query::Condition condition) {
    query::add_unless_filtered(filter.conditions, given, std::move(condition));
  };
  const auto add_text = [&](Field field, std::optional<std::string> value) {
    if (value) add(query::text_is(field, *std::move(value)));
  };
  add_text(Field::kType, parameters.text("type"));
  add_text(Field::kName, parameters.text("name"));
  add_text(Field::kUserId, parameters.text("userId"));
  add_text(Field::kTraceId, parameters.text("traceId"));
  add_text(Field::kVersion, parameters.text("version"));
  add_text(Field::kParentId, v2 ? parameters.given("parentObservationId") : parameters.text("parentObservationId"));
  add_text(Field::kLevel, parameters.one_of("level", {"DEBUG", "DEFAULT", "WARNING", "ERROR"}));
  if (v2) {
    add_text(Field::kSessionId, parameters.text("sessionId"));
    if (const auto root = parameters.boolean("isRootObservation")) add(query::flag_is(Field::kIsRoot, *root));
  }
  if (auto names = parameters.repeated("environment"); !names.empty()) {
    add(query::any_of(Field::kEnvironment, std::move(names)));
  }
  if (const auto from = parameters.time("fromStartTime")) add(query::from_time(Field::kTimestamp, *from));
  if (const auto to = parameters.time("toStartTime")) add(query::to_time(Field::kTimestamp, *to));
  query::take_time_range(filter.conditions, filter.from_us, filter.to_us);
  return filter;
}

}  // namespace clew::api
