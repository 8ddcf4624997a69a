// Usage and cost as one message provides them (contract/cost.md 2).
#pragma once

#include "base/json.h"
#include "domain/observation.h"

namespace clew::ingest {

// From `usage` and `usageDetails` of a normalised body; negative counts are left out. Empty = the message says nothing.
domain::UsageMap provided_usage(const json::Object& body);

// From the cost fields of `usage` and from `costDetails`; negative amounts are left out.
domain::CostMap provided_cost(const json::Object& body);

}  // namespace clew::ingest
