#include "ingest/decode/otlp/attribute_keys.h"

#include <array>

namespace clew::ingest::otlp {

namespace {

constexpr std::array<std::string_view, kKeyCount> kNames = {"",
#define CLEW_OTLP_NAME(key, name, payload) name,
                                                            CLEW_OTLP_KEYS(CLEW_OTLP_NAME)
#undef CLEW_OTLP_NAME
};

constexpr std::array<bool, kKeyCount> kPayload = {false,
#define CLEW_OTLP_PAYLOAD(key, name, payload) payload,
                                                  CLEW_OTLP_KEYS(CLEW_OTLP_PAYLOAD)
#undef CLEW_OTLP_PAYLOAD
};

// Size and four characters tell the names apart well enough; the table is built by the compiler.
constexpr std::size_t kSlots = 1024;

constexpr std::uint32_t hash(std::string_view name) {
  const std::size_t n = name.size();
  const auto at = [&](std::size_t i) { return static_cast<std::uint32_t>(static_cast<unsigned char>(name[i])); };
  const std::uint32_t mixed = static_cast<std::uint32_t>(n) * 0x9E3779B1U ^ at(n - 1) * 0x85EBCA6BU ^
                              at(n / 2) * 0xC2B2AE35U ^ at(n * 3 / 4) * 0x27D4EB2FU ^ at(n / 4) * 0x165667B1U;
  return mixed >> 22;
}

constexpr std::array<Key, kSlots> build_slots() {
  std::array<Key, kSlots> slots{};
  for (std::size_t i = 1; i < kKeyCount; ++i) {
    std::size_t slot = hash(kNames[i]);
    while (slots[slot] != Key::kUnknown)
      slot = (slot + 1) % kSlots;
    slots[slot] = static_cast<Key>(i);
  }
  return slots;
}

constexpr std::array<Key, kSlots> kTable = build_slots();

struct Prefix {
  std::string_view text;
  Family family;
};

constexpr std::array kLangfusePrefixes = {
    Prefix{"langfuse.observation.metadata.", Family::kObservationMetadata},
    Prefix{"langfuse.trace.metadata.", Family::kTraceMetadata},
    Prefix{"langfuse.metadata.", Family::kLangfuseMetadata},
    Prefix{"langfuse.experiment.metadata.", Family::kExperimentMetadata},
    Prefix{"langfuse.experiment.item.metadata.", Family::kExperimentItemMetadata},
};
constexpr std::array kGenAiPrefixes = {
    Prefix{"gen_ai.prompt.", Family::kPrompt},
    Prefix{"gen_ai.completion.", Family::kCompletion},
    Prefix{"gen_ai.usage.", Family::kGenAiUsage},
    Prefix{"gen_ai.request.", Family::kGenAiRequest},
};
constexpr std::array kLlmPrefixes = {
    Prefix{"llm.input_messages.", Family::kInputMessages},
    Prefix{"llm.output_messages.", Family::kOutputMessages},
    Prefix{"llm.token_count.", Family::kTokenCount},
    Prefix{"llm.invocation_parameters.", Family::kInvocationParameters},
    Prefix{"llm.tools.", Family::kToolSchemas},
    Prefix{"llm.request.functions.", Family::kRequestFunctions},
};
constexpr std::array kAiPrefixes = {
    Prefix{"ai.telemetry.metadata.", Family::kAiMetadata},
};

template <std::size_t N>
FamilyMember find_in(const std::array<Prefix, N>& prefixes, std::string_view name) {
  for (const Prefix& prefix : prefixes) {
    if (name.starts_with(prefix.text)) return {prefix.family, static_cast<std::uint8_t>(prefix.text.size())};
  }
  return {};
}

}  // namespace

Key find_key(std::string_view name) {
  if (name.size() < 5) return Key::kUnknown;
  for (std::size_t slot = hash(name); kTable[slot] != Key::kUnknown; slot = (slot + 1) % kSlots) {
    const Key key = kTable[slot];
    if (kNames[static_cast<std::size_t>(key)] == name) return key;
  }
  return Key::kUnknown;
}

bool is_payload(Key key) {
  return kPayload[static_cast<std::size_t>(key)];
}

FamilyMember find_family(std::string_view name) {
  if (name.starts_with("langfuse.")) return find_in(kLangfusePrefixes, name);
  if (name.starts_with("gen_ai.")) return find_in(kGenAiPrefixes, name);
  if (name.starts_with("llm.")) return find_in(kLlmPrefixes, name);
  if (name.starts_with("ai.")) return find_in(kAiPrefixes, name);
  return {};
}

bool has_removed_prefix(std::string_view name) {
  if (name.starts_with("langfuse.")) {
    return name.starts_with("langfuse.observation.metadata") || name.starts_with("langfuse.trace.metadata");
  }
  if (name.starts_with("gen_ai.")) return name.starts_with("gen_ai.prompt") || name.starts_with("gen_ai.completion");
  if (name.starts_with("llm."))
    return name.starts_with("llm.input_messages") || name.starts_with("llm.output_messages");
  return name.starts_with("ai.telemetry.metadata");
}

}  // namespace clew::ingest::otlp
