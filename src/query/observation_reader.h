// Observations: lists with filters, counts, single ones, all of a trace. Superseded versions of a row are never
// visible, whether the store has merged them away or not. Every method blocks and may be called from any thread.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "analytics/engine.h"
#include "query/filter.h"
#include "query/observation_record.h"
#include "query/row_sql.h"
#include "query/text_terms.h"

namespace clew::query {

struct ObservationFilter {
  std::optional<TimeUs> from_us, to_us;  // start time, half open
  Conditions conditions;                 // parsed for View::kObservations or kObservationsV2
  Search search;
};

// A place in the list newest first; the page begins after it.
struct ObservationCursor {
  TimeUs start_time_us = 0;
  std::string trace_id, span_id;
};

struct ObservationSort {
  Field field = Field::kTimestamp;
  bool descending = true;
};

struct ObservationCount {
  std::uint64_t observations = 0;
  std::uint64_t errors = 0;
};

class ObservationReader {
 public:
  explicit ObservationReader(analytics::Engine& engine) : engine_(engine) {}

  // Newest first: by start time, trace id and span id, all descending.
  Result<std::vector<ObservationRecord>> page_after(std::string_view project_id, const ObservationFilter& filter,
                                                    const std::optional<ObservationCursor>& after, std::size_t limit,
                                                    const ObservationParts& parts);
  // By any sort; observations offset … offset + limit. Ties as above.
  Result<std::vector<ObservationRecord>> page_at(std::string_view project_id, const ObservationFilter& filter,
                                                 ObservationSort sort, std::size_t offset, std::size_t limit,
                                                 const ObservationParts& parts);
  Result<ObservationCount> count(std::string_view project_id, const ObservationFilter& filter);

  // By id alone; of several traces with that span id the newest. Null when there is none.
  Result<std::optional<ObservationRecord>> find(std::string_view project_id, std::string_view span_id,
                                                const ObservationParts& parts);
  Result<std::optional<ObservationRecord>> find(std::string_view project_id, std::string_view trace_id,
                                                std::string_view span_id, const ObservationParts& parts);

  // The first `limit` observations of a trace by start time.
  Result<std::vector<ObservationRecord>> of_trace(std::string_view project_id, std::string_view trace_id,
                                                  std::size_t limit, const ObservationParts& parts);

 private:
  analytics::Engine& engine_;
};

}  // namespace clew::query
