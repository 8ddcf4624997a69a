#include "query/observation_list.h"

#include <algorithm>
#include <map>
#include <set>
#include <tuple>

#include "query/expressions.h"
#include "query/trace_reader.h"

namespace clew::query {

namespace {

constexpr std::string_view kNewestFirst = " ORDER BY start_time DESC, trace_id DESC, span_id DESC LIMIT ";

auto key_of(const ObservationRecord& record) {
  return std::tie(record.start_time_us, record.trace_id, record.span_id);
}
auto key_of(const ObservationCursor& cursor) {
  return std::tie(cursor.start_time_us, cursor.trace_id, cursor.span_id);
}

}  // namespace

Result<> ObservationList::prepare() {
  CLEW_TRY(has_records_, has_trace_records(engine_, project_id_));
  return ok();
}

Result<> ObservationList::prepare_all() {
  CLEW_CHECK(prepare());
  if (terms_.empty()) return ok();
  TextSearch search(engine_, project_id_, terms_, {.from_us = filter_.from_us, .to_us = filter_.to_us});
  CLEW_TRY(hits_, search.next(kTextHitsMax));
  if (hits_->size() > kTextHitsMax) hits_->resize(kTextHitsMax);
  return ok();
}

std::string ObservationList::where(Binder& binder) const {
  return where(filter_.conditions, binder);
}

std::string ObservationList::where(const Conditions& conditions, Binder& binder) const {
  const RowScope scope{.from_us = filter_.from_us, .to_us = filter_.to_us, .has_records = has_records_};
  std::string sql = row_bounds(scope, binder) + row_predicates(conditions, scope, binder);
  if (hits_) sql += " AND " + hit_predicate(*hits_, binder);
  return sql;
}

Result<std::vector<ObservationRecord>> ObservationList::newest(const std::optional<ObservationCursor>& after,
                                                               std::size_t limit, const ObservationParts& parts) const {
  if (!terms_.empty()) return newest_with_text(after, limit, parts);
  std::vector<ObservationRecord> page;
  std::optional<ObservationCursor> place = after;
  for (std::size_t wanted = limit + limit / 4 + 8; page.size() < limit; wanted *= 4) {
    CLEW_TRY(std::vector<ObservationCursor> keys, keys_after(place, wanted));
    const bool last = keys.size() < wanted;
    if (keys.empty()) break;
    place = keys.back();
    // Versions of one row lie side by side.
    const auto same = [](const auto& a, const auto& b) { return key_of(a) == key_of(b); };
    keys.erase(std::unique(keys.begin(), keys.end(), same), keys.end());
    CLEW_TRY(std::vector<ObservationRecord> rows, current(keys, parts));
    page.insert(page.end(), std::make_move_iterator(rows.begin()), std::make_move_iterator(rows.end()));
    if (last) break;
  }
  if (page.size() > limit) page.resize(limit);
  return page;
}

// The text search gives the keys.
Result<std::vector<ObservationRecord>> ObservationList::newest_with_text(const std::optional<ObservationCursor>& after,
                                                                         std::size_t limit,
                                                                         const ObservationParts& parts) const {
  std::vector<ObservationRecord> page;
  TextScope scope{.from_us = filter_.from_us,
                  .to_us = filter_.to_us,
                  .has_records = has_records_,
                  .conditions = &filter_.conditions};
  if (after) scope.to_us = std::min(scope.to_us.value_or(after->start_time_us + 1), after->start_time_us + 1);
  TextSearch search(engine_, project_id_, terms_, scope);
  while (page.size() < limit) {
    CLEW_TRY(const std::vector<TextHit> hits, search.next(limit - page.size()));
    if (hits.empty()) break;
    std::vector<ObservationCursor> keys;
    for (const TextHit& hit : hits) {
      ObservationCursor key{hit.time_us, hit.trace_id, hit.span_id};
      if (!after || key_of(key) < key_of(*after)) keys.push_back(std::move(key));
    }
    // No more at once than a page takes: a lot of a common word may hold a thousand.
    for (std::size_t at = 0; at < keys.size() && page.size() < limit;) {
      const std::size_t end = std::min(keys.size(), at + limit - page.size());
      const std::vector<ObservationCursor> some(keys.begin() + static_cast<std::ptrdiff_t>(at),
                                                keys.begin() + static_cast<std::ptrdiff_t>(end));
      CLEW_TRY(std::vector<ObservationRecord> rows, current(some, parts));
      page.insert(page.end(), std::make_move_iterator(rows.begin()), std::make_move_iterator(rows.end()));
      at = end;
    }
  }
  return page;
}

Result<std::vector<ObservationCursor>> ObservationList::keys_after(const std::optional<ObservationCursor>& after,
                                                                   std::size_t limit) const {
  Binder binder(project_id_);
  std::string sql = "SELECT start_time, trace_id, span_id FROM observations WHERE " + where(binder);
  if (after) {
    const std::string time = binder.time(after->start_time_us);
    sql += " AND start_time <= " + time + " AND (start_time, trace_id, span_id) < (" + time + ", " +
           binder.text(after->trace_id) + ", " + binder.text(after->span_id) + ")";
  }
  sql += " AND is_deleted = 0" + std::string(kNewestFirst) + std::to_string(limit);
  CLEW_TRY(analytics::Rows rows, engine_.select("query.observation_keys", sql, binder.params()));
  std::vector<ObservationCursor> keys;
  for (std::size_t row = 0; row < rows.size(); ++row) {
    keys.push_back({rows.time(row, 0), std::string(rows.text(row, 1)), std::string(rows.text(row, 2))});
  }
  return keys;
}

// The current versions of the rows with these keys that still satisfy the filter, newest first.
Result<std::vector<ObservationRecord>> ObservationList::current(const std::vector<ObservationCursor>& keys,
                                                                const ObservationParts& parts) const {
  if (keys.empty()) return std::vector<ObservationRecord>{};
  std::vector<TimeUs> times;
  std::vector<std::string> traces;
  for (const ObservationCursor& key : keys) {
    if (times.empty() || times.back() != key.start_time_us) times.push_back(key.start_time_us);
    if (traces.empty() || traces.back() != key.trace_id) traces.push_back(key.trace_id);
  }
  Binder binder(project_id_);
  const std::string sql = "SELECT " + observation_columns(parts) + " FROM observations FINAL PREWHERE start_time IN " +
                          binder.times(times) + " AND trace_id IN " + binder.texts(traces) + " WHERE " + where(binder) +
                          " AND start_time >= " + binder.time(keys.back().start_time_us) +
                          " AND start_time <= " + binder.time(keys.front().start_time_us);
  CLEW_TRY(analytics::Rows rows, engine_.select("query.observation_page", sql, binder.params()));
  std::vector<ObservationRecord> records = read_observations(rows, parts);
  std::set<std::tuple<TimeUs, std::string_view, std::string_view>> wanted;
  for (const ObservationCursor& key : keys)
    wanted.emplace(key.start_time_us, key.trace_id, key.span_id);
  std::erase_if(records, [&](const ObservationRecord& record) {
    return !wanted.contains({record.start_time_us, record.trace_id, record.span_id});
  });
  std::ranges::sort(records, [](const auto& a, const auto& b) { return key_of(a) > key_of(b); });
  return records;
}

Result<std::vector<ObservationRecord>> ObservationList::sorted(ObservationSort sort, std::size_t offset,
                                                               std::size_t limit, const ObservationParts& parts) const {
  const Expression key = row_expression(sort.field);
  const bool sortable = key.kind == ValueKind::kText || key.kind == ValueKind::kNumber || key.kind == ValueKind::kTime;
  if (!sortable) return Error{Errc::kInvalidArgument, "observations cannot be sorted by this column"};
  Binder binder(project_id_);
  const std::string direction = sort.descending ? " DESC" : " ASC";
  std::string order = " ORDER BY ";
  if (sort.field != Field::kTimestamp) order += std::string(key.sql) + direction + " NULLS LAST, ";
  order += "start_time" + direction + ", trace_id" + direction + ", span_id" + direction;
  // Keys first: sorting wide rows would hold all of them.
  const std::string keys = "SELECT start_time, trace_id, span_id FROM observations FINAL WHERE " + where(binder) +
                           order + " LIMIT " + std::to_string(limit) + " OFFSET " + std::to_string(offset);
  CLEW_TRY(analytics::Rows rows, engine_.select("query.observation_sorted", keys, binder.params()));
  std::vector<ObservationCursor> page;
  for (std::size_t row = 0; row < rows.size(); ++row) {
    page.push_back({rows.time(row, 0), std::string(rows.text(row, 1)), std::string(rows.text(row, 2))});
  }
  std::map<std::tuple<TimeUs, std::string, std::string>, std::size_t> place;
  for (std::size_t i = 0; i < page.size(); ++i)
    place.emplace(key_of(page[i]), i);
  std::ranges::sort(page, [](const auto& a, const auto& b) { return key_of(a) > key_of(b); });
  CLEW_TRY(std::vector<ObservationRecord> records, current(page, parts));
  std::ranges::sort(records, {}, [&](const auto& record) { return place.at(key_of(record)); });
  return records;
}

Result<> apply_records(analytics::Engine& engine, std::string_view project_id,
                       std::vector<ObservationRecord>& observations) {
  std::set<std::string> ids;
  for (const ObservationRecord& observation : observations)
    ids.insert(observation.trace_id);
  if (ids.empty()) return ok();
  Binder binder(project_id);
  const std::string sql =
      "SELECT trace_id, name, user_id, session_id, release, version, tags, public, bookmarked FROM trace_attributes "
      "FINAL WHERE project_id = {project_id:String} AND trace_id IN " +
      binder.texts({ids.begin(), ids.end()});
  CLEW_TRY(analytics::Rows rows, engine.select("query.trace_records", sql, binder.params()));
  std::map<std::string_view, std::size_t> row_of;
  for (std::size_t row = 0; row < rows.size(); ++row)
    row_of.emplace(rows.text(row, 0), row);
  for (ObservationRecord& observation : observations) {
    const auto found = row_of.find(observation.trace_id);
    if (found == row_of.end()) continue;
    const std::size_t row = found->second;
    const auto override_text = [&](std::size_t column, std::string& field) {
      if (auto text = rows.optional_text(row, column)) field = *std::move(text);
    };
    override_text(1, observation.trace_name);
    override_text(2, observation.user_id);
    override_text(3, observation.session_id);
    override_text(4, observation.release);
    if (observation.version.empty()) override_text(5, observation.version);
    if (auto tags = rows.texts(row, 6); !tags.empty()) observation.tags = std::move(tags);
    if (!rows.is_null(row, 7)) observation.is_public = rows.integer(row, 7) != 0;
    observation.bookmarked = observation.parent_span_id.empty() && rows.integer(row, 8) != 0;
  }
  return ok();
}

}  // namespace clew::query
