#include "query/row_sql.h"

#include "query/expressions.h"
#include "query/predicates.h"

namespace clew::query {

namespace {

// The fields in which a record speaks for the rows of its trace.
bool record_overrides(Field field) {
  return field == Field::kUserId || field == Field::kSessionId || field == Field::kTags || field == Field::kRelease ||
         field == Field::kTraceName;
}

}  // namespace

std::string row_bounds(const RowScope& scope, Binder& binder) {
  std::string sql = "project_id = {project_id:String}";
  if (scope.from_us) sql += " AND start_time >= " + binder.time(*scope.from_us);
  if (scope.to_us) sql += " AND start_time < " + binder.time(*scope.to_us);
  return sql;
}

std::string row_predicate(const Condition& condition, const RowScope& scope, Binder& binder) {
  const Expression row = row_expression(condition.field);
  if (!scope.has_records || !record_overrides(condition.field)) return predicate(condition, row, binder);

  // The value that counts is the record's where it has one, else the row's.
  const Expression record = record_expression(condition.field);
  const bool list = record.kind == ValueKind::kTextList;
  const std::string given =
      list ? "notEmpty(" + std::string(record.sql) + ")" : "isNotNull(" + std::string(record.sql) + ")";
  const std::string value = list ? std::string(record.sql) : "ifNull(" + std::string(record.sql) + ", '')";
  const std::string on_row = predicate(condition, row, binder);
  const std::string on_record = predicate(condition, {record.kind, value}, binder);
  const std::string records =
      "SELECT trace_id FROM trace_attributes FINAL WHERE project_id = {project_id:String} AND " + given + " AND ";
  return "((" + on_row + " AND trace_id NOT IN (" + records + "NOT " + on_record +
         " AND trace_id IN (SELECT trace_id FROM observations WHERE " + row_bounds(scope, binder) + " AND " + on_row +
         "))) OR trace_id IN (" + records + on_record + "))";
}

std::string row_predicates(const Conditions& conditions, const RowScope& scope, Binder& binder) {
  std::string sql;
  for (const Condition& condition : conditions) {
    if (row_expression(condition.field).kind == ValueKind::kPayload) continue;
    sql += " AND " + row_predicate(condition, scope, binder);
  }
  return sql;
}

std::string hit_predicate(const std::vector<TextHit>& hits, Binder& binder) {
  std::vector<TimeUs> times;
  std::vector<std::string> traces, keys;
  for (const TextHit& hit : hits) {
    if (hit.span_id.empty()) continue;
    times.push_back(hit.time_us);
    traces.push_back(hit.trace_id);
    keys.push_back(hit.trace_id + "/" + hit.span_id);
  }
  if (keys.empty()) return "(0)";
  return "(start_time IN " + binder.times(times) + " AND trace_id IN " + binder.texts(traces) +
         " AND concat(trace_id, '/', span_id) IN " + binder.texts(keys) + ")";
}

}  // namespace clew::query
