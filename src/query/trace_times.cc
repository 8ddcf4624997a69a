#include "query/trace_times.h"

#include <algorithm>

namespace clew::query {

namespace {

// Ranges closer than this are one, and more only when there are too many: a second can hold thousands of rows.
constexpr TimeUs kGapUs = 200'000;
constexpr std::size_t kRangesMax = 64;

// Joins neighbours until few are left.
std::vector<TraceTimes::Range> joined(std::vector<TraceTimes::Range> ranges) {
  std::ranges::sort(ranges, {}, &TraceTimes::Range::first_us);
  for (TimeUs gap = kGapUs;; gap *= 4) {
    std::vector<TraceTimes::Range> out;
    for (const TraceTimes::Range& range : ranges) {
      if (!out.empty() && range.first_us - out.back().last_us <= gap) {
        out.back().last_us = std::max(out.back().last_us, range.last_us);
      } else {
        out.push_back(range);
      }
    }
    if (out.size() <= kRangesMax) return out;
  }
}

}  // namespace

Result<TraceTimes> TraceTimes::read(analytics::Engine& engine, std::string_view project_id,
                                    const std::vector<std::string>& trace_ids) {
  TraceTimes times;
  if (trace_ids.empty()) return times;
  Binder binder(project_id);
  const std::string sql =
      "SELECT trace_id, min(first_start), max(last_start) FROM trace_times WHERE project_id = {project_id:String} AND "
      "trace_id IN " +
      binder.texts(trace_ids) + " GROUP BY trace_id";
  CLEW_TRY(const analytics::Rows rows, engine.select("query.trace_times", sql, binder.params()));
  for (std::size_t row = 0; row < rows.size(); ++row)
    times.ranges_.emplace(rows.text(row, 0), Range{rows.time(row, 1), rows.time(row, 2)});
  return times;
}

std::string TraceTimes::predicate(Binder& binder) const {
  std::vector<Range> ranges;
  for (const auto& [id, range] : ranges_)
    ranges.push_back(range);
  std::string sql;
  for (const Range& range : joined(std::move(ranges))) {
    sql += sql.empty() ? " AND (" : " OR ";
    sql += "(start_time >= " + binder.time(range.first_us) + " AND start_time <= " + binder.time(range.last_us) + ")";
  }
  return sql.empty() ? sql : sql + ")";
}

std::optional<TraceTimes::Range> TraceTimes::range() const {
  std::optional<Range> all;
  for (const auto& [id, range] : ranges_) {
    if (!all) all = range;
    all->first_us = std::min(all->first_us, range.first_us);
    all->last_us = std::max(all->last_us, range.last_us);
  }
  return all;
}

std::optional<TimeUs> TraceTimes::first_of(std::string_view trace_id) const {
  const auto found = ranges_.find(trace_id);
  return found == ranges_.end() ? std::nullopt : std::optional(found->second.first_us);
}

std::vector<std::string> TraceTimes::begun_before(TimeUs time_us) const {
  std::vector<std::string> ids;
  for (const auto& [id, range] : ranges_) {
    if (range.first_us < time_us) ids.push_back(id);
  }
  return ids;
}

}  // namespace clew::query
