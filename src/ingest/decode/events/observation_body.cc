#include <algorithm>
#include <array>

#include "ingest/decode/events/bodies.h"
#include "ingest/decode/events/body_reader.h"
#include "ingest/decode/events/usage_fields.h"
#include "ingest/decode/tools/tools.h"

namespace clew::ingest {

namespace {

constexpr std::size_t kTraceNameCharactersMax = 1000;
constexpr std::array<std::string_view, 4> kLevels = {"DEBUG", "DEFAULT", "WARNING", "ERROR"};
constexpr std::array<std::string_view, 3> kTypes = {"GENERATION", "SPAN", "EVENT"};

bool is_list_of_texts(const json::Value& value) {
  const json::Array* items = value.if_array();
  return items && std::all_of(items->begin(), items->end(), [](const json::Value& item) { return item.is_string(); });
}

bool is_map_of_texts(const json::Value& value) {
  const json::Object* object = value.if_object();
  return object &&
         std::all_of(object->begin(), object->end(), [](const auto& entry) { return entry.value().is_string(); });
}

void read_model_parameters(BodyReader& reader, bool scalars_only) {
  constexpr std::string_view kKey = "modelParameters";
  json::Value* value = reader.find(kKey);
  if (!value) return;
  if (const json::Object* map = value->if_object()) {
    for (const auto& [key, item] : *map) {
      const bool scalar = item.is_null() || item.is_string() || item.is_number() || item.is_bool();
      if (scalar || (!scalars_only && (is_list_of_texts(item) || is_map_of_texts(item)))) continue;
      json::Array path = reader.path_to(kKey);
      path.emplace_back(key);
      reader.issues().add("invalid_union", std::move(path), "Invalid input");
    }
  } else if (!value->is_null()) {
    return reader.issues().wrong_type(reader.path_to(kKey), "record", value);
  }
  reader.put(kKey, std::move(*value));
}

bool truthy(const json::Value* value) {
  if (!value || value->is_null()) return false;
  if (const auto* text = value->if_string()) return !text->empty();
  return value->is_number() && value->to_number<double>() != 0;
}

// A prompt link is a name and a version; half a link is a mistake of the sender (version 0 does not exist).
void read_prompt(BodyReader& reader) {
  const bool has_name = truthy(reader.find("promptName"));
  const bool has_version = truthy(reader.find("promptVersion"));
  reader.text("promptName");
  reader.integer("promptVersion");
  if (has_name != has_version) reader.issues().add("custom", reader.path(), "Invalid input");
}

// Instrumentation attributes kept under `metadata.attributes` may hold the tool definitions that belong to the input
// (contract/otel-mapping.md 9.1). Only when this very message has an input: otherwise one sent before would be
// replaced.
void move_definitions_into_input(json::Object& body) {
  json::Value* metadata = body.if_contains("metadata");
  json::Value* input = body.if_contains("input");
  if (!metadata || !metadata->is_object() || !input || !input->is_string()) return;
  json::Value* attributes = metadata->get_object().if_contains("attributes");
  if (!attributes || !attributes->is_object()) return;
  // A user's own key `metadata.tools` is not touched, so the rest of the metadata is not shown.
  json::Object shown{{"attributes", *attributes}};
  std::optional<std::string> text(input->get_string());
  if (!move_tool_definitions(text, shown)) return;
  *input = *text;
  if (json::Value* rest = shown.if_contains("attributes")) {
    *attributes = std::move(*rest);
  } else {
    metadata->get_object().erase("attributes");
  }
}

void read_common(BodyReader& reader) {
  reader.environment();
  reader.text("name");
  reader.time("startTime");
  reader.metadata();
  reader.payload("input");
  reader.payload("output");
  move_definitions_into_input(reader.result());
  reader.one_of("level", kLevels);
  reader.text("statusMessage");
  reader.text("parentObservationId");
  reader.text("version");
}

void read_model_fields(BodyReader& reader, bool scalar_parameters_only) {
  reader.time("completionStartTime");
  reader.text("model");
  read_model_parameters(reader, scalar_parameters_only);
  read_usage_fields(reader);
}

}  // namespace

json::Object read_trace_body(json::Object& body, const json::Array& path, Issues& issues) {
  BodyReader reader(body, path, issues);
  reader.id("id");
  reader.time("timestamp");
  reader.text("name", kTraceNameCharactersMax);
  for (const std::string_view key : {"externalId", "userId", "sessionId", "release", "version"})
    reader.text(key);
  reader.payload("input");
  reader.payload("output");
  reader.metadata();
  reader.texts("tags");
  reader.boolean("public");
  reader.environment();
  return std::move(reader).take();
}

json::Object read_observation_body(json::Object& body, ObservationFields fields, const json::Array& path,
                                   Issues& issues) {
  BodyReader reader(body, path, issues);
  reader.required_id("id");
  reader.id("traceId");
  read_common(reader);
  if (fields != ObservationFields::kEvent) reader.time("endTime");
  if (fields == ObservationFields::kGeneration) {
    read_model_fields(reader, false);
    read_prompt(reader);
  }
  return std::move(reader).take();
}

json::Object read_typed_observation_body(json::Object& body, const json::Array& path, Issues& issues) {
  BodyReader reader(body, path, issues);
  const json::Value* type = reader.find("type");
  if (type && type->is_null()) type = nullptr;
  reader.one_of("type", kTypes);
  if (!type)
    issues.add("invalid_value", reader.path_to("type"),
               "Invalid option: expected one of \"GENERATION\"|\"SPAN\"|\"EVENT\"");
  reader.id("id");
  reader.id("traceId");
  read_common(reader);
  reader.time("endTime");
  read_model_fields(reader, true);
  return std::move(reader).take();
}

}  // namespace clew::ingest
