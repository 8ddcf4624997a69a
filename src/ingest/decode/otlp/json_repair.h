// Rescue of JSON bodies that a strict parser refuses because of a single value. Private to this module.
#pragma once

#include <optional>
#include <string>
#include <string_view>

namespace clew::ingest::otlp {

// The same JSON with: invalid UTF-8 and lone surrogate escapes as U+FFFD, numbers beyond every machine type as the
// nearest double. One truncated emoji or huge number must not cost the whole batch. Null when it is not JSON even so.
std::optional<std::string> repair_json(std::string_view body);

}  // namespace clew::ingest::otlp
