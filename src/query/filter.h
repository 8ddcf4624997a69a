// The filter grammar (contract/api.md A.8, sdk5.md 2.3): JSON text → typed conditions, all of them AND-ed.
#pragma once

#include <cstdint>
#include <expected>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/time.h"
#include "query/fields.h"

namespace clew::query {

enum class Operator : std::uint8_t {
  kEqual,
  kNotEqual,
  kGreater,
  kLess,
  kGreaterEqual,
  kLessEqual,
  kContains,
  kNotContains,
  kStartsWith,
  kEndsWith,
  kAnyOf,
  kNoneOf,
  kAllOf,
  kIsNull,
  kIsNotNull,
  kIsSet,
  kIsNotSet,
  kMatches,
};

// One condition that fits its field: `type` says which of the values is meant.
struct Condition {
  Field field = Field::kIgnored;
  FilterType type = FilterType::kPositionInTrace;
  Operator op = Operator::kEqual;
  std::string key;                 // object and category types
  std::string text;                // kString, kStringObject
  std::vector<std::string> texts;  // the ...Options types
  double number = 0;               // kNumber, kNumberObject
  bool flag = false;               // kBoolean, kBooleanObject
  TimeUs time = 0;                 // kDatetime
};
using Conditions = std::vector<Condition>;

// Why a filter was refused. With a path it is a fault in the form of the value (one entry of a validation answer),
// without one it is a fault in its meaning.
struct FilterProblem {
  std::string message;
  std::string code;               // "invalid_type", "invalid_value"; empty without a path
  std::vector<std::string> path;  // "filter", "0", "value"
};

// Reads the value of a `filter` parameter. Empty text is no filter.
std::expected<Conditions, FilterProblem> parse_filter(View view, std::string_view json);

// A point in time as JavaScript's date parser reads it: ISO 8601 with parts missing, 24:00, or without a zone (UTC).
std::optional<TimeUs> parse_loose_time(std::string_view text);

// Conditions that parameters of their own stand for (`userId=…`, `environment=…`).
Condition text_is(Field field, std::string value);
Condition any_of(Field field, std::vector<std::string> values);
Condition all_of(Field field, std::vector<std::string> values);
Condition from_time(Field field, TimeUs time);  // >=
Condition to_time(Field field, TimeUs time);    // <
Condition flag_is(Field field, bool value);

// Adds `simple` unless the filter already has a condition on the same field: the structured filter wins.
void add_unless_filtered(Conditions& conditions, const Conditions& filter, Condition simple);
bool has_field(const Conditions& conditions, Field field);

// Moves the conditions on kTimestamp into a half-open range, narrowing what is there: statements are bounded by ranges.
void take_time_range(Conditions& conditions, std::optional<TimeUs>& from_us, std::optional<TimeUs>& to_us);

// The half-open bound a time condition stands for. Clients know milliseconds and send them back, so a stored
// microsecond belongs to its millisecond: "<= .123" includes .123456.
struct TimeBound {
  bool lower = false;  // >= time_us; else < time_us
  TimeUs time_us = 0;
};
TimeBound time_bound(const Condition& condition);

}  // namespace clew::query
