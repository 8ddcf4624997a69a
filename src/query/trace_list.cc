#include "query/trace_list.h"

#include <algorithm>
#include <functional>
#include <iterator>
#include <limits>
#include <unordered_set>

#include "query/expressions.h"
#include "query/predicates.h"
#include "query/row_sql.h"
#include "query/trace_times.h"

namespace clew::query {

namespace {

constexpr std::size_t kFirstWindowRows = 16'384;  // some seconds of a busy project: spans come when their trace is over
constexpr std::size_t kFirstDriverRows = 512;     // rows that a filter has already chosen
constexpr std::size_t kWindowGrowth = 8;
constexpr std::size_t kHitsMin = 32;                  // of a search at once
constexpr std::size_t kLotMore = 14, kLotGrowth = 4;  // traces looked up at once, besides those of the page
constexpr std::size_t kWindowRowsMax = 2'000'000;     // larger windows would only cost memory at once

std::string time_bounds(std::string_view column, std::optional<TimeUs> from_us, std::optional<TimeUs> to_us,
                        Binder& binder) {
  std::string sql;
  if (from_us) sql += " AND " + std::string(column) + " >= " + binder.time(*from_us);
  if (to_us) sql += " AND " + std::string(column) + " < " + binder.time(*to_us);
  return sql;
}

std::vector<std::string> texts_of(const analytics::Rows& rows, std::size_t column) {
  std::vector<std::string> ids;
  ids.reserve(rows.size());
  for (std::size_t row = 0; row < rows.size(); ++row)
    ids.emplace_back(rows.text(row, column));
  return ids;
}

}  // namespace

TraceParts parts_for(const Conditions& conditions, TraceParts parts) {
  for (const Condition& condition : conditions)
    add_parts_of(condition.field, parts);
  return parts;
}

Result<> TraceList::prepare() {
  CLEW_TRY(has_records_, has_trace_records(engine_, project_id_));
  return ok();
}

Result<> TraceList::prepare_all() {
  CLEW_CHECK(prepare());
  if (terms_.empty()) return ok();
  TextSearch search(engine_, project_id_, terms_, text_scope());
  CLEW_TRY(hits_, search.next(kTextHitsMax));
  if (hits_.size() > kTextHitsMax) hits_.resize(kTextHitsMax);
  return ok();
}

// The words may be in a later row of a trace that began within the range.
TextScope TraceList::text_scope() const {
  TextScope scope{.from_us = filter_.from_us, .records = has_records_};
  if (filter_.to_us) scope.to_us = *filter_.to_us + kLookBackUs;
  return scope;
}

std::string TraceList::all_of(const Conditions& conditions, Binder& binder) {
  std::string sql;
  for (const Condition& condition : conditions)
    sql += " AND " + trace_predicate(condition, binder);
  return sql;
}

TraceList::Driver TraceList::driver(Binder& binder) const {
  if (!filter_.search.empty()) {
    std::vector<std::string> records;
    for (const TextHit& hit : hits_) {
      if (hit.span_id.empty()) records.push_back(hit.trace_id);
    }
    return {hit_predicate(hits_, binder), "trace_id IN " + binder.texts(records)};
  }
  std::optional<Necessary> best;
  for (const Condition& condition : filter_.conditions) {
    auto necessary = necessary_predicate(condition, binder);
    if (necessary && (!best || necessary->rank > best->rank)) best = std::move(necessary);
  }
  if (!best) return {};
  return {std::move(best->rows), std::move(best->records)};
}

TraceList::Page TraceList::first_of(std::vector<Begun> traces, std::size_t count) {
  Page page;
  for (std::size_t i = 0; i < std::min(count, traces.size()); ++i)
    page.ids.push_back(std::move(traces[i].second));
  return page;
}

Result<TraceList::Page> TraceList::newest(std::size_t count) const {
  if (!terms_.empty()) return newest_with_text(count);
  Binder unused(project_id_);
  const bool driven = !driver(unused).rows.empty();
  if (driven && !has_records_ && !filter_.to_us) {
    CLEW_TRY(std::optional<Page> found, newest_driven(count));
    if (found) return *std::move(found);
  }
  Page page;
  Window window{.to_us = filter_.to_us};
  const std::size_t first = driven ? kFirstDriverRows : kFirstWindowRows;
  for (std::size_t rows = first; page.ids.size() < count && !window.last; rows *= kWindowGrowth) {
    const auto to_us = window.from_us ? window.from_us : window.to_us;
    CLEW_TRY(window, next_window(to_us, std::min(rows, kWindowRowsMax)));
    CLEW_CHECK(add_window(window, count, page));
  }
  return page;
}

Result<TraceList::Page> TraceList::newest_with_text(std::size_t count) const {
  TextScope scope = text_scope();
  scope.per_trace = true;
  TextSearch search(engine_, project_id_, terms_, scope);
  std::vector<Begun> traces;  // newest first
  std::size_t looked_at = 0;
  // A trace begins no later than any of its rows: one without a hit so far belongs behind the next hit.
  const auto reached = [&](std::optional<TimeUs> bound) {
    return !bound || (traces.size() >= count && traces[count - 1].first > *bound);
  };
  while (looked_at < kTextHitsMax) {
    const std::size_t missing = count - std::min(count, traces.size());
    CLEW_TRY(const std::vector<TextHit> hits, search.next(std::max({missing, looked_at / 2, kHitsMin})));
    std::vector<std::string> ids;
    for (const TextHit& hit : hits)
      ids.push_back(hit.trace_id);
    CLEW_CHECK(add_traces(ids, traces));
    std::ranges::sort(traces, std::greater());
    looked_at += hits.size();
    if (hits.empty() || reached(search.bound())) break;
  }
  return first_of(std::move(traces), count);
}

Result<std::optional<TraceList::Page>> TraceList::newest_driven(std::size_t count) const {
  std::vector<Begun> traces;  // newest first
  std::unordered_set<std::string> seen;
  std::optional<TimeUs> bound;  // of the rows looked at; there are older ones
  for (std::size_t lot = count + kLotMore;; lot *= kLotGrowth) {
    CLEW_TRY(const analytics::Rows rows, driver_rows(bound, lot));
    std::vector<std::string> ids = texts_of(rows, 1);
    const bool all = ids.size() < lot;
    if (!all) bound = rows.time(rows.size() - 1, 0);
    std::erase_if(ids, [&](const std::string& id) { return !seen.insert(id).second; });
    CLEW_CHECK(add_traces(ids, traces));
    std::ranges::sort(traces, std::greater());
    if (all) return std::optional(first_of(std::move(traces), count));
    const auto older = std::ranges::find_if(traces, [&](const Begun& trace) { return trace.first <= *bound; });
    const auto certain = static_cast<std::size_t>(older - traces.begin());
    if (certain >= count) return std::optional(first_of(std::move(traces), count));
    // So many run at a time that one would look at far more than fill the page.
    if (certain < seen.size() / 4) return std::optional<Page>();
  }
}

Result<analytics::Rows> TraceList::driver_rows(std::optional<TimeUs> to_us, std::size_t traces) const {
  Binder binder(project_id_);
  std::string sql = "SELECT start_time, trace_id FROM observations WHERE project_id = {project_id:String}" +
                    time_bounds("start_time", filter_.from_us, {}, binder);
  if (to_us) sql += " AND start_time <= " + binder.time(*to_us);
  sql +=
      " AND " + driver(binder).rows + " ORDER BY start_time DESC LIMIT 1 BY trace_id LIMIT " + std::to_string(traces);
  return engine_.select("query.trace_driver", sql, binder.params());
}

Result<> TraceList::add_traces(const std::vector<std::string>& ids, std::vector<Begun>& traces) const {
  if (ids.empty()) return ok();
  Binder binder(project_id_);
  const std::string these = "trace_id IN " + binder.texts(ids);
  const TraceRows rows{.traces = these, .record_traces = these, .by_trace = true, .has_records = has_records_};
  const std::string sql = "SELECT timestamp, trace_id FROM (" +
                          trace_select(parts_for(filter_.conditions, {TracePart::kTime}), rows, binder) + ") WHERE 1" +
                          time_bounds("timestamp", filter_.from_us, filter_.to_us, binder) +
                          all_of(filter_.conditions, binder);
  CLEW_TRY(const analytics::Rows found, engine_.select("query.trace_hits", sql, binder.params()));
  for (std::size_t row = 0; row < found.size(); ++row)
    traces.emplace_back(found.time(row, 0), found.text(row, 1));
  return ok();
}

Result<TraceList::Window> TraceList::next_window(std::optional<TimeUs> to_us, std::size_t rows) const {
  Binder binder(project_id_);
  const Driver driven = driver(binder);
  const std::string filter = driven.rows.empty() ? "" : " AND " + driven.rows;
  const std::string sql =
      "SELECT min(t), count() FROM (SELECT start_time AS t FROM observations WHERE "
      "project_id = {project_id:String}" +
      time_bounds("start_time", filter_.from_us, to_us, binder) + filter + " ORDER BY start_time DESC LIMIT " +
      std::to_string(rows) + ")";
  CLEW_TRY(analytics::Rows result, engine_.select("query.trace_window", sql, binder.params()));
  const bool full = static_cast<std::size_t>(result.integer(0, 1)) == rows;
  Window window{.from_us = filter_.from_us, .to_us = to_us, .last = !full};
  if (full) window.from_us = result.time(0, 0);
  return window;
}

std::string TraceList::candidates(const Window& window, Binder& binder) const {
  const Driver driven = driver(binder);
  if (driven.rows.empty() && window.last && !window.from_us && !window.to_us) return "";
  // All rows since the window began are those of its traces.
  if (driven.rows.empty() && !has_records_ && !window.to_us) return "";
  // A driver's row may be any row of the trace, also one after the window; without a driver it is the first row.
  std::string rows = "SELECT trace_id FROM observations WHERE project_id = {project_id:String}";
  if (driven.rows.empty()) {
    rows += time_bounds("start_time", window.from_us, window.to_us, binder);
  } else {
    rows += time_bounds("start_time", window.from_us, {}, binder) + " AND " + driven.rows;
  }
  if (!has_records_) return "trace_id IN (" + rows + ")";
  std::string records = "SELECT trace_id FROM trace_attributes FINAL WHERE project_id = {project_id:String}";
  if (driven.rows.empty()) {
    records += time_bounds("ifNull(timestamp, created_at)", window.from_us, window.to_us, binder);
  } else {
    records += " AND " + driven.records;
  }
  return "trace_id IN (" + rows + " UNION ALL " + records + ")";
}

Result<> TraceList::add_window(const Window& window, std::size_t count, Page& page) const {
  Binder binder(project_id_);
  const std::string traces = candidates(window, binder);
  const TraceRows rows{
      .from_us = window.from_us, .traces = traces, .record_traces = traces, .has_records = has_records_};
  const TraceParts parts = parts_for(filter_.conditions, {TracePart::kTime});
  const std::string sql = "SELECT trace_id FROM (" + trace_select(parts, rows, binder) + ") WHERE 1" +
                          time_bounds("timestamp", window.from_us, window.to_us, binder) +
                          all_of(filter_.conditions, binder) + " ORDER BY timestamp DESC, trace_id DESC LIMIT ";
  std::unordered_set<std::string> seen(page.ids.begin(), page.ids.end());
  // More than asked for: where many traces run at a time, most may turn out to have begun before the window.
  for (std::size_t limit = 2'000 + 4 * count;; limit *= 4) {
    CLEW_TRY(analytics::Rows result,
             engine_.select("query.trace_candidates", sql + std::to_string(limit), binder.params()));
    std::vector<std::string> found = texts_of(result, 0);
    const bool all = found.size() < limit;
    std::erase_if(found, [&](const std::string& id) { return !seen.insert(id).second; });
    std::size_t size = count - page.ids.size() + 20;
    for (auto next = found.begin(); next != found.end() && page.ids.size() < count; size *= 32) {
      const auto left = static_cast<std::size_t>(found.end() - next);
      const auto end = next + static_cast<std::ptrdiff_t>(std::min(left, size));
      std::vector<std::string> chunk(std::make_move_iterator(next), std::make_move_iterator(end));
      next = end;
      CLEW_CHECK(remove_begun_earlier(window, chunk));
      chunk.resize(std::min(chunk.size(), count - page.ids.size()));
      page.ids.insert(page.ids.end(), std::make_move_iterator(chunk.begin()), std::make_move_iterator(chunk.end()));
    }
    if (all || page.ids.size() == count) return ok();
  }
}

Result<TimeUs> TraceList::times_hold_since(std::optional<TimeUs> from_us, std::optional<TimeUs> to_us) const {
  Binder binder(project_id_);
  const std::string of_project = " FROM observations WHERE project_id = {project_id:String}";
  const std::string sql = "SELECT (SELECT min(t) FROM (SELECT start_time AS t" + of_project +
                          " ORDER BY start_time LIMIT 1)), (SELECT count() FROM (SELECT 1" + of_project +
                          time_bounds("start_time", from_us, to_us, binder) + " AND is_deleted = 1 LIMIT 1))";
  CLEW_TRY(analytics::Rows rows, engine_.select("query.trace_times_hold", sql, binder.params()));
  return rows.integer(0, 1) == 0 && !rows.is_null(0, 0) ? rows.time(0, 0) : std::numeric_limits<TimeUs>::max();
}

Result<> TraceList::remove_begun_earlier(const Window& window, std::vector<std::string>& candidates) const {
  if (!window.from_us || candidates.empty()) return ok();
  CLEW_TRY(const TraceTimes times, TraceTimes::read(engine_, project_id_, candidates));
  std::vector<std::string> earlier = times.begun_before(*window.from_us);
  if (earlier.empty()) return ok();
  if (!has_records_) {
    CLEW_TRY(const TimeUs hold_since, times_hold_since(times.range()->first_us, window.from_us));
    if (hold_since < *window.from_us) {
      const std::vector<std::string> doubtful = times.begun_before(hold_since);
      std::unordered_set<std::string_view> certain(earlier.begin(), earlier.end());
      for (const std::string& id : doubtful)
        certain.erase(id);
      std::erase_if(candidates, [&](const std::string& id) { return certain.contains(id); });
      if (doubtful.empty()) return ok();
      earlier = doubtful;
    }
  }

  // Looked at whole: what lay before the window may be deleted by now, and a record may still put the trace into it.
  Binder binder(project_id_);
  const std::string these = "trace_id IN " + binder.texts(earlier);
  const TraceRows all_rows{.traces = these, .record_traces = these, .by_trace = true, .has_records = has_records_};
  const std::string sql =
      "SELECT trace_id FROM (" + trace_select(parts_for(filter_.conditions, {TracePart::kTime}), all_rows, binder) +
      ") WHERE 1" + time_bounds("timestamp", window.from_us, window.to_us, binder) + all_of(filter_.conditions, binder);
  CLEW_TRY(analytics::Rows rows, engine_.select("query.trace_verify", sql, binder.params()));
  const std::vector<std::string> kept = texts_of(rows, 0);
  std::unordered_set<std::string_view> dropped(earlier.begin(), earlier.end());
  for (const std::string& id : kept)
    dropped.erase(id);
  std::erase_if(candidates, [&](const std::string& id) { return dropped.contains(id); });
  return ok();
}

std::string TraceList::derived(const TraceParts& parts, Binder& binder) const {
  const Window range{.from_us = filter_.from_us, .to_us = filter_.to_us, .last = true};
  const std::string traces = candidates(range, binder);
  Binder unused(project_id_);
  TraceRows rows{
      .traces = traces, .record_traces = traces, .by_trace = !driver(unused).rows.empty(), .has_records = has_records_};
  if (filter_.from_us && !rows.by_trace) rows.from_us = *filter_.from_us - kLookBackUs;
  TraceParts wanted = parts;
  wanted.add(TracePart::kTime);
  return "SELECT * FROM (" + trace_select(wanted, rows, binder) + ") WHERE 1" +
         time_bounds("timestamp", filter_.from_us, filter_.to_us, binder);
}

Result<TraceList::Page> TraceList::sorted(TraceSort sort, std::size_t count) const {
  Binder binder(project_id_);
  TraceParts parts = parts_for(filter_.conditions, {TracePart::kTime});
  add_parts_of(sort.field, parts);
  const Expression key = trace_expression(sort.field);
  if (key.kind == ValueKind::kUnavailable || key.kind == ValueKind::kScores) {
    return Error{Errc::kInvalidArgument, "traces cannot be sorted by this column"};
  }
  const std::string direction = sort.descending ? " DESC" : " ASC";
  const std::string sql = "SELECT trace_id FROM (" + derived(parts, binder) + ") WHERE 1" +
                          all_of(filter_.conditions, binder) + " ORDER BY " + std::string(key.sql) + direction +
                          " NULLS LAST, trace_id" + direction + " LIMIT " + std::to_string(count);
  CLEW_TRY(analytics::Rows rows, engine_.select("query.trace_sorted", sql, binder.params()));
  return Page{.ids = texts_of(rows, 0)};
}

}  // namespace clew::query
