#include "query/observation_reader.h"

#include "query/observation_list.h"
#include "query/trace_times.h"

namespace clew::query {

namespace {

// Up to here a page by number is reached by reading all before it; beyond, merging the range is cheaper.
constexpr std::size_t kSkipMax = 2'000;

ObservationParts with_core(ObservationParts parts) {
  parts.add(ObservationPart::kCore);
  return parts;
}

Result<std::vector<ObservationRecord>> newest_at(const ObservationList& list, std::size_t offset, std::size_t limit,
                                                 const ObservationParts& parts) {
  std::optional<ObservationCursor> after;
  if (offset > 0) {
    CLEW_TRY(const std::vector<ObservationRecord> skipped, list.newest({}, offset, {ObservationPart::kCore}));
    if (skipped.size() < offset) return std::vector<ObservationRecord>{};
    const ObservationRecord& last = skipped.back();
    after = ObservationCursor{last.start_time_us, last.trace_id, last.span_id};
  }
  return list.newest(after, limit, parts);
}

}  // namespace

Result<std::vector<ObservationRecord>> ObservationReader::page_after(std::string_view project_id,
                                                                     const ObservationFilter& filter,
                                                                     const std::optional<ObservationCursor>& after,
                                                                     std::size_t limit, const ObservationParts& parts) {
  ObservationList list(engine_, project_id, filter);
  CLEW_CHECK(list.prepare());
  CLEW_TRY(std::vector<ObservationRecord> page, list.newest(after, limit, with_core(parts)));
  if (list.has_records()) CLEW_CHECK(apply_records(engine_, project_id, page));
  return page;
}

Result<std::vector<ObservationRecord>> ObservationReader::page_at(std::string_view project_id,
                                                                  const ObservationFilter& filter, ObservationSort sort,
                                                                  std::size_t offset, std::size_t limit,
                                                                  const ObservationParts& parts) {
  ObservationList list(engine_, project_id, filter);
  const bool newest = sort.field == Field::kTimestamp && sort.descending && offset <= kSkipMax;
  std::vector<ObservationRecord> page;
  if (newest) {
    CLEW_CHECK(list.prepare());
    CLEW_TRY(page, newest_at(list, offset, limit, with_core(parts)));
  } else {
    CLEW_CHECK(list.prepare_all());
    CLEW_TRY(page, list.sorted(sort, offset, limit, with_core(parts)));
  }
  if (list.has_records()) CLEW_CHECK(apply_records(engine_, project_id, page));
  return page;
}

Result<ObservationCount> ObservationReader::count(std::string_view project_id, const ObservationFilter& filter) {
  ObservationList list(engine_, project_id, filter);
  CLEW_CHECK(list.prepare_all());
  Binder binder(project_id);
  const std::string sql =
      "SELECT count(), countIf(level = 'ERROR') FROM observations FINAL WHERE " + list.where(binder);
  CLEW_TRY(analytics::Rows rows, engine_.select("query.observation_count", sql, binder.params()));
  return ObservationCount{.observations = static_cast<std::uint64_t>(rows.integer(0, 0)),
                          .errors = static_cast<std::uint64_t>(rows.integer(0, 1))};
}

Result<std::optional<ObservationRecord>> ObservationReader::find(std::string_view project_id, std::string_view span_id,
                                                                 const ObservationParts& parts) {
  ObservationFilter filter;
  filter.conditions.push_back(text_is(Field::kId, std::string(span_id)));
  CLEW_TRY(std::vector<ObservationRecord> page, page_after(project_id, filter, {}, 1, parts));
  if (page.empty()) return std::optional<ObservationRecord>{};
  return std::optional<ObservationRecord>(std::move(page.front()));
}

Result<std::optional<ObservationRecord>> ObservationReader::find(std::string_view project_id, std::string_view trace_id,
                                                                 std::string_view span_id,
                                                                 const ObservationParts& parts) {
  CLEW_TRY(const TraceTimes times, TraceTimes::read(engine_, project_id, {std::string(trace_id)}));
  ObservationFilter filter;
  if (const auto range = times.range()) {
    filter.from_us = range->first_us;
    filter.to_us = range->last_us + 1;
  }
  filter.conditions.push_back(text_is(Field::kTraceId, std::string(trace_id)));
  filter.conditions.push_back(text_is(Field::kId, std::string(span_id)));
  CLEW_TRY(std::vector<ObservationRecord> page, page_after(project_id, filter, {}, 1, parts));
  if (page.empty()) return std::optional<ObservationRecord>{};
  return std::optional<ObservationRecord>(std::move(page.front()));
}

Result<std::vector<ObservationRecord>> ObservationReader::of_trace(std::string_view project_id,
                                                                   std::string_view trace_id, std::size_t limit,
                                                                   const ObservationParts& parts) {
  CLEW_TRY(const TraceTimes times, TraceTimes::read(engine_, project_id, {std::string(trace_id)}));
  Binder binder(project_id);
  const ObservationParts wanted = with_core(parts);
  const std::string sql = "SELECT " + observation_columns(wanted) +
                          " FROM observations FINAL PREWHERE trace_id = " + binder.text(trace_id) +
                          " WHERE project_id = {project_id:String}" + times.predicate(binder) +
                          " ORDER BY start_time, span_id LIMIT " + std::to_string(limit);
  CLEW_TRY(analytics::Rows rows, engine_.select("query.trace_observations", sql, binder.params()));
  std::vector<ObservationRecord> records = read_observations(rows, wanted);
  CLEW_CHECK(apply_records(engine_, project_id, records));
  return records;
}

}  // namespace clew::query
