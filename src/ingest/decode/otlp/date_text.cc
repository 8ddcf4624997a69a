#include "ingest/decode/otlp/date_text.h"

#include <string>

#include "base/text.h"

namespace clew::ingest::otlp {

std::optional<TimeUs> parse_date_text(std::string_view given) {
  std::string_view date = text::trim(given);
  if (date.size() >= 2 && date.starts_with('"') && date.ends_with('"')) date = date.substr(1, date.size() - 2);
  if (const auto time = parse_iso_time(date)) return time;
  if (const auto time = parse_iso_time(std::string(date) + "Z")) return time;
  return parse_iso_time(std::string(date) + "T00:00:00Z");
}

}  // namespace clew::ingest::otlp
