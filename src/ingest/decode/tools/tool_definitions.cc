#include "ingest/decode/tools/tool_definitions.h"

#include <algorithm>
#include <array>
#include <charconv>
#include <map>
#include <string>
#include <string_view>
#include <unordered_set>
#include <utility>
#include <vector>

#include "ingest/decode/tools/tool_json.h"
#include "ingest/decode/tools/tools.h"

namespace clew::ingest {

namespace {

constexpr std::string_view kSchemaPrefix = "llm.tools.";
constexpr std::string_view kSchemaSuffix = ".tool.json_schema";

enum class Entries : std::uint8_t {
  kNamed,            // an object with a name
  kNamedOrTyped,     // or, for tools of the provider, with a text `type`
  kNamedAndDetails,  // a name and something else that tells a definition from a user's own list
};

bool is_usable(const json::Object& entry, Entries entries) {
  const bool named = !name_of(entry).empty();
  switch (entries) {
    case Entries::kNamed:
      return named;
    case Entries::kNamedOrTyped:
      return named || json::find_text(entry, "type").has_value();
    case Entries::kNamedAndDetails:
      return named && std::ranges::any_of(std::array{"description", "parameters", "inputSchema", "function", "type"},
                                          [&](const char* key) { return entry.contains(key); });
  }
  return false;
}

// Definitions in the order they were found, unique by name.
class Collector {
 public:
  // All entries of the list, or none of them when one is not usable.
  bool add_all(const json::Value& source, Entries entries) {
    std::vector<json::Object> objects;
    for (const json::Value& item : list_of(source)) {
      auto object = object_of(item);
      if (!object || !is_usable(*object, entries)) return false;
      objects.push_back(std::move(*object));
    }
    for (json::Object& object : objects)
      add(std::move(object));
    return !objects.empty();
  }

  bool add_one(const json::Value& source) {
    auto object = object_of(source);
    if (!object || !is_usable(*object, Entries::kNamed)) return false;
    add(std::move(*object));
    return true;
  }

  void add(json::Object definition) {
    const std::string_view name = name_of(definition);
    if (name.empty() || names_.emplace(name).second) found_.emplace_back(std::move(definition));
  }

  bool empty() const { return found_.empty(); }
  json::Array take() { return std::move(found_); }

 private:
  json::Array found_;
  std::unordered_set<std::string> names_;
};

// The <n> of `llm.tools.<n>.tool.json_schema`.
std::optional<std::uint32_t> schema_number(std::string_view key) {
  if (!key.starts_with(kSchemaPrefix) || !key.ends_with(kSchemaSuffix)) return std::nullopt;
  if (key.size() <= kSchemaPrefix.size() + kSchemaSuffix.size()) return std::nullopt;
  key = key.substr(kSchemaPrefix.size(), key.size() - kSchemaPrefix.size() - kSchemaSuffix.size());
  std::uint32_t number = 0;
  const auto [end, error] = std::from_chars(key.data(), key.data() + key.size(), number);
  if (error != std::errc{} || end != key.data() + key.size()) return std::nullopt;
  return number;
}

// What was taken from where, so that the sources can be removed once the input has accepted the definitions.
struct Sources {
  bool metadata_tools = false;
  bool function_tools = false;
  std::vector<std::string> attribute_keys;
};

Sources collect(const json::Object& metadata, Collector& found) {
  Sources sources;
  if (const json::Value* tools = json::find(metadata, "tools")) {
    sources.metadata_tools = found.add_all(*tools, Entries::kNamedAndDetails);
  }
  const json::Value* block = json::find(metadata, "attributes");
  const json::Object* attributes = block ? block->if_object() : nullptr;
  if (!attributes) return sources;

  for (const auto& [key, entries] :
       {std::pair{"ai.prompt.tools", Entries::kNamedOrTyped}, std::pair{"gen_ai.tool.definitions", Entries::kNamed}}) {
    const json::Value* tools = json::find(*attributes, key);
    if (tools && found.add_all(*tools, entries)) sources.attribute_keys.emplace_back(key);
  }
  if (const json::Value* request = json::find(*attributes, "model_request_parameters")) {
    const auto parameters = object_of(*request);
    const json::Value* tools = parameters ? json::find(*parameters, "function_tools") : nullptr;
    sources.function_tools = tools && found.add_all(*tools, Entries::kNamed);
  }
  std::map<std::uint32_t, std::string_view> schemas;
  for (const auto& [key, value] : *attributes) {
    if (const auto number = schema_number(key)) schemas.emplace(*number, key);
  }
  for (const auto& [number, key] : schemas) {
    if (found.add_one(*json::find(*attributes, key))) sources.attribute_keys.emplace_back(key);
  }
  return sources;
}

void remove(const Sources& sources, json::Object& metadata) {
  if (sources.metadata_tools) metadata.erase("tools");
  json::Value* block = metadata.if_contains("attributes");
  if (!block || !block->is_object()) return;
  json::Object& attributes = block->get_object();
  for (const std::string& key : sources.attribute_keys)
    attributes.erase(key);
  if (sources.function_tools) {
    json::Value& request = attributes.at("model_request_parameters");
    json::Object parameters = *object_of(request);
    parameters.erase("function_tools");
    if (parameters.empty()) {
      attributes.erase("model_request_parameters");
    } else if (request.is_string()) {
      request = json::to_text(parameters);
    } else {
      request = std::move(parameters);
    }
  }
  if (attributes.empty()) metadata.erase("attributes");
}

// The input with `tools`, or null when this input cannot take them.
std::optional<json::Value> combine(std::optional<json::Value> input, std::string_view text, Collector& found) {
  if (!input || input->is_string()) {
    const std::string_view prompt = input ? std::string_view(input->get_string()) : text;
    return json::Object{{"prompt", prompt}, {"tools", found.take()}};
  }
  if (input->is_null()) return json::Object{{"tools", found.take()}};
  if (input->is_array()) return json::Object{{"messages", std::move(*input)}, {"tools", found.take()}};
  if (!input->is_object()) return std::nullopt;

  json::Object& object = input->get_object();
  json::Value* tools = object.if_contains("tools");
  if (!tools) {
    object["tools"] = found.take();
    return input;
  }
  Collector both;
  const json::Array* existing = tools->if_array();
  if (!existing || (!existing->empty() && !both.add_all(*tools, Entries::kNamedOrTyped))) return std::nullopt;
  for (json::Value& definition : found.take())
    both.add(std::move(definition.get_object()));
  *tools = both.take();
  return input;
}

class Definitions {
 public:
  void add(const json::Value& value) {
    const auto entry = object_of(value);
    if (!entry) return;
    const json::Object& function = function_of(*entry);
    const auto name = json::find_text(function, "name");
    if (!name || name->empty() || !names_.emplace(*name).second) return;
    const json::Object stored{
        {"description", text_of(first_present(function, {"description", "desc"}))},
        {"parameters", text_of(first_present(function, {"parameters", "parameters_json_schema", "inputSchema"}))}};
    found_.emplace_back(*name, json::to_text(stored));
  }

  void add_tools_of(const json::Object& holder) {
    const json::Value* tools = json::find(holder, "tools");
    if (!tools) return;
    for (const json::Value& entry : list_of(*tools))
      add(entry);
  }

  // LangChain puts definitions among the messages: {role: "tool", content: {type: "function", function: {...}}}.
  void add_tool_message(const json::Object& message) {
    if (json::find_text(message, "role") != "tool") return;
    const json::Value* content = json::find(message, "content");
    if (!content || !content->is_object()) return;
    const json::Object& definition = content->get_object();
    if (json::find_text(definition, "type") == "function" && definition.contains("function")) add(*content);
  }

  domain::TextMap take() { return std::move(found_); }

 private:
  domain::TextMap found_;
  std::unordered_set<std::string> names_;
};

}  // namespace

domain::TextMap read_definitions(const json::Value& input) {
  Definitions definitions;
  const json::Array* messages = input.if_array();
  if (const json::Object* object = input.if_object()) {
    definitions.add_tools_of(*object);
    const json::Value* list = json::find(*object, "messages");
    messages = list ? list->if_array() : nullptr;
  }
  if (!messages) return definitions.take();
  for (const json::Value& item : *messages) {
    const json::Object* message = item.if_object();
    if (!message) continue;
    definitions.add_tools_of(*message);
    definitions.add_tool_message(*message);
  }
  return definitions.take();
}

bool move_tool_definitions(std::optional<std::string>& input, json::Object& metadata) {
  Collector found;
  const Sources sources = collect(metadata, found);
  if (found.empty()) return false;
  auto parsed = input ? json::try_parse(*input) : std::optional<json::Value>(json::Value());
  const auto combined = combine(std::move(parsed), input ? std::string_view(*input) : std::string_view(), found);
  if (!combined) return false;
  input = json::to_text(*combined);
  remove(sources, metadata);
  return true;
}

}  // namespace clew::ingest
