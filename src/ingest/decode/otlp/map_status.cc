// Name, level and status message: contract/otel-mapping.md 5, 3.4.
#include <algorithm>
#include <array>

#include "base/text.h"
#include "ingest/decode/otlp/mapping.h"

namespace clew::ingest::otlp {

namespace {

using domain::Level;

constexpr std::array<std::pair<std::string_view, Level>, 14> kLevels = {{
    {"DEBUG", Level::kDebug},
    {"TRACE", Level::kDebug},
    {"VERBOSE", Level::kDebug},
    {"DEFAULT", Level::kDefault},
    {"INFO", Level::kDefault},
    {"LOG", Level::kDefault},
    {"NOTICE", Level::kDefault},
    {"OK", Level::kDefault},
    {"SUCCESS", Level::kDefault},
    {"WARNING", Level::kWarning},
    {"WARN", Level::kWarning},
    {"ERROR", Level::kError},
    {"FATAL", Level::kError},
    {"CRITICAL", Level::kError},
}};

// Plumbing of a voice pipeline that would drown the turns of the conversation.
constexpr std::array<std::string_view, 14> kLiveKitDebug = {"user_speaking",
                                                            "eou_detection",
                                                            "llm_request_run",
                                                            "tts_node",
                                                            "tts_request",
                                                            "tts_request_run",
                                                            "tts_stream_adapter",
                                                            "agent_speaking",
                                                            "drain_agent_activity",
                                                            "on_exit",
                                                            "on_enter",
                                                            "llm_fallback_adapter",
                                                            "tts_fallback_adapter",
                                                            "start_agent_activity"};

std::optional<Level> level_of(std::string_view given) {
  const std::string_view word = text::trim(given);
  for (const auto& [name, level] : kLevels) {
    if (text::equals_ignore_case(word, name)) return level;
  }
  return std::nullopt;
}

Level map_level(const SpanView& view) {
  if (const auto given = level_of(view.attributes.text(Key::kObservationLevel))) return *given;
  if (view.span.is_error) return Level::kError;
  if (view.group.kind == ScopeKind::kLiveKit &&
      std::ranges::find(kLiveKitDebug, view.span.name) != kLiveKitDebug.end()) {
    return Level::kDebug;
  }
  return Level::kDefault;
}

// "ValueError: boom" of the last exception event.
std::string exception_text(const SpanView& view) {
  std::string out;
  for (const Event& event : view.events) {
    if (event.name != "exception") continue;
    std::string type, message;
    for (const Attribute& attribute : view.attributes_of(event)) {
      if (attribute.key == "exception.type") type = to_text(attribute.value);
      if (attribute.key == "exception.message") message = to_text(attribute.value);
    }
    if (message.empty()) continue;
    out = type.empty() ? std::move(message) : std::move(type).append(": ").append(message);
  }
  return out;
}

}  // namespace

std::string map_name(const SpanView& view) {
  const AttributeIndex& a = view.attributes;
  if (const Value* name = a.find_set(Key::kGenAiToolName)) return to_text(*name);
  if (const Value* name = a.find(Key::kGenkitName)) return to_text(*name);
  if (const Value* name = a.find_set(Key::kLogfireMessage)) return to_text(*name);
  if (const Value* name = a.find(Key::kAiToolCallName)) return to_text(*name);
  if (const Value* operation = a.find(Key::kAiOperationId)) {
    const Value* function = a.find_set(Key::kAiFunctionId);
    return function ? to_text(*function) + ":" + to_text(*operation) : to_text(*operation);
  }
  return std::string(view.span.name);
}

void map_status(const SpanView& view, domain::Observation& out) {
  out.level = map_level(view);
  if (const Value* message = view.attributes.find(Key::kObservationStatusMessage)) {
    out.status_message = to_text(*message);
  } else if (!view.span.status_message.empty()) {
    out.status_message = view.span.status_message;
  } else if (view.span.is_error) {
    out.status_message = exception_text(view);
  }
}

}  // namespace clew::ingest::otlp
