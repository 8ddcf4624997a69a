// Calls of a model around calls of the same model: frameworks report both the method an application calls and the call
// it makes (LlamaIndex: `predict` around `chat`). Only the inner one is the provider's; counting the tokens of both
// would charge the same text twice (contract/cost.md 10.3).
#pragma once

#include <span>
#include <string_view>
#include <unordered_set>

#include "domain/observation.h"
#include "ingest/enrich/model_catalog.h"

namespace clew::ingest {

// Those of `rows` whose tokens enrich() would count although a span below them, of the same model, reports usage or
// cost or is counted itself. `rows` are of one project and have the texts that are to be counted; what is not among
// them is not looked for, so a call that ends much later than the calls inside it, and comes without them, is counted.
// Nothing but a look at each row where no tokens are to be counted. Any thread.
std::unordered_set<const domain::Observation*> outer_calls(std::span<const domain::Observation* const> rows,
                                                           std::string_view project_id, ModelCatalog& catalog);

}  // namespace clew::ingest
