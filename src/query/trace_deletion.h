// Removes traces with everything that belongs to them, and single scores.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "analytics/engine.h"

namespace clew::query {

// The ids of observations of these traces that came through the JSON door: later events need not name their trace.
Result<std::vector<std::string>> merged_observations(analytics::Engine& engine, std::string_view project_id,
                                                     const std::vector<std::string>& trace_ids);

// Observations, payloads, records, scores and merge states of these traces; `span_ids` are their merged_observations().
// Ids that do not exist are no error. When this returns, no reader sees them any more; they leave the disk in the
// background. What arrives later is kept out
// by tombstones (retention/deletions.h), not here.
Result<> delete_traces(analytics::Engine& engine, std::string_view project_id,
                       const std::vector<std::string>& trace_ids, const std::vector<std::string>& span_ids);

Result<> delete_score(analytics::Engine& engine, std::string_view project_id, std::string_view score_id);

}  // namespace clew::query
