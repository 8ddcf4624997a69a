// Parsing of request bodies that are JSON for their sender but not for the standard.
#pragma once

#include <string>
#include <string_view>

#include "base/json.h"

namespace clew::ingest {

// Parses `body`; when that fails, once more after repair_json() and with ten times the depth: one event nested too
// deeply, or cut in the middle of a character, must not cost the batch. kInvalidArgument: still not JSON.
Result<json::Value> parse_body(std::string_view body);

// Replaces objects and lists nested deeper than `depth_max` by their JSON text, so that everything that later parses
// what is made from `value` can do so.
void limit_depth(json::Value& value, std::size_t depth_max);

// For both doors. What SDKs are known to send, made standard: NaN, Infinity and -Infinity (Python's json) become null; halves of
// surrogate pairs (text cut by JavaScript) and invalid UTF-8 become U+FFFD. Everything else stays as it is.
std::string repair_json(std::string_view body);

}  // namespace clew::ingest
