// When the observations of traces lie, looked up by trace id: what keeps a read of a few traces from asking all blocks
// of a table that is ordered by time (analytics/schema/0009_trace_times.sql).
#pragma once

#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "analytics/engine.h"
#include "query/binder.h"

namespace clew::query {

class TraceTimes {
 public:
  struct Range {
    TimeUs first_us = 0, last_us = 0;  // start times, both included
  };

  TraceTimes() = default;
  static Result<TraceTimes> read(analytics::Engine& engine, std::string_view project_id,
                                 const std::vector<std::string>& trace_ids);

  // " AND (…)" for rows of these traces, in no time the rows of which it would leave out; empty when it knows none of
  // the traces.
  std::string predicate(Binder& binder) const;
  // From the first to the last of all of them; null when it knows none.
  std::optional<Range> range() const;
  // The first start of a trace; null when it does not know the trace.
  std::optional<TimeUs> first_of(std::string_view trace_id) const;
  // The traces that may have rows before a time.
  std::vector<std::string> begun_before(TimeUs time_us) const;

 private:
  std::map<std::string, Range, std::less<>> ranges_;
};

}  // namespace clew::query
