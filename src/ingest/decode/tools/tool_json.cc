#include "ingest/decode/tools/tool_json.h"

namespace clew::ingest {

const json::Value* first_present(const json::Object& object, std::initializer_list<std::string_view> keys) {
  for (const std::string_view key : keys) {
    const json::Value* value = json::find(object, key);
    if (value && !value->is_null()) return value;
  }
  return nullptr;
}

json::Array list_of(const json::Value& value) {
  if (const json::Array* list = value.if_array()) return *list;
  if (!value.is_string()) return {};
  auto parsed = json::try_parse(std::string_view(value.get_string()));
  return parsed && parsed->is_array() ? std::move(parsed->get_array()) : json::Array{};
}

std::optional<json::Object> object_of(const json::Value& value) {
  if (const json::Object* object = value.if_object()) return *object;
  if (!value.is_string()) return std::nullopt;
  auto parsed = json::try_parse(std::string_view(value.get_string()));
  if (!parsed || !parsed->is_object()) return std::nullopt;
  return std::move(parsed->get_object());
}

std::string text_of(const json::Value* value) {
  if (!value || value->is_null()) return {};
  if (value->is_string()) return std::string(std::string_view(value->get_string()));
  return json::to_text(*value);
}

const json::Object& function_of(const json::Object& entry) {
  const json::Value* function = json::find(entry, "function");
  return function && function->is_object() ? function->get_object() : entry;
}

std::string_view name_of(const json::Object& entry) {
  for (const json::Object* object : {&function_of(entry), &entry}) {
    if (const auto name = json::find_text(*object, "name"); name && !name->empty()) return *name;
  }
  return {};
}

}  // namespace clew::ingest
