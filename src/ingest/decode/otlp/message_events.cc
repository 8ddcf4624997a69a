#include "ingest/decode/otlp/message_events.h"

#include <algorithm>
#include <string>
#include <utility>

namespace clew::ingest::otlp {

namespace {

// The role in the name of an input event, or "".
std::string_view role_of(std::string_view event_name) {
  constexpr std::string_view kPrefix = "gen_ai.", kSuffix = ".message";
  if (!event_name.starts_with(kPrefix) || !event_name.ends_with(kSuffix)) return {};
  if (event_name.size() <= kPrefix.size() + kSuffix.size()) return {};
  const auto role = event_name.substr(kPrefix.size(), event_name.size() - kPrefix.size() - kSuffix.size());
  return role == "system" || role == "user" || role == "assistant" || role == "tool" ? role : std::string_view();
}

Payload list_or_nothing(json::Array list) {
  return list.empty() ? Payload() : Payload(json::Value(std::move(list)));
}

bool is_choice(const json::Object& event) {
  return json::find_text(event, "event.name") == "gen_ai.choice";
}

std::string instruction_text(const Value& instructions) {
  const auto parsed = parse_json(instructions);
  if (!parsed) return to_text(instructions);
  if (parsed->is_string()) return std::string(std::string_view(parsed->get_string()));
  if (!parsed->is_array()) return to_text(instructions);
  std::string joined;
  bool first = true;
  for (const json::Value& part : parsed->get_array()) {
    if (!first) joined += '\n';
    first = false;
    const json::Value* content = json::find(part, "content");
    const json::Value& text = content && !content->is_null() ? *content : part;
    joined += text.is_string() ? std::string(std::string_view(text.get_string())) : json::to_text(text);
  }
  return joined;
}

}  // namespace

json::Object attributes_object(std::span<const Attribute> attributes) {
  json::Object out;
  out.reserve(attributes.size());
  for (const Attribute& attribute : attributes)
    out[attribute.key] = to_json(attribute.value);
  return out;
}

Io message_events(const SpanView& view) {
  json::Array messages, choices;
  for (const Event& event : view.events) {
    if (event.name == "gen_ai.choice") {
      choices.emplace_back(attributes_object(view.attributes_of(event)));
    } else if (const std::string_view role = role_of(event.name); !role.empty()) {
      json::Object message{{"role", role}};
      for (auto& [key, value] : attributes_object(view.attributes_of(event)))
        message[key] = std::move(value);
      messages.emplace_back(std::move(message));
    }
  }
  Io io;
  io.input = list_or_nothing(std::move(messages));
  io.output = choices.size() == 1 ? Payload(std::move(choices[0])) : list_or_nothing(std::move(choices));
  return io;
}

Io logfire_events(const AttributeIndex& attributes) {
  const Value* given = attributes.find_set(Key::kEvents);
  const auto events = given ? parse_json(*given) : std::nullopt;
  if (!events || !events->is_array()) return {};
  Io io;
  json::Array messages;
  for (const json::Value& item : events->get_array()) {
    const json::Object* event = item.if_object();
    if (!event) continue;
    if (!is_choice(*event)) {
      messages.push_back(item);
    } else if (!io.output.has_value()) {
      io.output = Payload(item);
    }
  }
  io.input = list_or_nothing(std::move(messages));
  return io;
}

Payload with_instructions(Payload messages, const Value* instructions) {
  if (!instructions || !instructions->is_set()) return messages;
  auto list = messages.json();
  if (!list || !list->is_array()) return messages;
  json::Array& items = list->get_array();
  const bool has_system = std::ranges::any_of(items, [](const json::Value& item) {
    const json::Object* message = item.if_object();
    return message && json::find_text(*message, "role") == "system";
  });
  if (has_system) return messages;
  items.insert(items.begin(), json::Object{{"role", "system"}, {"content", instruction_text(*instructions)}});
  return messages.is_text() ? Payload(json::to_text(*list)) : Payload(std::move(*list));
}

}  // namespace clew::ingest::otlp
