#include "config/units.h"

#include <charconv>
#include <cmath>

#include <fmt/format.h>

#include "base/text.h"

namespace clew::config {

namespace {

struct Quantity {
  double number;
  std::string unit;  // lower case
};

std::optional<Quantity> parse_quantity(std::string_view text) {
  text = text::trim(text);
  double number = 0;
  const auto [end, code] = std::from_chars(text.data(), text.data() + text.size(), number);
  if (code != std::errc{} || !std::isfinite(number) || number < 0) return std::nullopt;
  const std::string_view unit = text::trim(text.substr(static_cast<std::size_t>(end - text.data())));
  return Quantity{number, text::lower(unit)};
}

struct ByteUnit {
  std::string_view name;
  double bytes;
};
constexpr ByteUnit kByteUnits[] = {
    {"", 1},      {"b", 1},        {"kb", 1e3},        {"mb", 1e6},           {"gb", 1e9},
    {"tb", 1e12}, {"kib", 1024.0}, {"mib", 1048576.0}, {"gib", 1073741824.0}, {"tib", 1099511627776.0}};

struct TimeUnit {
  std::string_view name;
  std::int64_t milliseconds;
};
constexpr TimeUnit kTimeUnits[] = {{"ms", 1}, {"s", 1000}, {"m", 60'000}, {"h", 3'600'000}, {"d", 86'400'000}};

}  // namespace

std::optional<std::uint64_t> parse_bytes(std::string_view text) {
  const auto quantity = parse_quantity(text);
  if (!quantity) return std::nullopt;
  for (const ByteUnit& unit : kByteUnits) {
    if (unit.name != quantity->unit) continue;
    const double bytes = quantity->number * unit.bytes;
    if (bytes >= 9.2e18) return std::nullopt;
    return static_cast<std::uint64_t>(std::llround(bytes));
  }
  return std::nullopt;
}

std::string bytes_text(std::uint64_t bytes) {
  static constexpr std::string_view kNames[] = {"TiB", "GiB", "MiB", "KiB"};
  std::uint64_t unit = 1ULL << 40;
  for (const std::string_view name : kNames) {
    if (bytes >= unit && bytes % unit == 0) return fmt::format("{}{}", bytes / unit, name);
    unit >>= 10;
  }
  return std::to_string(bytes);
}

std::optional<std::chrono::milliseconds> parse_duration(std::string_view text, std::chrono::milliseconds bare) {
  const auto quantity = parse_quantity(text);
  if (!quantity) return std::nullopt;
  double unit = 0;
  if (quantity->unit.empty()) unit = static_cast<double>(bare.count());
  for (const TimeUnit& known : kTimeUnits) {
    if (known.name == quantity->unit) unit = static_cast<double>(known.milliseconds);
  }
  const double total = quantity->number * unit;
  if (unit == 0 || total > 1e15) return std::nullopt;
  return std::chrono::milliseconds(std::llround(total));
}

std::string duration_text(std::chrono::milliseconds duration) {
  const std::int64_t count = duration.count();
  for (std::size_t i = std::size(kTimeUnits); i-- > 0;) {
    const TimeUnit& unit = kTimeUnits[i];
    if (count >= unit.milliseconds && count % unit.milliseconds == 0) {
      return fmt::format("{}{}", count / unit.milliseconds, unit.name);
    }
  }
  return fmt::format("{}ms", count);
}

std::optional<bool> parse_flag(std::string_view text) {
  const std::string value = text::lower(text::trim(text));
  if (value == "true" || value == "1" || value == "yes" || value == "on") return true;
  if (value == "false" || value == "0" || value == "no" || value == "off") return false;
  return std::nullopt;
}

std::optional<std::int64_t> parse_integer(std::string_view text) {
  text = text::trim(text);
  std::int64_t number = 0;
  const auto [end, code] = std::from_chars(text.data(), text.data() + text.size(), number);
  if (code != std::errc{} || end != text.data() + text.size()) return std::nullopt;
  return number;
}

}  // namespace clew::config
