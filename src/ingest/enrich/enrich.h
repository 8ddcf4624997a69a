// Usage and cost of one observation (contract/cost.md 4, 6 and 7).
#pragma once

#include <string_view>

#include "domain/observation.h"
#include "ingest/enrich/model_catalog.h"

namespace clew::ingest {

// Sets model_id, usage, cost, total_cost and the pricing tier from what the client provided; whatever these fields held
// before is replaced. Works on every type of observation. Any thread.
//
// Tokens are never counted or guessed here: without provided usage, usage stays empty.
void enrich(domain::Observation& observation, std::string_view project_id, ModelCatalog& catalog);

}  // namespace clew::ingest
