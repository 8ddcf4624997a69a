// Usage and cost as reported by the client: contract/otel-mapping.md 7. Each instrumentation counts cached, reasoning
// and audio tokens in its own way; stored are disjoint parts that add up.
#include <algorithm>
#include <array>
#include <cmath>

#include "ingest/decode/otlp/mapping.h"
#include "ingest/decode/tools/usage_details.h"

namespace clew::ingest::otlp {

namespace {

// No model reports more kinds of tokens; further ones are ignored.
constexpr std::size_t kCountsMax = 200;

// Counts under construction; few enough that a search from the front is the fastest look-up.
class Counts {
 public:
  void set(std::string_view name, double count) {
    for (auto& [known, value] : counts_) {
      if (known == name) {
        value = count;
        return;
      }
    }
    if (counts_.size() < kCountsMax) counts_.emplace_back(name, count);
  }
  std::optional<double> find(std::string_view name) const {
    for (const auto& [known, value] : counts_) {
      if (known == name) return value;
    }
    return std::nullopt;
  }
  double get(std::string_view name) const { return find(name).value_or(0); }
  void set(std::string_view name, std::optional<double> count) {
    if (count) set(name, *count);
  }
  auto begin() const { return counts_.begin(); }
  auto end() const { return counts_.end(); }

  // Whole numbers >= 0; everything else is not usage.
  domain::UsageMap usage() const {
    constexpr double kLimit = 9007199254740992.0;  // 2^53: above it a double does not count
    domain::UsageMap out;
    out.reserve(counts_.size());
    for (const auto& [name, count] : counts_) {
      if (count >= 0 && count < kLimit && count == std::floor(count)) {
        out.emplace_back(name, static_cast<std::uint64_t>(count));
      }
    }
    return out;
  }

 private:
  std::vector<std::pair<std::string_view, double>> counts_;
};

double minus(double from, double part) {
  return std::max(0.0, from - part);
}

const json::Value* find_path(const json::Value* value, std::initializer_list<std::string_view> path) {
  for (const std::string_view key : path) {
    if (value) value = json::find(*value, key);
  }
  return value;
}

std::optional<double> number_at(const json::Value* value) {
  return value ? to_number(*value) : std::nullopt;
}

// Integers as JavaScript's parseInt reads them: the fraction is cut.
std::optional<double> integer_of(const Value* value) {
  if (!value) return std::nullopt;
  if (const auto number = to_number(*value)) return std::trunc(*number);
  if (const auto object = parse_object(*value)) {
    if (const auto number = number_at(json::find(*object, "intValue"))) return std::trunc(*number);
  }
  return std::nullopt;
}

std::optional<double> first_of(std::optional<double> first, std::optional<double> second) {
  return first ? first : second;
}

// 7.2
std::optional<Counts> genkit_counts(const SpanView& view) {
  const Value* output = view.attributes.find(Key::kGenkitOutput);
  const auto object = output ? parse_object(*output) : std::nullopt;
  const json::Value* usage = object ? json::find(*object, "usage") : nullptr;
  if (!usage || !usage->is_object()) return std::nullopt;

  const auto count = [&](std::string_view key) { return number_at(json::find(*usage, key)).value_or(0); };
  const double thoughts = count("thoughtsTokens");
  Counts out;
  if (const double n = count("inputTokens"); n != 0) out.set("input", n);
  if (const double n = count("outputTokens"); n != 0) out.set("output", minus(n, thoughts));
  if (const double n = count("totalTokens"); n != 0) out.set("total", n);
  if (thoughts != 0) out.set("output_reasoning", thoughts);
  return out;
}

// `ai.streamText` and its like stand for the calls below them (`ai.streamText.doStream`).
bool is_ai_sdk_sum(const AttributeIndex& a) {
  constexpr std::string_view kPrefix = "ai.";
  const std::string_view operation = a.text(Key::kAiOperationId);
  return operation.starts_with(kPrefix) && operation.find('.', kPrefix.size()) == std::string_view::npos;
}

// 7.3; null when the provider's metadata is not JSON.
std::optional<Counts> ai_sdk_counts(const AttributeIndex& a) {
  std::optional<json::Value> metadata;
  if (const Value* given = a.find_set(Key::kAiResponseProviderMetadata)) {
    metadata = parse_json(*given);
    if (!metadata) return std::nullopt;
  }
  const json::Value* root = metadata ? &*metadata : nullptr;
  const auto provider = [&](std::initializer_list<std::string_view> path) { return number_at(find_path(root, path)); };
  const auto numeric = [&](std::initializer_list<std::string_view> path) {
    const json::Value* value = find_path(root, path);
    return value && value->is_number() ? number_at(value) : std::nullopt;
  };

  Counts out;
  double input = integer_of(a.first_present({Key::kGenAiUsagePromptTokens, Key::kGenAiUsageInputTokens})).value_or(0);
  double output =
      integer_of(a.first_present({Key::kGenAiUsageCompletionTokens, Key::kGenAiUsageOutputTokens})).value_or(0);
  out.set("input", input);
  out.set("output", output);
  // Its details are the sum of the calls' details: counted there, with their input and output.
  if (is_ai_sdk_sum(a)) return out;
  out.set("total", integer_of(a.find(Key::kAiUsageTokens)));
  out.set("input_cached_tokens", first_of(integer_of(a.find(Key::kAiUsageCachedInput)),
                                          first_of(provider({"openai", "cachedPromptTokens"}),
                                                   provider({"anthropic", "usage", "cache_read_input_tokens"}))));
  out.set("output_reasoning_tokens",
          first_of(integer_of(a.find(Key::kAiUsageReasoning)), provider({"openai", "reasoningTokens"})));
  out.set("accepted_prediction_tokens", provider({"openai", "acceptedPredictionTokens"}));
  out.set("rejected_prediction_tokens", provider({"openai", "rejectedPredictionTokens"}));
  out.set("input_cache_creation", first_of(provider({"anthropic", "usage", "cache_creation_input_tokens"}),
                                           provider({"bedrock", "usage", "cacheCreationInputTokens"})));
  out.set("input_cache_creation_5m", numeric({"anthropic", "usage", "cache_creation", "ephemeral_5m_input_tokens"}));
  out.set("input_cache_creation_1h", numeric({"anthropic", "usage", "cache_creation", "ephemeral_1h_input_tokens"}));
  out.set("input_cache_read", provider({"bedrock", "usage", "cacheReadInputTokens"}));
  out.set("input_cache_write", provider({"bedrock", "usage", "cacheWriteInputTokens"}));

  const double short_lived = out.get("input_cache_creation_5m"), long_lived = out.get("input_cache_creation_1h");
  const json::Value* split = find_path(root, {"anthropic", "usage", "cache_creation"});
  if (split && split->is_object() && out.find("input_cache_creation")) {
    out.set("input_cache_creation", minus(out.get("input_cache_creation"), short_lived + long_lived));
  }
  input = minus(input, out.get("input_cached_tokens") + out.get("input_cache_creation") + short_lived + long_lived +
                           out.get("input_cache_read"));
  output = minus(output, out.get("output_reasoning_tokens"));
  out.set("input", input);
  out.set("output", output);
  return out;
}

// Spellings of one count, the preferred first.
constexpr std::array<std::string_view, 3> kInput = {"prompt_tokens", "input_tokens", "prompt"};
constexpr std::array<std::string_view, 3> kOutput = {"completion_tokens", "output_tokens", "completion"};
constexpr std::array<std::string_view, 2> kTotal = {"total_tokens", "total"};
constexpr std::array<std::string_view, 7> kCacheRead = {
    "cache_read.input_tokens",         "cache_read_input_tokens",   "cache_read_tokens",  "details.cache_read_tokens",
    "details.cache_read_input_tokens", "prompt_details.cache_read", "input_cached_tokens"};
constexpr std::array<std::string_view, 7> kCacheCreation = {
    "cache_creation.input_tokens", "cache_creation_input_tokens",         "cache_write_tokens",
    "details.cache_write_tokens",  "details.cache_creation_input_tokens", "prompt_details.cache_write",
    "input_cache_creation"};
constexpr std::array<std::string_view, 2> kReasoning = {"reasoning.output_tokens", "completion_details.reasoning"};
constexpr std::array<std::string_view, 1> kAudio = {"completion_details.audio"};

template <std::size_t N>
std::optional<double> first_in(const Counts& counts, const std::array<std::string_view, N>& spellings) {
  for (const std::string_view spelling : spellings) {
    if (const auto count = counts.find(spelling)) return count;
  }
  return std::nullopt;
}

template <std::size_t N>
bool is_in(std::string_view name, const std::array<std::string_view, N>& spellings) {
  return std::ranges::find(spellings, name) != spellings.end();
}

bool has_a_meaning(std::string_view name) {
  return is_in(name, kInput) || is_in(name, kOutput) || is_in(name, kTotal) || is_in(name, kCacheRead) ||
         is_in(name, kCacheCreation) || is_in(name, kReasoning) || is_in(name, kAudio);
}

// 7.4
Counts generic_counts(const AttributeIndex& a) {
  Counts given;
  if (!a.has(Family::kGenAiUsage) && !a.has(Family::kTokenCount)) return given;
  for (std::size_t i = 0; i < a.all().size(); ++i) {
    const Family family = a.family_of(i);
    if (family != Family::kGenAiUsage && family != Family::kTokenCount) continue;
    if (a.key_of(i) == Key::kGenAiUsageCost) continue;
    given.set(a.rest_of(i), to_number(a.all()[i].value));
  }

  Counts out;
  for (const auto& [name, count] : given) {
    if (!has_a_meaning(name)) out.set(name.starts_with("details.") ? name.substr(8) : name, count);
  }
  const auto read = first_in(given, kCacheRead), creation = first_in(given, kCacheCreation);
  const auto reasoning = first_in(given, kReasoning), audio = first_in(given, kAudio);
  if (const auto input = first_in(given, kInput)) {
    out.set("input", minus(*input, read.value_or(0) + creation.value_or(0)));
  }
  if (const auto output = first_in(given, kOutput)) {
    out.set("output", minus(*output, reasoning.value_or(0) + audio.value_or(0)));
  }
  out.set("total", first_in(given, kTotal));
  out.set("input_cached_tokens", read);
  out.set("input_cache_creation", creation);
  out.set("output_reasoning_tokens", reasoning);
  out.set("output_audio_tokens", audio);
  return out;
}

// 7.5
void add_adk_cache(const AttributeIndex& a, Counts& counts) {
  const Value* response = a.find(Key::kAdkResponse);
  if (!response || counts.find("input_cached_tokens")) return;
  const auto object = parse_object(*response);
  if (!object) return;
  const json::Value* usage = json::find(*object, "usage_metadata");
  const json::Value* cached = usage ? json::find(*usage, "cached_content_token_count") : nullptr;
  if (!cached || !cached->is_number()) return;
  const double count = *to_number(*cached);
  if (count <= 0) return;
  counts.set("input_cached_tokens", count);
  if (const auto input = counts.find("input")) counts.set("input", minus(*input, count));
}

// JSON text of an object. `decided`: the attribute alone decides, even if it yields nothing.
struct Explicit {
  bool decided = false;
  std::optional<json::Object> object;
};

Explicit explicit_object(const Value* value) {
  if (!value) return {};
  if (!value->is_text()) return {.decided = true, .object = std::nullopt};
  auto parsed = json::try_parse(value->text);
  if (!parsed) return {};
  if (!parsed->is_object()) return {.decided = true, .object = std::nullopt};
  return {.decided = true, .object = std::move(parsed->get_object())};
}

}  // namespace

bool is_agent_sum(const SpanView& view) {
  const std::string_view operation = view.attributes.text(Key::kGenAiOperation);
  return operation == "invoke_agent" || operation == "agent_step";
}

void map_usage(const SpanView& view, domain::Observation& out) {
  const AttributeIndex& a = view.attributes;
  const Explicit given = explicit_object(a.find_set(Key::kObservationUsage));
  if (given.object) out.provided_usage = normalize_usage_details(*given.object);
  if (given.decided) return;

  std::optional<Counts> counts;
  if (view.group.kind == ScopeKind::kGenkit) counts = genkit_counts(view);
  if (view.group.kind == ScopeKind::kAiSdk) counts = ai_sdk_counts(a);
  if (!counts) {
    counts = generic_counts(a);
    if (view.group.kind == ScopeKind::kAdk) add_adk_cache(a, *counts);
  }
  out.provided_usage = counts->usage();
}

void map_cost(const SpanView& view, domain::Observation& out) {
  const AttributeIndex& a = view.attributes;
  const Explicit given = explicit_object(a.find_set(Key::kObservationCost));
  if (given.object) out.provided_cost = normalize_cost_details(*given.object, NumericText::kParse);
  if (given.decided) return;

  for (const Key key : {Key::kGenAiUsageCost, Key::kLlmCostTotal}) {
    const Value* cost = a.find(key);
    if (!cost || (cost->is_text() && cost->text.empty())) continue;
    if (const auto total = cost_value(to_json(*cost), NumericText::kParse))
      out.provided_cost.emplace_back("total", *total);
    return;
  }
}

}  // namespace clew::ingest::otlp
