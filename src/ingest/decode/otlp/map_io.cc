// Input and output: contract/otel-mapping.md 8. The first rule under which either side has a value supplies both.
#include <array>

#include "ingest/decode/otlp/flat_messages.h"
#include "ingest/decode/otlp/mapping.h"
#include "ingest/decode/otlp/message_events.h"
#include "ingest/decode/otlp/payload.h"

namespace clew::ingest::otlp {

namespace {

// A source of input and output: a span, or one of its events.
struct Source {
  const AttributeIndex& attributes;
  const GroupContext& group;
};

Io set_pair(const AttributeIndex& a, Key input, Key output) {
  return {Payload::of(a.find_set(input)), Payload::of(a.find_set(output))};
}

// Rules 19 and 20.
Io semantic_conventions(const AttributeIndex& a) {
  Io io = set_pair(a, Key::kGenAiInputMessages, Key::kGenAiOutputMessages);
  if (!io.has_value()) return set_pair(a, Key::kGenAiToolArguments, Key::kGenAiToolResult);
  if (io.input.has_value()) {
    io.input = with_instructions(std::move(io.input), a.find(Key::kGenAiSystemInstructions));
  }
  return io;
}

// The member of a parsed JSON object, if there is one, else the whole.
Payload genkit_side(const Value* given, std::string_view member) {
  Payload whole = Payload::parsed(given);
  if (!whole.has_value() || whole.is_text()) return whole;
  const auto value = whole.json();
  const json::Value* inner = value ? json::find(*value, member) : nullptr;
  return inner && !inner->is_null() ? Payload(*inner) : whole;
}

Payload ai_output(const AttributeIndex& a) {
  const Value* text = a.find(Key::kAiResponseText);
  const Value* calls = a.find(Key::kAiResponseToolCalls);
  if (text && calls) {
    auto list = parse_json(*calls);
    return Payload(json::to_text(json::Object{{"role", "assistant"},
                                              {"content", to_json(*text)},
                                              {"tool_calls", list ? std::move(*list) : to_json(*calls)}}));
  }
  if (text && text->is_set()) return Payload::of(text);
  return Payload::of(a.first_present({Key::kAiResultText, Key::kAiToolCallResult, Key::kAiResponseObject,
                                      Key::kAiResultObject, Key::kAiResponseToolCalls, Key::kAiResultToolCalls}));
}

bool is_missing(const Payload& payload) {
  return !payload.has_value() || (payload.is_text() && payload.text().empty());
}

// 8.2; AI SDK 7 writes semantic conventions instead, side by side.
Io ai_sdk(const AttributeIndex& a) {
  Io io{Payload::of(a.first_present({Key::kAiPromptMessages, Key::kAiPrompt, Key::kAiToolCallArgs})), ai_output(a)};
  if (!is_missing(io.input) && !is_missing(io.output)) return io;
  Io fallback = semantic_conventions(a);
  if (is_missing(io.input)) io.input = std::move(fallback.input);
  if (is_missing(io.output)) io.output = std::move(fallback.output);
  return io;
}

Io flue(const AttributeIndex& a) {
  return {Payload::parsed(a.first_present(
              {Key::kFlueTurnInput, Key::kFlueToolArguments, Key::kFlueTaskPrompt, Key::kFlueWorkflowPayload})),
          Payload::parsed(a.first_present({Key::kFlueTurnOutput, Key::kFlueToolResult, Key::kFlueTaskResult,
                                           Key::kFlueOperationResult, Key::kFlueWorkflowResult}))};
}

// The ADK writes {} where it has nothing to say.
Payload adk_side(const AttributeIndex& a, Key model_call, Key tool_call) {
  const Value* value = a.find_set(model_call);
  const bool placeholder = value && (value->text == "{}" || !value->counts());
  return Payload::of(value && !placeholder ? value : a.find_set(tool_call));
}

Io adk(const AttributeIndex& a) {
  return {adk_side(a, Key::kAdkRequest, Key::kAdkToolArguments), adk_side(a, Key::kAdkResponse, Key::kAdkToolResponse)};
}

Io livekit(const AttributeIndex& a) {
  const Value* input = a.first_present({Key::kLkInputText, Key::kLkUserTranscript, Key::kLkChatContext});
  return {Payload::of(input && input->is_set() ? input : nullptr),
          Payload::of(a.first_set({Key::kLkToolOutput, Key::kLkResponseText}))};
}

Io pydantic(const AttributeIndex& a) {
  Io io = set_pair(a, Key::kPydanticMessages, Key::kFinalResult);
  if (io.input.has_value()) {
    io.input = with_instructions(std::move(io.input), a.find(Key::kGenAiSystemInstructions));
  }
  return io;
}

Payload rebuilt(const Source& source, Key bare, Family family) {
  if (!source.attributes.find_set(bare) && !source.attributes.has(family)) return {};
  auto value = rebuild_messages(source.attributes, bare, family, source.group.list_slots_max);
  return value ? Payload(std::move(*value)) : Payload();
}

Io rebuilt_pair(const Source& source, Key input, Family inputs, Key output, Family outputs) {
  return {rebuilt(source, input, inputs), rebuilt(source, output, outputs)};
}

// Rules 8 to 15: before anything that depends on the scope.
Io named_attributes(const AttributeIndex& a) {
  if (Io io = adk(a); io.has_value()) return io;
  if (Io io = set_pair(a, Key::kPrompt, Key::kAllMessagesEvents); io.has_value()) return io;
  if (Io io = livekit(a); io.has_value()) return io;
  if (Io io = logfire_events(a); io.has_value()) return io;
  constexpr std::array kPairs = {std::pair{Key::kMlflowInputs, Key::kMlflowOutputs},
                                 std::pair{Key::kTraceloopInput, Key::kTraceloopOutput},
                                 std::pair{Key::kInputValue, Key::kOutputValue}, std::pair{Key::kInput, Key::kOutput}};
  for (const auto& [input, output] : kPairs) {
    if (Io io = set_pair(a, input, output); io.has_value()) return io;
  }
  return {};
}

// Rules 16 to 20.
Io message_attributes(const Source& source) {
  const AttributeIndex& a = source.attributes;
  if (source.group.kind == ScopeKind::kPydanticAi) {
    if (Io io = pydantic(a); io.has_value()) return io;
  }
  if (Io io = set_pair(a, Key::kToolArguments, Key::kToolResponse); io.has_value()) return io;
  if (Io io = rebuilt_pair(source, Key::kGenAiPrompt, Family::kPrompt, Key::kGenAiCompletion, Family::kCompletion);
      io.has_value()) {
    return io;
  }
  if (Io io = rebuilt_pair(source, Key::kLlmInputMessages, Family::kInputMessages, Key::kLlmOutputMessages,
                           Family::kOutputMessages);
      io.has_value()) {
    return io;
  }
  return semantic_conventions(a);
}

// All rules that need attributes only, except the SDK's own, which treats empty text as a value.
Io attribute_rules(const Source& source) {
  if (Io io = named_attributes(source.attributes); io.has_value()) return io;
  return message_attributes(source);
}

// Rule 5.
Io operation_details(const SpanView& view) {
  for (const Event& event : view.events) {
    if (event.name != "gen_ai.client.inference.operation.details") continue;
    if (Io io = semantic_conventions(AttributeIndex(view.attributes_of(event))); io.has_value()) return io;
  }
  return {};
}

// Rule 7, one side: what the rules make of the first event of this name, else its attributes.
Payload content_event(const SpanView& view, std::string_view name, Payload Io::* side) {
  for (const Event& event : view.events) {
    const auto attributes = view.attributes_of(event);
    if (event.name != name || attributes.empty()) continue;
    Io io = attribute_rules({AttributeIndex(attributes), view.group});
    return io.has_value() && (io.*side).has_value() ? std::move(io.*side) : Payload(attributes_object(attributes));
  }
  return {};
}

Io event_rules(const SpanView& view) {
  if (view.events.empty()) return {};
  if (Io io = operation_details(view); io.has_value()) return io;
  if (Io io = message_events(view); io.has_value()) return io;
  return {content_event(view, "gen_ai.content.prompt", &Io::input),
          content_event(view, "gen_ai.content.completion", &Io::output)};
}

Io find_io(const SpanView& view) {
  const AttributeIndex& a = view.attributes;
  switch (view.group.kind) {
    case ScopeKind::kGenkit:
      return {genkit_side(a.find(Key::kGenkitInput), "messages"), genkit_side(a.find(Key::kGenkitOutput), "message")};
    case ScopeKind::kAiSdk:
      return ai_sdk(a);
    case ScopeKind::kFlue:
      if (Io io = flue(a); io.has_value()) return io;
      break;
    default:
      break;
  }
  if (Io io = event_rules(view); io.has_value()) return io;
  return attribute_rules({a, view.group});
}

std::optional<std::string> stored_unless_empty(Payload payload) {
  auto text = std::move(payload).stored();
  return text && text->empty() ? std::nullopt : text;
}

}  // namespace

void map_io(const SpanView& view, domain::Observation& out) {
  const Value* input = view.attributes.find(Key::kObservationInput);
  const Value* output = view.attributes.find(Key::kObservationOutput);
  if (input || output) {
    out.input = Payload::of(input).stored();
    out.output = Payload::of(output).stored();
    return;
  }
  Io io = find_io(view);
  out.input = stored_unless_empty(std::move(io.input));
  out.output = stored_unless_empty(std::move(io.output));
}

}  // namespace clew::ingest::otlp
