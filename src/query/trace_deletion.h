// Removes traces with everything that belongs to them, and single scores.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "analytics/engine.h"

namespace clew::query {

// Observations, payloads, records, scores and merge states of these traces. Ids that do not exist are no error. When
// this returns, no reader sees them any more; the same ids may be ingested anew later.
Result<> delete_traces(analytics::Engine& engine, std::string_view project_id,
                       const std::vector<std::string>& trace_ids);

Result<> delete_score(analytics::Engine& engine, std::string_view project_id, std::string_view score_id);

}  // namespace clew::query
