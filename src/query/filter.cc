#include "query/filter.h"

#include <algorithm>
#include <array>
#include <cmath>

#include "base/json.h"
#include "base/text.h"

namespace clew::query {

namespace {

using enum FilterType;
using enum Operator;

struct OperatorName {
  std::string_view name;
  Operator op;
};
constexpr std::array<OperatorName, 18> kOperators = {{{"=", kEqual},
                                                      {"<>", kNotEqual},
                                                      {">", kGreater},
                                                      {"<", kLess},
                                                      {">=", kGreaterEqual},
                                                      {"<=", kLessEqual},
                                                      {"contains", kContains},
                                                      {"does not contain", kNotContains},
                                                      {"starts with", kStartsWith},
                                                      {"ends with", kEndsWith},
                                                      {"any of", kAnyOf},
                                                      {"none of", kNoneOf},
                                                      {"all of", kAllOf},
                                                      {"is null", kIsNull},
                                                      {"is not null", kIsNotNull},
                                                      {"is set", kIsSet},
                                                      {"is not set", kIsNotSet},
                                                      {"matches", kMatches}}};

constexpr std::array<FilterType, 12> kTypes = {kDatetime,      kString,  kStringOptions, kCategoryOptions,
                                               kArrayOptions,  kNumber,  kStringObject,  kNumberObject,
                                               kBooleanObject, kBoolean, kNull,          kPositionInTrace};

bool allowed(View view, FilterType type, Operator op) {
  const bool comparison = op == kEqual || op == kGreater || op == kLess || op == kGreaterEqual || op == kLessEqual;
  const bool textual = op == kEqual || op == kContains || op == kNotContains || op == kStartsWith || op == kEndsWith;
  const bool matches = op == kMatches && view == View::kObservationsV2;
  switch (type) {
    case kDatetime:
      return comparison && op != kEqual;
    case kString:
      return textual || matches;
    case kStringObject:
      return textual || matches || op == kIsSet || op == kIsNotSet;
    case kStringOptions:
    case kCategoryOptions:
      return op == kAnyOf || op == kNoneOf;
    case kArrayOptions:
      return op == kAnyOf || op == kNoneOf || op == kAllOf;
    case kNumber:
    case kNumberObject:
      return comparison;
    case kBoolean:
    case kBooleanObject:
      return op == kEqual || op == kNotEqual;
    case kNull:
      return op == kIsNull || op == kIsNotNull;
    case kPositionInTrace:
      return true;
  }
  return false;
}

// Whether a condition of type `given` may address a column that expects `expected`.
bool fits(FilterType given, const Column& column) {
  const FilterType expected = column.type;
  if (given == expected || given == kNull) return true;
  if (given == kString) return expected == kStringOptions;
  if (given == kStringOptions) return expected == kString || expected == kArrayOptions || expected == kCategoryOptions;
  // Metadata values are text that may be numbers or booleans.
  if (column.field == Field::kMetadata) return given == kNumberObject || given == kBooleanObject;
  return false;
}

bool has_word(std::string_view text) {
  for (const char c : text) {
    const auto u = static_cast<unsigned char>(c);
    if (u >= 0x80 || (u >= '0' && u <= '9') || (u >= 'A' && u <= 'Z') || (u >= 'a' && u <= 'z')) return true;
  }
  return false;
}

class Reader {
 public:
  Reader(View view, std::size_t index, const json::Object& object)
      : view_(view), index_(std::to_string(index)), object_(object) {}

  std::expected<Condition, FilterProblem> read() {
    const auto type = read_type();
    if (!type) return std::unexpected(type.error());
    condition_.type = *type;
    const auto op = read_operator();
    if (!op) return std::unexpected(op.error());
    condition_.op = *op;
    const auto name = text_at("column");
    if (!name) return std::unexpected(name.error());
    if (auto problem = read_key()) return std::unexpected(*problem);
    if (auto problem = read_value()) return std::unexpected(*problem);

    if (condition_.type == kPositionInTrace) return condition_;  // accepted, without effect
    const Column* column = find_column(view_, *name);
    if (!column) return semantic("Column " + *name + " does not match a UI / CH table mapping.");
    condition_.field = column->field;
    return checked(*column, *name);
  }

 private:
  std::unexpected<FilterProblem> semantic(std::string message) const {
    return std::unexpected(FilterProblem{.message = std::move(message), .code = {}, .path = {}});
  }
  FilterProblem issue(std::string_view key, std::string code, std::string message) const {
    return {.message = std::move(message), .code = std::move(code), .path = {"filter", index_, std::string(key)}};
  }

  std::expected<std::string, FilterProblem> text_at(std::string_view key) const {
    const auto text = json::find_text(object_, key);
    if (!text) return std::unexpected(issue(key, "invalid_type", "Invalid input: expected string"));
    return std::string(*text);
  }

  std::expected<FilterType, FilterProblem> read_type() const {
    const auto name = json::find_text(object_, "type");
    for (const FilterType type : kTypes) {
      if (name && *name == to_text(type)) return type;
    }
    return std::unexpected(issue("type", "invalid_union", "Invalid input: unknown filter type"));
  }

  std::expected<Operator, FilterProblem> read_operator() const {
    const auto name = json::find_text(object_, "operator");
    if (condition_.type == kPositionInTrace) return kEqual;
    for (const auto& [text, op] : kOperators) {
      if (name && *name == text && allowed(view_, condition_.type, op)) return op;
    }
    return std::unexpected(
        issue("operator", "invalid_value",
              "Invalid option: operator is not one of filter type '" + std::string(to_text(condition_.type)) + "'"));
  }

  std::optional<FilterProblem> read_key() {
    const FilterType type = condition_.type;
    if (type != kCategoryOptions && type != kStringObject && type != kNumberObject && type != kBooleanObject) return {};
    auto key = text_at("key");
    if (!key) return key.error();
    condition_.key = *std::move(key);
    return {};
  }

  std::optional<FilterProblem> read_value() {
    const json::Value* value = object_.if_contains("value");
    switch (condition_.type) {
      case kNull:
      case kPositionInTrace:
        return {};
      case kDatetime:
        return read_time(value);
      case kString:
      case kStringObject:
        return read_text(value);
      case kStringOptions:
      case kCategoryOptions:
      case kArrayOptions:
        return read_texts(value);
      case kNumber:
      case kNumberObject:
        if (!value || !value->is_number()) return issue("value", "invalid_type", "Invalid input: expected number");
        condition_.number = value->to_number<double>();
        return {};
      case kBoolean:
      case kBooleanObject:
        if (!value || !value->is_bool()) return issue("value", "invalid_type", "Invalid input: expected boolean");
        condition_.flag = value->get_bool();
        return {};
    }
    return {};
  }

  std::optional<FilterProblem> read_time(const json::Value* value) {
    const auto time = value && value->is_string() ? parse_loose_time(value->get_string()) : std::nullopt;
    if (!time) return issue("value", "invalid_type", "Invalid input: expected date");
    condition_.time = *time;
    return {};
  }

  std::optional<FilterProblem> read_text(const json::Value* value) {
    if (condition_.op == kIsSet || condition_.op == kIsNotSet) return {};
    if (!value || !value->is_string()) return issue("value", "invalid_type", "Invalid input: expected string");
    condition_.text = value->get_string();
    const bool search = condition_.op == kContains || condition_.op == kStartsWith || condition_.op == kEndsWith;
    if (view_ == View::kScores && search && condition_.text.empty()) {
      return issue("value", "too_small", "Too small: expected string to have >=1 characters");
    }
    return {};
  }

  std::optional<FilterProblem> read_texts(const json::Value* value) {
    if (!value || !value->is_array()) return issue("value", "invalid_type", "Invalid input: expected array");
    for (const json::Value& item : value->get_array()) {
      if (!item.is_string()) return issue("value", "invalid_type", "Invalid input: expected array of strings");
      condition_.texts.emplace_back(item.get_string());
    }
    if (condition_.type == kStringOptions && condition_.texts.empty()) {
      return issue("value", "too_small", "Too small: expected array to have >=1 items");
    }
    return {};
  }

  std::expected<Condition, FilterProblem> checked(const Column& column, const std::string& name) {
    const bool payload = column.field == Field::kInput || column.field == Field::kOutput;
    if (payload && condition_.type != kString) {
      return semantic("Input/output filters only support filter type 'string'.");
    }
    if (!fits(condition_.type, column)) {
      return semantic("Invalid filter type '" + std::string(to_text(condition_.type)) + "' for column '" + name +
                      "'. Expected filter type '" + std::string(to_text(column.type)) + "'.");
    }
    if (condition_.op == kMatches) {
      if (!payload && column.field != Field::kMetadata) {
        return semantic("Operator 'matches' is only supported on input, output and metadata.");
      }
      if (!has_word(condition_.text)) {
        return semantic("Operator 'matches' needs a value with at least one letter or digit.");
      }
    }
    return condition_;
  }

  View view_;
  std::string index_;
  const json::Object& object_;
  Condition condition_;
};

std::optional<int> digits(std::string_view text, std::size_t& at, std::size_t count) {
  if (at + count > text.size()) return {};
  int value = 0;
  for (std::size_t i = 0; i < count; ++i, ++at) {
    if (text[at] < '0' || text[at] > '9') return {};
    value = value * 10 + (text[at] - '0');
  }
  return value;
}

}  // namespace

std::expected<Conditions, FilterProblem> parse_filter(View view, std::string_view json) {
  if (json.empty()) return Conditions{};
  const auto value = json::parse(json);
  if (!value) return std::unexpected(FilterProblem{"Invalid JSON in filter parameter", {}, {}});
  const json::Array* list = value->if_array();
  if (!list) return std::unexpected(FilterProblem{"Invalid input: expected array", "invalid_type", {"filter"}});
  Conditions conditions;
  for (std::size_t i = 0; i < list->size(); ++i) {
    const json::Object* object = (*list)[i].if_object();
    if (!object) {
      return std::unexpected(
          FilterProblem{"Invalid input: expected object", "invalid_type", {"filter", std::to_string(i)}});
    }
    auto condition = Reader(view, i, *object).read();
    if (!condition) return std::unexpected(std::move(condition).error());
    if (condition->field != Field::kIgnored) conditions.push_back(*std::move(condition));
  }
  // Text of payloads is not indexed for these operators; one selective condition must narrow the rows first.
  bool payload = false, selective = false;
  for (const Condition& condition : conditions) {
    if (condition.field != Field::kInput && condition.field != Field::kOutput) continue;
    payload = true;
    selective |= condition.op == kMatches || condition.op == kEqual;
  }
  if (payload && !selective) {
    return std::unexpected(
        FilterProblem{"Input/output filters require at least one 'matches' or '=' operator.", {}, {}});
  }
  return conditions;
}

std::optional<TimeUs> parse_loose_time(std::string_view given) {
  std::string_view text = text::trim(given);
  if (const auto exact = parse_iso_time(text)) return exact;
  std::size_t at = 0;
  const auto year = digits(text, at, 4);
  if (!year) return {};
  std::string iso(text.substr(0, 4));
  for (int part = 0; part < 2; ++part) {
    if (at < text.size() && text[at] == '-') {
      ++at;
      if (!digits(text, at, 2)) return {};
      iso += text.substr(at - 3, 3);
    } else {
      iso += "-01";
    }
  }
  if (at == text.size()) return parse_iso_time(iso + "T00:00:00Z");
  if (text[at] != 'T' && text[at] != 't' && text[at] != ' ') return {};
  std::string clock(text.substr(at + 1));
  std::int64_t extra = 0;
  if (clock.starts_with("24:00")) {  // the end of that day
    clock.replace(0, 2, "00");
    extra = 86'400'000'000;
    if (clock.find_first_of("123456789") < clock.find_first_of("Zz+-")) return {};
  }
  if (const auto zoned = parse_iso_time(iso + "T" + clock)) return *zoned + extra;
  if (const auto zoned = parse_iso_time(iso + "T" + clock + "Z")) return *zoned + extra;
  return {};
}

Condition text_is(Field field, std::string value) {
  Condition condition{.field = field, .type = kString, .op = kEqual};
  condition.text = std::move(value);
  return condition;
}

Condition any_of(Field field, std::vector<std::string> values) {
  Condition condition{.field = field, .type = kStringOptions, .op = kAnyOf};
  condition.texts = std::move(values);
  return condition;
}

Condition all_of(Field field, std::vector<std::string> values) {
  Condition condition{.field = field, .type = kArrayOptions, .op = kAllOf};
  condition.texts = std::move(values);
  return condition;
}

Condition from_time(Field field, TimeUs time) {
  Condition condition{.field = field, .type = kDatetime, .op = kGreaterEqual};
  condition.time = time;
  return condition;
}

Condition to_time(Field field, TimeUs time) {
  Condition condition{.field = field, .type = kDatetime, .op = kLess};
  condition.time = time;
  return condition;
}

Condition flag_is(Field field, bool value) {
  Condition condition{.field = field, .type = kBoolean, .op = kEqual};
  condition.flag = value;
  return condition;
}

bool has_field(const Conditions& conditions, Field field) {
  for (const Condition& condition : conditions) {
    if (condition.field == field) return true;
  }
  return false;
}

TimeBound time_bound(const Condition& condition) {
  constexpr TimeUs kMillisecond = 1000;
  const TimeUs floor = condition.time - ((condition.time % kMillisecond) + kMillisecond) % kMillisecond;
  const TimeUs next = floor + kMillisecond;
  switch (condition.op) {
    case kGreater:
      return {true, next};
    case kLessEqual:
      return {false, next};
    case kLess:
      return {false, floor == condition.time ? floor : next};
    default:
      return {true, floor};
  }
}

void take_time_range(Conditions& conditions, std::optional<TimeUs>& from_us, std::optional<TimeUs>& to_us) {
  std::erase_if(conditions, [&](const Condition& condition) {
    if (condition.field != Field::kTimestamp || condition.type != kDatetime) return false;
    const TimeBound bound = time_bound(condition);
    if (bound.lower) {
      from_us = std::max(from_us.value_or(bound.time_us), bound.time_us);
    } else {
      to_us = std::min(to_us.value_or(bound.time_us), bound.time_us);
    }
    return true;
  });
}

void add_unless_filtered(Conditions& conditions, const Conditions& filter, Condition simple) {
  if (!has_field(filter, simple.field)) conditions.push_back(std::move(simple));
}

}  // namespace clew::query
