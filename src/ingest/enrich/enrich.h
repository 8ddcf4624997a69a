// Usage and cost of one observation (contract/cost.md 4, 6 and 7).
#pragma once

#include <string_view>

#include "domain/observation.h"
#include "ingest/enrich/model_catalog.h"
#include "tokenizer/tokenizers.h"

namespace clew::ingest {

// What an observation is enriched with beside itself and the price list.
struct EnrichWith {
  // What the conditions of pricing tiers look at; null = the model parameters and metadata of the observation.
  const domain::PricingFacts* facts = nullptr;
  // Counts tokens where neither usage nor cost was provided; null = such usage stays empty.
  tokenizer::Tokenizers* tokenizers = nullptr;
  // It says again what calls below it said (repeated_usage.h): its usage and cost stay empty.
  bool is_repeated = false;
};

// Sets model_id, usage, cost, total_cost and the pricing tier from what the client provided and, failing that, from
// the tokens of input and output; whatever these fields held before is replaced. Works on every type of observation.
// Any thread.
//
// Usage that was counted here and not reported is recognised by this: `usage` is not empty, `provided_usage` is. Usage
// that repeats that of spans below by the opposite: `provided_usage` is not empty, `usage` is.
void enrich(domain::Observation& observation, std::string_view project_id, ModelCatalog& catalog,
            const EnrichWith& with = {});

// Whether enrich() would count tokens of the observation: its input and output have to be at hand then.
bool needs_texts(const domain::Observation& observation, std::string_view project_id, ModelCatalog& catalog);

// Model, tier and cost for usage as it is: what enrich() does after usage is known, and what re-pricing does with
// stored observations. Sets model_id, cost, total_cost and the pricing tier.
void price(domain::Observation& observation, std::string_view project_id, ModelCatalog& catalog,
           const domain::PricingFacts* facts);

}  // namespace clew::ingest
