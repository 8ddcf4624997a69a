// Shapes of JSON that definitions and calls share. Private to this module.
#pragma once

#include <initializer_list>
#include <optional>
#include <string>
#include <string_view>

#include "base/json.h"

namespace clew::ingest {

// The first key that is present and not null.
const json::Value* first_present(const json::Object& object, std::initializer_list<std::string_view> keys);

// A list, or JSON text of one; empty when it is neither.
json::Array list_of(const json::Value& value);
// An object, or JSON text of one.
std::optional<json::Object> object_of(const json::Value& value);

// Text as it is, null and absent as "", everything else as compact JSON.
std::string text_of(const json::Value* value);

// The object under `function` if there is one, else the object itself.
const json::Object& function_of(const json::Object& entry);
// The non-empty name of a definition or call, or "".
std::string_view name_of(const json::Object& entry);

}  // namespace clew::ingest
