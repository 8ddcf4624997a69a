#include "query/trace_reader.h"

#include <algorithm>
#include <limits>
#include <unordered_map>

#include "query/trace_list.h"

namespace clew::query {

namespace {

Result<std::vector<TraceSummary>> load_traces(analytics::Engine& engine, std::string_view project_id,
                                              const std::vector<std::string>& ids, const TraceParts& parts,
                                              bool has_records) {
  Binder binder(project_id);
  const std::string chosen = "trace_id IN " + binder.texts(ids);
  const TraceRows rows{.traces = chosen, .record_traces = chosen, .by_trace = true, .has_records = has_records};
  CLEW_TRY(analytics::Rows result,
           engine.select("query.trace_load", trace_select(parts, rows, binder), binder.params()));
  return read_traces(result, parts);
}

}  // namespace

Result<bool> has_trace_records(analytics::Engine& engine, std::string_view project_id) {
  CLEW_TRY(analytics::Rows rows,
           engine.select("query.has_trace_records",
                         "SELECT 1 FROM trace_attributes WHERE project_id = {project_id:String} LIMIT 1",
                         analytics::Params(project_id)));
  return !rows.empty();
}

Result<bool> has_data(analytics::Engine& engine, std::string_view project_id) {
  CLEW_TRY(analytics::Rows rows,
           engine.select("query.has_data",
                         "SELECT 1 FROM observations WHERE project_id = {project_id:String} LIMIT 1 UNION ALL "
                         "SELECT 1 FROM trace_attributes WHERE project_id = {project_id:String} LIMIT 1",
                         analytics::Params(project_id)));
  return !rows.empty();
}

Result<std::vector<TraceSummary>> TraceReader::list(std::string_view project_id, const TraceFilter& filter,
                                                    TraceSort sort, std::size_t offset, std::size_t limit,
                                                    const TraceParts& parts) {
  TraceList list(engine_, project_id, filter);
  const bool by_time = sort.field == Field::kTimestamp && sort.descending;
  CLEW_CHECK(by_time ? list.prepare() : list.prepare_all());
  CLEW_TRY(TraceList::Page page, by_time ? list.newest(offset + limit) : list.sorted(sort, offset + limit));
  std::vector<std::string>& ids = page.ids;
  if (ids.size() <= offset) return std::vector<TraceSummary>{};
  ids.erase(ids.begin(), ids.begin() + static_cast<std::ptrdiff_t>(offset));
  CLEW_TRY(std::vector<TraceSummary> traces, load_traces(engine_, project_id, ids, parts, list.has_records()));
  // Back into the order of the list; a trace deleted in between is missing.
  std::unordered_map<std::string_view, std::size_t> place;
  for (std::size_t i = 0; i < ids.size(); ++i)
    place.emplace(ids[i], i);
  std::ranges::sort(traces, {}, [&](const TraceSummary& trace) { return place.at(trace.id); });
  return traces;
}

Result<TraceCount> TraceReader::count(std::string_view project_id, const TraceFilter& filter) {
  TraceList list(engine_, project_id, filter);
  CLEW_CHECK(list.prepare());
  if (filter.conditions.empty() && filter.search.empty() && !list.has_records()) {
    CLEW_TRY(const TimeUs hold_since, list.times_hold_since({}, {}));
    if (hold_since != std::numeric_limits<TimeUs>::max()) return count_by_times(project_id, filter, hold_since);
  }
  CLEW_CHECK(list.prepare_all());
  Binder binder(project_id);
  const TraceParts parts = parts_for(filter.conditions, {TracePart::kTime, TracePart::kLevels});
  const std::string sql = "SELECT count(), countIf(error_count > 0) FROM (" + list.derived(parts, binder) +
                          ") WHERE 1" + TraceList::all_of(filter.conditions, binder);
  CLEW_TRY(analytics::Rows rows, engine_.select("query.trace_count", sql, binder.params()));
  return TraceCount{.traces = static_cast<std::uint64_t>(rows.integer(0, 0)),
                    .with_errors = static_cast<std::uint64_t>(rows.integer(0, 1))};
}

Result<TraceCount> TraceReader::count_by_times(std::string_view project_id, const TraceFilter& filter,
                                               TimeUs hold_since_us) {
  Binder binder(project_id);
  const std::string oldest = binder.time(hold_since_us);
  std::string range, rows;
  if (filter.from_us) {
    const std::string from = binder.time(*filter.from_us);
    range += " AND greatest(first, " + oldest + ") >= " + from;
    rows = " AND start_time >= " + from;
  }
  if (filter.to_us) range += " AND greatest(first, " + oldest + ") < " + binder.time(*filter.to_us);
  const std::string errors = "project_id = {project_id:String} AND level = 'ERROR'" + rows;
  // Only rows that say ERROR in some version of theirs have their versions merged; a key may be tested before that.
  const std::string sql =
      "SELECT count(), countIf(trace_id IN (SELECT trace_id FROM observations FINAL PREWHERE (start_time, trace_id, "
      "span_id) IN (SELECT start_time, trace_id, span_id FROM observations WHERE " +
      errors + ") WHERE " + errors +
      ")) FROM (SELECT trace_id, min(first_start) AS first FROM trace_times WHERE project_id = {project_id:String} "
      "GROUP BY trace_id) WHERE 1" +
      range;
  CLEW_TRY(analytics::Rows counted, engine_.select("query.trace_count", sql, binder.params()));
  return TraceCount{.traces = static_cast<std::uint64_t>(counted.integer(0, 0)),
                    .with_errors = static_cast<std::uint64_t>(counted.integer(0, 1))};
}

Result<std::vector<std::string>> TraceReader::ids(std::string_view project_id, const TraceFilter& filter,
                                                  TimeUs received_before_us, std::size_t limit) {
  TraceList list(engine_, project_id, filter);
  CLEW_CHECK(list.prepare_all());
  Binder binder(project_id);
  const TraceParts parts = parts_for(filter.conditions, {TracePart::kTime, TracePart::kBookkeeping});
  std::string sql = "SELECT trace_id FROM (" + list.derived(parts, binder) +
                    ") WHERE created_at <= " + binder.time(received_before_us) +
                    TraceList::all_of(filter.conditions, binder);
  if (filter.from_us) {
    // derived() takes a trace that began long before the range to begin in it; nobody asked for that one.
    const std::string from = binder.time(*filter.from_us);
    sql +=
        " AND trace_id NOT IN (SELECT trace_id FROM observations FINAL WHERE project_id = {project_id:String} AND "
        "start_time < " +
        from +
        " AND trace_id IN (SELECT trace_id FROM observations WHERE project_id = {project_id:String} AND "
        "start_time >= " +
        from + "))";
  }
  sql += " LIMIT " + std::to_string(limit);
  CLEW_TRY(analytics::Rows rows, engine_.select("query.trace_ids", sql, binder.params()));
  std::vector<std::string> ids;
  ids.reserve(rows.size());
  for (std::size_t row = 0; row < rows.size(); ++row)
    ids.emplace_back(rows.text(row, 0));
  return ids;
}

Result<std::vector<TraceSummary>> TraceReader::load(std::string_view project_id, const std::vector<std::string>& ids,
                                                    const TraceParts& parts) {
  if (ids.empty()) return std::vector<TraceSummary>{};
  CLEW_TRY(const bool has_records, has_trace_records(engine_, project_id));
  return load_traces(engine_, project_id, ids, parts, has_records);
}

Result<std::optional<TraceSummary>> TraceReader::find(std::string_view project_id, std::string_view id,
                                                      const TraceParts& parts) {
  CLEW_TRY(std::vector<TraceSummary> traces, load(project_id, {std::string(id)}, parts));
  if (traces.empty()) return std::optional<TraceSummary>{};
  return std::optional<TraceSummary>(std::move(traces.front()));
}

Result<std::vector<TraceSummary>> TraceReader::in_session(std::string_view project_id, std::string_view session_id,
                                                          const TraceParts& parts) {
  constexpr std::size_t kTracesMax = 1'000;
  TraceFilter filter;
  filter.conditions.push_back(text_is(Field::kSessionId, std::string(session_id)));
  return list(project_id, filter, {}, 0, kTracesMax, parts);
}

}  // namespace clew::query
