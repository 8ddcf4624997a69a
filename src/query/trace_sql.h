// How a trace is derived from its rows and its attribute record (contract/ingestion.md 9.3, 9.5), as SQL: the one place
// where these rules are written down.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "query/binder.h"
#include "query/filter.h"

namespace clew::query {

// Groups of derived columns, so that a statement reads only what it needs.
enum class TracePart : std::uint32_t {
  kTime = 1 << 0,         // timestamp, latency_us, observation_count
  kIdentity = 1 << 1,     // name, user_id, session_id, environment, version, release, tags, public, bookmarked
  kLevels = 1 << 2,       // level, error_count, warning_count, default_count, debug_count
  kTotals = 1 << 3,       // tokens, costs, running
  kModels = 1 << 4,       // models
  kPreviews = 1 << 5,     // root_id, input_preview, output_preview
  kMetadata = 1 << 6,     // metadata, metadata_strings
  kMaps = 1 << 7,         // usage, cost by key
  kBookkeeping = 1 << 8,  // created_at, updated_at
  kObservationIds = 1 << 9,
  kBeginning = 1 << 10,  // begins_with_root
};
class TraceParts {
 public:
  constexpr TraceParts(std::initializer_list<TracePart> parts) {
    for (const TracePart part : parts)
      bits_ |= static_cast<std::uint32_t>(part);
  }
  constexpr bool has(TracePart part) const { return bits_ & static_cast<std::uint32_t>(part); }
  constexpr void add(TracePart part) { bits_ |= static_cast<std::uint32_t>(part); }

 private:
  std::uint32_t bits_ = 0;
};
// The parts a condition or a sort on these fields reads.
void add_parts_of(Field field, TraceParts& parts);

// The names of the derived columns of `parts`, in the order of the statement; "trace_id" comes first.
std::vector<std::string_view> trace_columns(const TraceParts& parts);

// Which rows to derive traces from.
struct TraceRows {
  std::optional<TimeUs> from_us, to_us;  // of rows, not of traces
  std::string traces;                    // "trace_id IN …", or "" for all
  std::string record_traces;             // the same for records; "" for all
  // Looks the traces up one by one and knows all their rows; otherwise goes through the rows in the order of time.
  bool by_trace = false;
  bool has_records = false;
};

// A SELECT with one row per trace and the columns of trace_columns(parts).
std::string trace_select(const TraceParts& parts, const TraceRows& rows, Binder& binder);

// A condition over a row of trace_select(). Scores are looked up by a sub-select.
std::string trace_predicate(const Condition& condition, Binder& binder);

// A predicate over single rows that every trace satisfying `condition` fulfils in at least one of its rows (in any
// version of it), and one over records for traces that satisfy it through their record. Null when the condition says
// nothing about single rows.
struct Necessary {
  std::string rows;
  std::string records;
  int rank = 0;  // higher = fewer rows, by experience
};
std::optional<Necessary> necessary_predicate(const Condition& condition, Binder& binder);

// "trace_id IN (…)" or its opposite: the traces whose derived value satisfies a condition (parsed for View::kTraces),
// for statements over something that belongs to a trace.
std::string of_traces_where(const Condition& condition, bool has_records, Binder& binder);

}  // namespace clew::query
