// Observation type: contract/otel-mapping.md 4. The first rule that yields a type decides.
#include <algorithm>
#include <array>
#include <charconv>

#include "ingest/decode/otlp/mapping.h"

namespace clew::ingest::otlp {

namespace {

using domain::ObservationType;
using MaybeType = std::optional<ObservationType>;

struct Word {
  std::string_view text;
  ObservationType type;
};

constexpr std::array kExplicit = {
    Word{"span", ObservationType::kSpan},           Word{"generation", ObservationType::kGeneration},
    Word{"event", ObservationType::kEvent},         Word{"embedding", ObservationType::kEmbedding},
    Word{"agent", ObservationType::kAgent},         Word{"tool", ObservationType::kTool},
    Word{"chain", ObservationType::kChain},         Word{"retriever", ObservationType::kRetriever},
    Word{"guardrail", ObservationType::kGuardrail}, Word{"evaluator", ObservationType::kEvaluator},
};
constexpr std::array kOpenInference = {
    Word{"LLM", ObservationType::kGeneration},      Word{"CHAIN", ObservationType::kChain},
    Word{"RETRIEVER", ObservationType::kRetriever}, Word{"EMBEDDING", ObservationType::kEmbedding},
    Word{"AGENT", ObservationType::kAgent},         Word{"TOOL", ObservationType::kTool},
    Word{"GUARDRAIL", ObservationType::kGuardrail}, Word{"EVALUATOR", ObservationType::kEvaluator},
};
constexpr std::array kOperations = {
    Word{"chat", ObservationType::kGeneration},
    Word{"completion", ObservationType::kGeneration},
    Word{"text_completion", ObservationType::kGeneration},
    Word{"generate_content", ObservationType::kGeneration},
    Word{"generate", ObservationType::kGeneration},
    Word{"embeddings", ObservationType::kEmbedding},
    Word{"invoke_agent", ObservationType::kAgent},
    Word{"create_agent", ObservationType::kAgent},
    Word{"execute_tool", ObservationType::kTool},
};
constexpr std::array kGenkitSubtypes = {
    Word{"model", ObservationType::kGeneration},    Word{"background-model", ObservationType::kGeneration},
    Word{"embedder", ObservationType::kEmbedding},  Word{"tool", ObservationType::kTool},
    Word{"tool.v2", ObservationType::kTool},        Word{"retriever", ObservationType::kRetriever},
    Word{"evaluator", ObservationType::kEvaluator},
};
constexpr std::array kAiCalls = {
    Word{"ai.generateText.doGenerate", ObservationType::kGeneration},
    Word{"ai.streamText.doStream", ObservationType::kGeneration},
    Word{"ai.generateObject.doGenerate", ObservationType::kGeneration},
    Word{"ai.streamObject.doStream", ObservationType::kGeneration},
    Word{"ai.embedMany.doEmbed", ObservationType::kEmbedding},
    Word{"ai.embed.doEmbed", ObservationType::kEmbedding},
};

template <std::size_t N>
MaybeType lookup(const std::array<Word, N>& words, std::string_view text) {
  for (const Word& word : words) {
    if (word.text == text) return word.type;
  }
  return std::nullopt;
}

bool any_counts(const AttributeIndex& attributes, std::initializer_list<Key> keys) {
  return std::ranges::any_of(keys, [&](Key key) { return attributes.counts(key); });
}

// Versions up to 3.3.x, or none.
bool is_up_to_3_3(std::string_view version) {
  if (version.empty()) return true;
  const std::size_t dot = version.find('.');
  unsigned major = 0, minor = 0;
  const auto [end, error] = std::from_chars(version.data(), version.data() + version.size(), major);
  if (error != std::errc{}) return false;
  if (dot != std::string_view::npos) {
    const std::string_view rest = version.substr(dot + 1);
    std::from_chars(rest.data(), rest.data() + rest.size(), minor);
  }
  return major < 3 || (major == 3 && minor <= 3);
}

// Python SDKs up to 3.3 sent generations as spans with generation attributes.
MaybeType old_python_generation(const SpanView& view) {
  const AttributeIndex& a = view.attributes;
  if (a.text(Key::kObservationType) != "span" || view.group.kind != ScopeKind::kLangfuseSdk) return std::nullopt;
  if (view.group.resource.text(Key::kSdkLanguage) != "python") return std::nullopt;
  if (!is_up_to_3_3(view.group.scope.version)) return std::nullopt;
  const bool generation = a.first_present({Key::kObservationModel, Key::kObservationCost, Key::kObservationUsage,
                                           Key::kObservationCompletionStart, Key::kObservationModelParameters,
                                           Key::kObservationPromptName, Key::kObservationPromptVersion}) != nullptr;
  return generation ? MaybeType(ObservationType::kGeneration) : std::nullopt;
}

// `operation.name` starts with the word, or `ai.operationId` equals it.
bool is_ai_operation(const AttributeIndex& a, std::string_view word) {
  return a.text(Key::kOperationName).starts_with(word) || a.text(Key::kAiOperationId) == word;
}

MaybeType ai_sdk_type(const AttributeIndex& a) {
  if (!a.find(Key::kOperationName) && !a.find(Key::kAiOperationId)) return std::nullopt;
  if (any_counts(a, {Key::kObservationModel, Key::kAiModelId, Key::kGenAiRequestModel, Key::kGenAiResponseModel})) {
    for (const Word& call : kAiCalls) {
      if (is_ai_operation(a, call.text)) return call.type;
    }
  }
  return is_ai_operation(a, "ai.toolCall") ? MaybeType(ObservationType::kTool) : std::nullopt;
}

MaybeType livekit_type(const SpanView& view) {
  if (view.group.kind != ScopeKind::kLiveKit) return std::nullopt;
  const std::string_view name = view.span.name;
  if (name == "agent_turn" || name == "start_agent_activity") return ObservationType::kAgent;
  if (name == "function_tool") return ObservationType::kTool;
  return std::nullopt;
}

}  // namespace

ObservationType map_type(const SpanView& view) {
  const AttributeIndex& a = view.attributes;
  if (const auto type = old_python_generation(view)) return *type;
  if (const auto type = lookup(kExplicit, a.text(Key::kObservationType))) return *type;
  if (const auto type = lookup(kOpenInference, a.text(Key::kOpenInferenceKind))) return *type;
  if (const auto type = lookup(kOperations, a.text(Key::kGenAiOperation))) return *type;
  if (const auto type = lookup(kGenkitSubtypes, a.text(Key::kGenkitSubtype))) return *type;
  if (const auto type = ai_sdk_type(a)) return *type;
  if (any_counts(a, {Key::kGenAiToolName, Key::kGenAiToolCallId})) return ObservationType::kTool;
  if (any_counts(a, {Key::kFlueToolName, Key::kFlueToolCallId})) return ObservationType::kTool;
  if (any_counts(a, {Key::kFlueTaskId, Key::kFlueTaskAgent})) return ObservationType::kAgent;
  if (const auto type = livekit_type(view)) return *type;
  if (any_counts(a, {Key::kObservationModel, Key::kGenAiRequestModel, Key::kGenAiResponseModel, Key::kLlmModelName,
                     Key::kModel})) {
    return ObservationType::kGeneration;
  }
  return ObservationType::kSpan;
}

}  // namespace clew::ingest::otlp
