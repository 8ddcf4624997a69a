#include "ingest/decode/tools/usage_details.h"

#include <algorithm>
#include <array>
#include <charconv>
#include <cmath>
#include <cstdint>
#include <string>

#include "base/text.h"

namespace clew::ingest {

namespace {

// Field names of one OpenAI usage shape.
struct Shape {
  std::string_view input, output, input_details, output_details;
};
constexpr std::string_view kTotal = "total_tokens";
constexpr std::array<Shape, 2> kShapes = {{
    {"prompt_tokens", "completion_tokens", "prompt_tokens_details", "completion_tokens_details"},
    {"input_tokens", "output_tokens", "input_tokens_details", "output_tokens_details"},
}};

// An integer >= 0 given as a JSON number; 3.0 is an integer, as it is in JavaScript.
std::optional<std::uint64_t> whole_number(const json::Value& value) {
  if (const auto* i = value.if_int64()) {
    if (*i < 0) return std::nullopt;
    return static_cast<std::uint64_t>(*i);
  }
  if (const auto* u = value.if_uint64()) return *u;
  if (const auto* d = value.if_double()) {
    constexpr double kLimit = 18446744073709551616.0;  // 2^64
    if (!(*d >= 0) || *d >= kLimit || *d != std::floor(*d)) return std::nullopt;
    return static_cast<std::uint64_t>(*d);
  }
  return std::nullopt;
}

// The longest base-10 integer at the start of the text, after white space.
std::optional<std::uint64_t> integer_prefix(std::string_view given) {
  std::string_view rest = text::trim(given);
  const bool negative = rest.starts_with('-');
  if (negative || rest.starts_with('+')) rest.remove_prefix(1);
  std::uint64_t number = 0;
  const auto [end, error] = std::from_chars(rest.data(), rest.data() + rest.size(), number);
  if (error != std::errc{} || (negative && number != 0)) return std::nullopt;
  return number;
}

bool is_details(const json::Value* details) {
  if (!details || details->is_null()) return true;
  const json::Object* object = details->if_object();
  if (!object) return false;
  for (const auto& [key, value] : *object) {
    if (!value.is_null() && !whole_number(value)) return false;
  }
  return true;
}

bool fits(const json::Object& usage, const Shape& shape) {
  for (const std::string_view key : {shape.input, shape.output, kTotal}) {
    const json::Value* value = json::find(usage, key);
    if (!value || !whole_number(*value)) return false;
  }
  for (const auto& [key, value] : usage) {
    const std::string_view name = key;
    if (name != shape.input && name != shape.output && name != kTotal && name != shape.input_details &&
        name != shape.output_details) {
      return false;
    }
  }
  return is_details(json::find(usage, shape.input_details)) && is_details(json::find(usage, shape.output_details));
}

void add_side(domain::UsageMap& out, const json::Object& usage, std::string_view side, std::string_view total_key,
              std::string_view details_key) {
  std::uint64_t rest = *whole_number(*json::find(usage, total_key));
  const std::size_t at = out.size();
  out.emplace_back(side, 0);
  if (const json::Value* details = json::find(usage, details_key); details && details->is_object()) {
    for (const auto& [key, value] : details->get_object()) {
      const auto units = whole_number(value);
      if (!units) continue;
      out.emplace_back(std::string(side) + "_" + std::string(key), *units);
      rest -= std::min(rest, *units);
    }
  }
  out[at].second = rest;
}

// Decimal digits collected so far, counted in 10^-12; saturates far above the clamp.
struct Fixed {
  static constexpr std::int64_t kFractionDigits = 12;
  static constexpr std::uint64_t kSaturated = 1'000'000'000'000'000'000;  // 10^6 dollar

  std::uint64_t value = 0;
  bool saturated = false;

  void push(std::uint64_t digit) {
    if (value >= kSaturated) saturated = true;
    if (!saturated) value = value * 10 + digit;
  }
};

// mantissa_digits × 10^exponent in units of 10^-12.
domain::Picodollars scale(std::string_view digits, std::int64_t exponent, bool negative) {
  constexpr domain::Picodollars kClamp = 999'999'999'999'000'000;
  const auto first = digits.find_first_not_of('0');
  if (first == std::string_view::npos) return 0;
  digits.remove_prefix(first);

  // Digits with a weight of at least 10^-12; the one after them rounds.
  const std::int64_t kept = static_cast<std::int64_t>(digits.size()) + exponent + Fixed::kFractionDigits;
  if (kept < 0) return 0;
  Fixed fixed;
  for (std::int64_t i = 0; i < kept && !fixed.saturated; ++i) {
    const auto at = static_cast<std::size_t>(i);
    fixed.push(at < digits.size() ? static_cast<std::uint64_t>(digits[at] - '0') : 0);
  }
  if (!fixed.saturated && kept < static_cast<std::int64_t>(digits.size()) &&
      digits[static_cast<std::size_t>(kept)] >= '5') {
    ++fixed.value;
  }
  const bool clamped = fixed.saturated || fixed.value >= Fixed::kSaturated;
  const domain::Picodollars amount = clamped ? kClamp : static_cast<domain::Picodollars>(fixed.value);
  return negative ? -amount : amount;
}

}  // namespace

domain::UsageMap normalize_usage_details(const json::Object& details) {
  domain::UsageMap out;
  for (const Shape& shape : kShapes) {
    if (!fits(details, shape)) continue;
    add_side(out, details, "input", shape.input, shape.input_details);
    add_side(out, details, "output", shape.output, shape.output_details);
    out.emplace_back("total", *whole_number(*json::find(details, kTotal)));
    return out;
  }
  for (const auto& [key, value] : details) {
    const auto units = value.is_string() ? integer_prefix(std::string_view(value.get_string())) : whole_number(value);
    if (units) out.emplace_back(key, *units);
  }
  return out;
}

std::optional<domain::Picodollars> parse_picodollars(std::string_view decimal) {
  std::string_view rest = text::trim(decimal);
  const bool negative = rest.starts_with('-');
  if (negative || rest.starts_with('+')) rest.remove_prefix(1);
  std::string digits;
  std::int64_t exponent = 0;
  bool in_fraction = false;
  std::size_t i = 0;
  for (; i < rest.size(); ++i) {
    if (rest[i] == '.' && !in_fraction) {
      in_fraction = true;
    } else if (rest[i] >= '0' && rest[i] <= '9') {
      digits += rest[i];
      exponent -= in_fraction;
    } else {
      break;
    }
  }
  if (digits.empty()) return std::nullopt;
  if (i < rest.size()) {
    if (rest[i] != 'e' && rest[i] != 'E') return std::nullopt;
    rest.remove_prefix(i + 1);
    if (rest.starts_with('+')) rest.remove_prefix(1);
    std::int32_t power = 0;
    const auto [end, error] = std::from_chars(rest.data(), rest.data() + rest.size(), power);
    if (error != std::errc{} || end != rest.data() + rest.size()) return std::nullopt;
    exponent += power;
  }
  return scale(digits, exponent, negative);
}

std::optional<domain::Picodollars> cost_value(const json::Value& value, NumericText numeric_text) {
  std::optional<domain::Picodollars> cost;
  if (value.is_string()) {
    if (numeric_text == NumericText::kDrop) return std::nullopt;
    cost = parse_picodollars(std::string_view(value.get_string()));
  } else if (const auto* d = value.if_double()) {
    // The shortest text of the double is the decimal the client wrote.
    if (!std::isfinite(*d)) return std::nullopt;
    cost = parse_picodollars(json::number_text(*d));
  } else if (value.is_int64() || value.is_uint64()) {
    cost = parse_picodollars(json::to_text(value));
  }
  if (!cost || *cost < 0) return std::nullopt;
  return cost;
}

domain::CostMap normalize_cost_details(const json::Object& details, NumericText numeric_text) {
  domain::CostMap out;
  for (const auto& [key, value] : details) {
    if (const auto cost = cost_value(value, numeric_text)) out.emplace_back(key, *cost);
  }
  return out;
}

}  // namespace clew::ingest
