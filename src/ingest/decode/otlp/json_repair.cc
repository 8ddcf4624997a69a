#include "ingest/decode/otlp/json_repair.h"

#include <cstdint>

#include "base/json.h"
#include "base/text.h"

namespace clew::ingest::otlp {

namespace {

// The code unit of a \uXXXX escape at `at`, or null when there is none.
std::optional<std::uint32_t> unit_at(std::string_view text, std::size_t at) {
  if (at + 6 > text.size() || text[at] != '\\' || text[at + 1] != 'u') return std::nullopt;
  const auto bytes = text::from_hex(text.substr(at + 2, 4));
  if (!bytes) return std::nullopt;
  return static_cast<std::uint32_t>(static_cast<unsigned char>((*bytes)[0])) << 8 |
         static_cast<unsigned char>((*bytes)[1]);
}

bool is_high(std::optional<std::uint32_t> unit) {
  return unit && *unit >= 0xD800 && *unit < 0xDC00;
}
bool is_low(std::optional<std::uint32_t> unit) {
  return unit && *unit >= 0xDC00 && *unit < 0xE000;
}

std::string replace_lone_surrogates(std::string text) {
  std::size_t i = 0;
  while (i < text.size()) {
    if (text[i] != '\\') {
      ++i;
      continue;
    }
    const auto unit = unit_at(text, i);
    if (!unit) {
      i += 2;  // an escaped character, which may be a backslash
    } else if (is_high(unit) && is_low(unit_at(text, i + 6))) {
      i += 12;
    } else {
      if (is_high(unit) || is_low(unit)) text.replace(i, 6, "\\ufffd");
      i += 6;
    }
  }
  return text;
}

}  // namespace

std::optional<std::string> repair_json(std::string_view body) {
  const auto value = json::try_parse(replace_lone_surrogates(text::sanitize_utf8(std::string(body))));
  if (!value) return std::nullopt;
  return json::to_text(*value);
}

}  // namespace clew::ingest::otlp
