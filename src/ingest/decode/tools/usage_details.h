// Usage and cost maps as clients send them, brought to the stored form (contract/ingestion.md 5.5, cost.md 7).
// Both doors use these functions. Pure; any thread.
#pragma once

#include <cstdint>
#include <optional>
#include <string_view>

#include "base/json.h"
#include "domain/observation.h"

namespace clew::ingest {

// The `usageDetails` rules: the two OpenAI shapes (exact key set) become input, output, total and input_*/output_*
// details; otherwise integers >= 0 are kept, text is read as a base-10 integer prefix, everything else is dropped.
// Empty means absent.
domain::UsageMap normalize_usage_details(const json::Object& details);

enum class NumericText : std::uint8_t {
  kDrop,   // the JSON door: "0.1" is not a cost
  kParse,  // the OTLP door: "0.1" is 0.1
};

// The `costDetails` rules: numbers >= 0 are kept, everything else is dropped. Empty means absent.
domain::CostMap normalize_cost_details(const json::Object& details, NumericText numeric_text = NumericText::kDrop);

// Money from a JSON number or, with kParse, from numeric text. Null when it is neither, negative or not finite.
std::optional<domain::Picodollars> cost_value(const json::Value& value, NumericText numeric_text);

// Decimal text ("12.5", "-1e-3") to 10^-12 dollar, exactly; further digits are rounded half up (away from zero).
// |value| >= 10^6 dollar becomes 999999.999999. Null when the text is not a decimal number.
std::optional<domain::Picodollars> parse_picodollars(std::string_view decimal);

}  // namespace clew::ingest
