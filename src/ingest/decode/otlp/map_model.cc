// Model name and parameters: contract/otel-mapping.md 10.
#include <array>

#include "ingest/decode/otlp/mapping.h"

namespace clew::ingest::otlp {

namespace {

// Numbers and text stay what they are, everything else becomes JSON text.
json::Value parameter(const json::Value& value) {
  if (value.is_number() || value.is_string()) return value;
  return json::Value(json::to_text(value));
}

json::Object parameters(json::Object given) {
  for (auto& [key, value] : given) {
    if (!value.is_number() && !value.is_string()) value = parameter(value);
  }
  return given;
}

std::optional<json::Object> object_at(const AttributeIndex& a, Key key) {
  const Value* value = a.find(key);
  return value ? parse_object(*value) : std::nullopt;
}

// Genkit keeps the configuration inside the request.
std::optional<json::Object> genkit_config(const AttributeIndex& a) {
  if (const auto input = object_at(a, Key::kGenkitInput)) {
    const json::Value* config = json::find(*input, "config");
    if (config && config->is_object()) return config->get_object();
  }
  if (const auto output = object_at(a, Key::kGenkitOutput)) {
    const json::Value* request = json::find(*output, "request");
    const json::Value* config = request ? json::find(*request, "config") : nullptr;
    if (config && config->is_object()) return config->get_object();
  }
  return std::nullopt;
}

json::Value text_or_null(const Value* value) {
  return value ? json::Value(to_text(*value)) : json::Value();
}

json::Value finish_reason(const AttributeIndex& a) {
  const Value* reasons = a.find(Key::kGenAiFinishReasons);
  if (!reasons) return text_or_null(a.find(Key::kGenAiFinishReason));
  const auto list = parse_json(*reasons);
  if (!list || !list->is_array()) return text_or_null(reasons);
  std::string joined;
  for (const json::Value& reason : list->get_array()) {
    if (!joined.empty()) joined += ',';
    joined += reason.is_string() ? std::string(std::string_view(reason.get_string())) : json::to_text(reason);
  }
  return json::Value(joined);
}

json::Value service_tier(const AttributeIndex& a) {
  if (const auto provider = object_at(a, Key::kAiResponseProviderMetadata)) {
    const json::Value* openai = json::find(*provider, "openai");
    const json::Value* tier = openai ? json::find(*openai, "serviceTier") : nullptr;
    if (tier && tier->is_string()) return *tier;
  }
  return text_or_null(a.find(Key::kGenAiRequestServiceTier));
}

// The AI SDK always reports the same set.
json::Object ai_sdk_parameters(const AttributeIndex& a) {
  return {{"maxSteps", text_or_null(a.find(Key::kAiSettingsMaxSteps))},
          {"toolChoice", text_or_null(a.find(Key::kAiPromptToolChoice))},
          {"maxTokens", text_or_null(a.find(Key::kGenAiRequestMaxTokens))},
          {"finishReason", finish_reason(a)},
          {"system", text_or_null(a.first_present({Key::kGenAiSystem, Key::kAiModelProvider}))},
          {"maxRetries", text_or_null(a.find(Key::kAiSettingsMaxRetries))},
          {"mode", text_or_null(a.find(Key::kAiSettingsMode))},
          {"temperature", text_or_null(a.find(Key::kGenAiRequestTemperature))},
          {"service_tier", service_tier(a)}};
}

json::Object flat_parameters(const AttributeIndex& a) {
  json::Object out;
  const auto add = [&](std::string_view name, const Value& value) {
    if (name != "model") out[name] = parameter(to_json(value));
  };
  a.for_each(Family::kGenAiRequest, add);
  a.for_each(Family::kInvocationParameters, add);
  return out;
}

json::Object map_parameters(const SpanView& view) {
  const AttributeIndex& a = view.attributes;
  auto given = object_at(a, Key::kObservationModelParameters);
  if (view.group.kind == ScopeKind::kAiSdk) {
    json::Object out = ai_sdk_parameters(a);
    if (given) {
      for (auto& [key, value] : parameters(std::move(*given)))
        out[key] = std::move(value);
    }
    return out;
  }
  if (given) return parameters(std::move(*given));
  if (view.group.kind == ScopeKind::kGenkit) {
    if (auto config = genkit_config(a)) return parameters(std::move(*config));
  }
  for (const Key key : {Key::kLlmInvocationParameters, Key::kModelConfig}) {
    if (auto object = object_at(a, key)) return parameters(std::move(*object));
  }
  if (!a.has(Family::kGenAiRequest) && !a.has(Family::kInvocationParameters)) return {};
  return flat_parameters(a);
}

}  // namespace

void map_model(const SpanView& view, domain::Observation& out) {
  const AttributeIndex& a = view.attributes;
  const json::Object given = map_parameters(view);
  if (!given.empty()) out.model_parameters = json::to_text(given);
  if (is_agent_sum(view)) return;

  const Value* name =
      a.first_set({Key::kObservationModel, Key::kGenAiResponseModel, Key::kAiModelId, Key::kGenAiRequestModel,
                   Key::kLlmResponseModel, Key::kLlmModelName, Key::kModel, Key::kEmbeddingModelName});
  if (!name && a.text(Key::kGenkitSubtype) == "model") name = a.find_set(Key::kGenkitName);
  if (name) out.model = to_text(*name);
}

}  // namespace clew::ingest::otlp
