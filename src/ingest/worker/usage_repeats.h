// Which spans of a flush report again what calls below them reported (enrich/repeated_usage.h): among themselves, and
// for spans that are no calls of a model by their type also with what is stored of their trace, since an agent usually
// ends in a later request than its calls.
#pragma once

#include <functional>

#include "analytics/engine.h"
#include "ingest/worker/flush.h"

namespace clew::ingest {

// Fills `input.repeated_usage`. Calls `before_lookup` before it reads the store, which must know all earlier spans
// then; reads at most once for each project, and only where such a span reports usage. Errors are those of reading; may
// be repeated then.
Result<> find_repeated_usage(FlushInput& input, analytics::Engine& engine,
                             const std::function<Result<>()>& before_lookup);

}  // namespace clew::ingest
