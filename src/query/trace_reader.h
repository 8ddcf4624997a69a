// Traces: lists with filters, counts, and single traces. A trace is never stored as a row; it is derived from its
// observations and its record each time (trace_sql.h). Every method blocks and may be called from any thread.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "analytics/engine.h"
#include "query/filter.h"
#include "query/text_terms.h"
#include "query/trace_summary.h"

namespace clew::query {

// Which traces of a project.
struct TraceFilter {
  std::optional<TimeUs> from_us, to_us;  // of the trace's timestamp, half open
  Conditions conditions;                 // parsed for View::kTraces
  Search search;
};

struct TraceSort {
  Field field = Field::kTimestamp;
  bool descending = true;
};

struct TraceCount {
  std::uint64_t traces = 0;
  std::uint64_t with_errors = 0;
};

class TraceReader {
 public:
  explicit TraceReader(analytics::Engine& engine) : engine_(engine) {}

  // Traces offset … offset + limit of the sorted list; ties by id in the same direction, so pages never overlap.
  Result<std::vector<TraceSummary>> list(std::string_view project_id, const TraceFilter& filter, TraceSort sort,
                                         std::size_t offset, std::size_t limit, const TraceParts& parts);

  Result<TraceCount> count(std::string_view project_id, const TraceFilter& filter);

  // Ids of at most `limit` traces that match and were first received before `received_before_us`; in no order. Derives
  // every trace of the range.
  Result<std::vector<std::string>> ids(std::string_view project_id, const TraceFilter& filter,
                                       TimeUs received_before_us, std::size_t limit);

  // The traces among `ids` that exist, in no particular order.
  Result<std::vector<TraceSummary>> load(std::string_view project_id, const std::vector<std::string>& ids,
                                         const TraceParts& parts);

  // Null when there is neither an observation nor a record.
  Result<std::optional<TraceSummary>> find(std::string_view project_id, std::string_view id, const TraceParts& parts);

  // Ids of the traces that belong to a session.
  Result<std::vector<TraceSummary>> in_session(std::string_view project_id, std::string_view session_id,
                                               const TraceParts& parts);

 private:
  // All traces of the time range, none of which has a record; `hold_since_us`: TraceList::times_hold_since().
  Result<TraceCount> count_by_times(std::string_view project_id, const TraceFilter& filter, TimeUs hold_since_us);
  analytics::Engine& engine_;
};

// Whether any trace of the project has an attribute record. Without one, statements need no look at them.
Result<bool> has_trace_records(analytics::Engine& engine, std::string_view project_id);

// Whether the project has any trace at all.
Result<bool> has_data(analytics::Engine& engine, std::string_view project_id);

}  // namespace clew::query
