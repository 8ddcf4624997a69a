// Traces as JSON of the public API: list items and the detail (contract/api.md B.3).
#pragma once

#include <cstdint>
#include <initializer_list>
#include <string_view>
#include <vector>

#include "api/json/json_writer.h"
#include "query/payloads.h"
#include "query/trace_summary.h"

namespace clew::api {

// Field groups of GET /traces and /traces/{id}.
struct TraceGroups {
  bool io = true, scores = true, observations = true, metrics = true;

  // A comma list of group names; unknown names are ignored, none known means all.
  static TraceGroups parse(std::string_view fields);
  query::TraceParts parts() const;
};

// The keys up to and including `sessionId`, `createdAt`, `updatedAt`: inside of an object the caller began.
void write_trace_core(JsonWriter& json, std::string_view project_id, const query::TraceSummary& trace,
                      const query::Payload* payload);
// `totalCost`, `latency` (-1 when not asked for) and `htmlPath`.
void write_trace_metrics(JsonWriter& json, std::string_view project_id, const query::TraceSummary& trace, bool wanted);

}  // namespace clew::api
