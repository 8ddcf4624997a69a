// A model definition as JSON: the object of the models API and the form in which tiers are stored
// (contract/cost.md 9).
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "base/json.h"
#include "ingest/enrich/model_definition.h"

namespace clew::models {

// The object of the API. Flat prices are those of the default tier.
json::Object model_json(const ingest::ModelDefinition& model, bool is_builtin);

// Tiers as stored: like those of the API, with prices as decimal text so that none loses a digit.
std::string stored_tiers(const std::vector<ingest::PricingTier>& tiers);
// kCorruption: not what stored_tiers() writes.
Result<std::vector<ingest::PricingTier>> parse_stored_tiers(std::string_view text);

// "gt" … "neq"; null for anything else.
std::optional<ingest::UsageCondition::Comparison> parse_comparison(std::string_view name);
std::string_view to_text(ingest::UsageCondition::Comparison comparison);

}  // namespace clew::models
