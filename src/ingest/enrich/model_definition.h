// What a model is called, how its usage is priced, and the built-in list of models (contract/cost.md 3, 6 and 8).
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "base/result.h"
#include "base/time.h"
#include "ingest/enrich/price.h"

namespace clew::ingest {

// Compares the sum of all usage whose key matches with a number.
struct UsageCondition {
  enum class Comparison : std::uint8_t { kGt, kGte, kLt, kLte, kEq, kNeq };
  std::string pattern;  // regular expression, searched in the key
  Comparison comparison = Comparison::kGt;
  double value = 0;
  bool case_sensitive = false;
};

// Asks for a top-level key of the model parameters or of the metadata.
struct AttributeCondition {
  enum class Source : std::uint8_t { kModelParameters, kMetadata };
  Source source = Source::kModelParameters;
  std::string key;
  std::vector<std::string> values;  // one of them
};

using TierCondition = std::variant<UsageCondition, AttributeCondition>;

struct PricingTier {
  std::string id, name;
  bool is_default = false;                            // exactly one tier of a definition; applies when no other does
  int priority = 0;                                   // the others are tried in ascending order
  std::vector<TierCondition> conditions;              // all must hold; a tier without any applies only as the default
  std::vector<std::pair<std::string, Price>> prices;  // by usage type
};

struct ModelDefinition {
  std::string id;
  std::string model_name;
  std::string match_pattern;            // searched in the name the client gave
  std::optional<TimeUs> start_date_us;  // applies to observations that started then or later; null = always
  std::string unit;                     // "TOKENS", ... or ""
  std::string tokenizer_id;             // "openai", "claude" or ""
  std::string tokenizer_config;         // JSON object {tokenizerModel, tokensPerMessage, tokensPerName} or ""
  std::vector<PricingTier> tiers;
  TimeUs created_at_us = 0;
};

// A list in the form of contract/model-prices.json. kInvalidArgument names the definition that breaks a rule of
// contract/cost.md 8.
Result<std::vector<ModelDefinition>> parse_model_prices(std::string_view json_text);

// The list that is part of the program.
std::string_view builtin_model_prices();

// kInvalidArgument: not a regular expression we can search with. For definitions users write.
Result<> check_match_pattern(std::string_view pattern);
// Any pattern, an empty one included.
bool is_pattern(std::string_view pattern);

// Definitions use PostgreSQL's dialect; RE2 reads the same text but for word boundaries, `\y` and `\Y` there. What RE2
// lacks (look-around, back references, `\m`, `\M`) stays as it is and does not compile.
std::string re2_pattern(std::string_view postgres_pattern);

}  // namespace clew::ingest
