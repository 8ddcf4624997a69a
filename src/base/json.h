// JSON as values (Boost.JSON keeps the key order of objects) and its compact text form.
//
// For wire formats on the hot path use simdjson inside the decoder; this is for everything that must be changed,
// merged or built.
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include <boost/json/array.hpp>
#include <boost/json/object.hpp>
#include <boost/json/value.hpp>

#include "base/result.h"

namespace clew::json {

using Value = boost::json::value;
using Object = boost::json::object;
using Array = boost::json::array;

inline constexpr std::size_t kDepthMax = 200;

// Parses one JSON text. kInvalidArgument names the byte offset. Depth over kDepthMax and invalid UTF-8 are errors.
Result<Value> parse(std::string_view text, std::size_t depth_max = kDepthMax);
// The same, for "parse it if it is JSON": null when it is not.
std::optional<Value> try_parse(std::string_view text);

// Compact text: no spaces, insertion order, non-ASCII raw, numbers in the shortest round-trip form that JavaScript
// prints (1.0 is 1; exponent from 1e21 up and below 1e-6).
std::string to_text(const Value& value);
void append_text(std::string& out, const Value& value);
// A JSON string literal with quotes.
void append_quoted(std::string& out, std::string_view text);
std::string quoted(std::string_view text);
// The number forms above.
std::string number_text(double value);

// Look-ups that tell "absent" from "null": nullptr when the key is absent or `value` is not an object.
const Value* find(const Value& value, std::string_view key);
const Value* find(const Object& object, std::string_view key);
// The text at `key`, or null when absent or not a string.
std::optional<std::string_view> find_text(const Object& object, std::string_view key);

}  // namespace clew::json
