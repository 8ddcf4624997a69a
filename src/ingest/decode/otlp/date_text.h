// Dates inside attribute values. Private to this module.
#pragma once

#include <optional>
#include <string_view>

#include "base/time.h"

namespace clew::ingest::otlp {

// A date text, or the JSON text of one ("\"2026-01-01T00:00:00Z\""). A missing zone means UTC, a date alone midnight.
std::optional<TimeUs> parse_date_text(std::string_view text);

}  // namespace clew::ingest::otlp
