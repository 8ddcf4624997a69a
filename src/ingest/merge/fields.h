// Which fields a record has and how messages about it settle them (contract/ingestion.md 7.2–7.4, with the deviations
// of 7.5). Names are those of the request bodies; stored forms that differ from them are noted.
#pragma once

#include <span>
#include <string_view>

#include "ingest/decode/decoded_batch.h"

namespace clew::ingest {

enum class Winner : std::uint8_t { kNewest, kOldest };
enum class OnNull : std::uint8_t { kKeep, kClear };
enum class Form : std::uint8_t {
  kAsGiven,
  kTime,     // microseconds since the epoch
  kMap,      // an object; an empty one counts as absent
  kNotEmpty  // text; an empty one counts as absent
};

struct FieldRule {
  std::string_view name;
  Winner winner = Winner::kNewest;
  OnNull on_null = OnNull::kKeep;
  Form form = Form::kAsGiven;
};

// The fields that follow a simple rule. The others are settled in entity_state.cc.
std::span<const FieldRule> field_rules(EntityKind kind);

namespace field {
// Fields with a rule or form of their own.
inline constexpr std::string_view kFirst = "first";    // oldest message; its clock is the information
inline constexpr std::string_view kSender = "by";      // [public key, SDK name, SDK version] of the newest message
inline constexpr std::string_view kType = "type";      // "GENERATION"
inline constexpr std::string_view kUsage = "usage";    // {key: count}, as a whole
inline constexpr std::string_view kUsageBy = "usageBy";  // [model parameters?, {key: scalar}] of the message with kUsage
inline constexpr std::string_view kCost = "cost";      // {key: picodollars}, as a whole
inline constexpr std::string_view kPrompt = "prompt";  // [name, version]
inline constexpr std::string_view kValue = "value";    // [value, data type, number of the category?]
inline constexpr std::string_view kInput = "input";    // [preview, characters, {tool name: definition}?]
inline constexpr std::string_view kOutput = "output";  // [preview, characters, [calls]?, [names]?]
}  // namespace field

}  // namespace clew::ingest
