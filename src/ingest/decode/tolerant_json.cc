#include "ingest/decode/tolerant_json.h"

#include <algorithm>
#include <array>
#include <charconv>

#include "base/text.h"

namespace clew::ingest {

namespace {

constexpr std::size_t kGenerousDepthMax = 10 * json::kDepthMax;
constexpr std::array<std::string_view, 3> kNotNumbers = {"NaN", "Infinity", "-Infinity"};

// The code unit of the escape \uXXXX at `at`, or -1.
int escaped_unit(std::string_view text, std::size_t at) {
  if (text.size() < at + 6 || text[at] != '\\' || text[at + 1] != 'u') return -1;
  int unit = 0;
  const auto [end, error] = std::from_chars(text.data() + at + 2, text.data() + at + 6, unit, 16);
  return error == std::errc{} && end == text.data() + at + 6 ? unit : -1;
}

bool is_high(int unit) {
  return unit >= 0xd800 && unit < 0xdc00;
}
bool is_low(int unit) {
  return unit >= 0xdc00 && unit < 0xe000;
}

// Copies the escape sequence at `at` and returns what follows it.
std::size_t copy_escape(std::string_view text, std::size_t at, std::string& out) {
  const int unit = escaped_unit(text, at);
  if (is_high(unit) && is_low(escaped_unit(text, at + 6))) {
    out.append(text, at, 12);
    return at + 12;
  }
  if (is_high(unit) || is_low(unit)) {
    out += "\\ufffd";
    return at + 6;
  }
  out.append(text, at, 2);
  return at + 2;
}

}  // namespace

std::string repair_json(std::string_view body) {
  const std::string text = text::sanitize_utf8(std::string(body));
  std::string out;
  out.reserve(text.size());
  bool in_string = false;
  for (std::size_t i = 0; i < text.size();) {
    if (in_string && text[i] == '\\') {
      i = copy_escape(text, i, out);
      continue;
    }
    if (text[i] == '"') in_string = !in_string;
    if (!in_string) {
      const std::string_view rest = std::string_view(text).substr(i);
      const auto* word = std::find_if(kNotNumbers.begin(), kNotNumbers.end(),
                                      [&](std::string_view candidate) { return rest.starts_with(candidate); });
      if (word != kNotNumbers.end()) {
        out += "null";
        i += word->size();
        continue;
      }
    }
    out += text[i++];
  }
  return out;
}

void limit_depth(json::Value& value, std::size_t depth_max) {
  if (!value.is_object() && !value.is_array()) return;
  if (depth_max == 0) {
    value = json::to_text(value);
  } else if (value.is_object()) {
    for (auto& [key, item] : value.get_object())
      limit_depth(item, depth_max - 1);
  } else {
    for (json::Value& item : value.get_array())
      limit_depth(item, depth_max - 1);
  }
}

Result<json::Value> parse_body(std::string_view body) {
  auto value = json::parse(body);
  if (value) return value;
  auto repaired = json::parse(repair_json(body), kGenerousDepthMax);
  if (repaired) return repaired;
  return value;  // the message about what was really sent
}

}  // namespace clew::ingest
