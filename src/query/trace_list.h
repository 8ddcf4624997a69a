// The search for one page of traces. Newest first, it goes back through time in windows that grow until the page is
// full, so that a list costs what its page costs and not what the project holds.
//
// A trace belongs to the window that contains its own timestamp. Candidates of a window are the traces with a row in it
// or, with a filter, those with a row since it began that any matching trace must have (the driver). They are derived
// from their rows since the window began. Whether a trace had rows before is looked for a day back; further back only
// when its earliest known row has a parent, because a trace begins with a root. So a trace that rests for more than a
// day and goes on with a new root is listed where it went on.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "analytics/engine.h"
#include "query/binder.h"
#include "query/text_search.h"
#include "query/trace_reader.h"

namespace clew::query {

class TraceList {
 public:
  // `filter` must outlive the list.
  TraceList(analytics::Engine& engine, std::string_view project_id, const TraceFilter& filter)
      : engine_(engine), project_id_(project_id), filter_(filter), terms_(text_terms(filter.search, {})) {}

  // Looks up what later statements depend on. Call first.
  Result<> prepare();
  // Looks up what has the words of the search, too, for statements that need all of it: whatever but newest().
  Result<> prepare_all();

  struct Page {
    std::vector<std::string> ids;
  };
  // The first `count` traces, newest first.
  Result<Page> newest(std::size_t count) const;
  // The first `count` traces by any sort. Derives every trace of the range.
  Result<Page> sorted(TraceSort sort, std::size_t count) const;

  // A SELECT with one derived row per trace of the range, conditions not applied; for counts and facets. A trace that
  // began more than kLookBackUs before the range and goes on within it is taken to begin there.
  std::string derived(const TraceParts& parts, Binder& binder) const;
  // " AND (…) AND (…)" over its columns.
  static std::string all_of(const Conditions& conditions, Binder& binder);

  bool has_records() const { return has_records_; }

  // Since when what trace_times says of a trace without record is so to the microsecond; the far future if not known.
  // Rows that age took away lay before it; that an update moved a row is asked for rows of [from_us, to_us).
  Result<TimeUs> times_hold_since(std::optional<TimeUs> from_us, std::optional<TimeUs> to_us) const;

  static constexpr TimeUs kLookBackUs = 86'400'000'000;

 private:
  struct Window {
    std::optional<TimeUs> from_us, to_us;
    bool last = false;  // nothing lies before it
  };
  // What one row, or the record, of every matching trace must fulfil; empty when the filter gives no hint.
  struct Driver {
    std::string rows, records;
  };

  // With a search its hits give the traces, one by one.
  Result<Page> newest_with_text(std::size_t count) const;
  TextScope text_scope() const;
  using Begun = std::pair<TimeUs, std::string>;  // when a trace begins, and its id
  // Adds those of the traces that satisfy the filter.
  Result<> add_traces(const std::vector<std::string>& ids, std::vector<Begun>& traces) const;
  static Page first_of(std::vector<Begun> traces, std::size_t count);
  // With a filter that few traces satisfy: the traces of the newest rows that a driver chooses, looked up one by one.
  // Nothing where so many run at a time that a window costs less.
  Result<std::optional<Page>> newest_driven(std::size_t count) const;
  // When the newest such row of a trace began, and the trace; newest first, up to a time.
  Result<analytics::Rows> driver_rows(std::optional<TimeUs> to_us, std::size_t traces) const;
  Driver driver(Binder& binder) const;
  Result<Window> next_window(std::optional<TimeUs> to_us, std::size_t rows) const;
  std::string candidates(const Window& window, Binder& binder) const;
  // Adds the ids of at most `count` traces of the window to the page.
  Result<> add_window(const Window& window, std::size_t count, Page& page) const;
  // Removes the traces that had begun before the window: they are found again in an older one.
  Result<> remove_begun_earlier(const Window& window, std::vector<std::string>& candidates) const;

  analytics::Engine& engine_;
  std::string_view project_id_;
  const TraceFilter& filter_;
  bool has_records_ = false;
  TextTerms terms_;            // of the search
  std::vector<TextHit> hits_;  // known after prepare_all()
};

// The parts that conditions and sort read, besides `parts`.
TraceParts parts_for(const Conditions& conditions, TraceParts parts);

}  // namespace clew::query
