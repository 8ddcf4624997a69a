// Scores as JSON: v1 and v2 share one form, v3 has its own (contract/api.md B.7).
#pragma once

#include <cstdint>
#include <optional>
#include <string_view>

#include "api/json/json_writer.h"
#include "query/score_reader.h"
#include "query/trace_summary.h"

namespace clew::api {

// v1 and v2. `trace` writes the key `trace` of list items: absent (null pointer) or what is known of it.
struct ScoreTrace {
  const query::TraceSummary* trace = nullptr;  // null: unknown or none
  bool with_session = false;                   // v2
};
void write_score(JsonWriter& json, std::string_view project_id, const query::ScoreRecord& score,
                 const std::optional<ScoreTrace>& trace);

// Field groups of v3 beyond the core.
struct ScoreGroups {
  bool details = false, subject = false, annotation = false;
};
void write_score_v3(JsonWriter& json, std::string_view project_id, const query::ScoreRecord& score, ScoreGroups groups);

}  // namespace clew::api
