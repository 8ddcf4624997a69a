// Metadata and tools: contract/otel-mapping.md 11 and 9. Metadata is
//   attributes.* (foreign scopes only), resourceAttributes.*, scope.*, then the user's own keys,
// where a user's key replaces the block of its name. Tool definitions among them move into the input first.
#include <algorithm>
#include <charconv>
#include <map>
#include <unordered_set>

#include "ingest/decode/otlp/flat_messages.h"
#include "ingest/decode/otlp/flatten.h"
#include "ingest/decode/otlp/mapping.h"
#include "ingest/decode/otlp/metadata_entries.h"
#include "ingest/decode/tools/tools.h"

namespace clew::ingest::otlp {

namespace {

constexpr std::string_view kAttributes = "attributes", kResource = "resourceAttributes", kScope = "scope";

bool holds_tools(const AttributeIndex& a, std::size_t position) {
  const Key key = a.key_of(position);
  return key == Key::kAiPromptTools || key == Key::kGenAiToolDefinitions || key == Key::kModelRequestParameters ||
         a.family_of(position) == Family::kToolSchemas;
}

// Attributes that the move of tool definitions has removed or changed.
struct Moved {
  bool any = false;
  json::Object left;  // of the attributes that may hold tools

  bool removes(const AttributeIndex& a, std::size_t position) const {
    return any && holds_tools(a, position) && !left.contains(a.all()[position].key);
  }
};

// 9.1 on the nested form that both doors share; only what may hold tools is put into it.
Moved move_tools(const SpanView& view, MetadataEntries& entries, std::optional<std::string>& input) {
  const AttributeIndex& a = view.attributes;
  json::Object sources;
  const MetadataEntry* tools = entries.find("tools");
  if (tools) sources["tools"] = tools->json ? *tools->json : json::Value(tools->text);
  const bool hidden = a.has(Family::kToolSchemas) ||
                      a.first_present({Key::kAiPromptTools, Key::kGenAiToolDefinitions, Key::kModelRequestParameters});
  if (hidden) {
    json::Object attributes;
    for (std::size_t i = 0; i < a.all().size(); ++i) {
      if (holds_tools(a, i)) attributes[a.all()[i].key] = to_json(a.all()[i].value);
    }
    sources[kAttributes] = std::move(attributes);
  }
  Moved moved;
  if (sources.empty() || !move_tool_definitions(input, sources)) return moved;
  moved.any = true;
  if (tools && !sources.contains("tools")) entries.erase("tools");
  if (json::Value* left = sources.if_contains(kAttributes)) moved.left = std::move(left->get_object());
  return moved;
}

void add_attributes(const SpanView& view, const Moved& moved, domain::TextMap& out) {
  const AttributeIndex& a = view.attributes;
  for (std::size_t i = 0; i < a.all().size(); ++i) {
    const Attribute& attribute = a.all()[i];
    if (is_payload(a.key_of(i)) || has_removed_prefix(attribute.key) || moved.removes(a, i)) continue;
    auto& [path, text] = out.emplace_back();
    path.reserve(kAttributes.size() + 1 + attribute.key.size());
    path.append(kAttributes).append(".").append(attribute.key);
    const json::Value* changed = moved.any && holds_tools(a, i) ? moved.left.if_contains(attribute.key) : nullptr;
    if (changed) {
      text = changed->is_string() ? std::string(std::string_view(changed->get_string())) : json::to_text(*changed);
    } else {
      append_text(text, attribute.value);
    }
  }
}

void add_entries(const MetadataEntries& entries, domain::Observation& out) {
  // Paths can only meet when a key looks like a path or an object becomes several.
  bool may_repeat = false;
  for (const MetadataEntry& entry : entries.entries()) {
    may_repeat = may_repeat || entry.key.find('.') != std::string_view::npos || (entry.json && entry.json->is_object());
    if (entry.json) {
      append_flat(out.metadata, entry.key, *entry.json, entry.stays_text ? &out.metadata_strings : nullptr);
    } else {
      out.metadata.emplace_back(entry.key, entry.text);
      if (entry.stays_text && json::try_parse(entry.text)) out.metadata_strings.emplace_back(entry.key);
    }
  }
  if (may_repeat) keep_first_of_each_path(out.metadata);
}

// 9.4: <family>.<n>.name/.description/.parameters: OpenLLMetry's llm.request.functions, LiteLLM's llm.tools.
void add_flat_functions(const AttributeIndex& a, Family family, domain::TextMap& definitions) {
  if (!a.has(family)) return;
  struct Function {
    std::string name, description, parameters;
  };
  std::map<std::uint32_t, Function> functions;
  a.for_each(family, [&](std::string_view rest, const Value& value) {
    const std::size_t dot = std::min(rest.find('.'), rest.size());
    const std::string_view index = rest.substr(0, dot), field = rest.substr(dot);
    std::uint32_t number = 0;
    const auto [end, error] = std::from_chars(index.data(), index.data() + index.size(), number);
    if (error != std::errc{} || end != index.data() + index.size()) return;
    if (field == ".name") functions[number].name = to_text(value);
    if (field == ".description") functions[number].description = to_text(value);
    if (field == ".parameters") functions[number].parameters = to_text(value);
  });
  std::unordered_set<std::string> known;
  for (const auto& [name, definition] : definitions)
    known.insert(name);
  for (const auto& [number, function] : functions) {
    if (function.name.empty() || !known.insert(function.name).second) continue;
    const json::Object stored{{"description", function.description}, {"parameters", function.parameters}};
    definitions.emplace_back(function.name, json::to_text(stored));
  }
}

// OpenInference tells the output twice; when output.value is the framework's own object (LangChain, LlamaIndex), only
// llm.output_messages says in known words which tools were called.
void add_flat_calls(const SpanView& view, domain::Observation& out) {
  const AttributeIndex& a = view.attributes;
  if (!a.has(Family::kOutputMessages)) return;
  bool calls = false;
  a.for_each(Family::kOutputMessages, [&](std::string_view rest, const Value&) {
    calls = calls || rest.find(".tool_calls.") != std::string_view::npos;
  });
  if (!calls) return;
  const auto messages =
      rebuild_messages(a, Key::kLlmOutputMessages, Family::kOutputMessages, view.group.list_slots_max);
  if (messages) take_tool_calls(*messages, out);
}

}  // namespace

void map_metadata_and_tools(const SpanView& view, domain::Observation& out) {
  MetadataEntries entries(view);
  const Moved moved = move_tools(view, entries, out.input);
  extract_tools(out);
  if (out.tool_calls.empty()) add_flat_calls(view, out);
  add_flat_functions(view.attributes, Family::kRequestFunctions, out.tool_definitions);
  add_flat_functions(view.attributes, Family::kToolSchemas, out.tool_definitions);

  const GroupContext& group = view.group;
  const auto is_free = [&](std::string_view block) { return !entries.find(block); };
  out.metadata.reserve(out.metadata.size() + group.resource_metadata.size() + group.scope_metadata.size() +
                       entries.entries().size() + (group.is_langfuse_scope ? 0 : view.attributes.all().size()));
  if (!group.is_langfuse_scope && is_free(kAttributes)) add_attributes(view, moved, out.metadata);
  if (is_free(kResource)) {
    out.metadata.insert(out.metadata.end(), group.resource_metadata.begin(), group.resource_metadata.end());
  }
  if (is_free(kScope)) {
    out.metadata.insert(out.metadata.end(), group.scope_metadata.begin(), group.scope_metadata.end());
  }
  add_entries(entries, out);
}

}  // namespace clew::ingest::otlp
