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

std::string key_predicate(const PayloadKeys& keys, Binder& binder) {
  if (keys.trace_ids.empty()) return "(0)";
  return "(trace_id IN " + binder.texts(keys.trace_ids) + " AND concat(trace_id, '/', span_id) IN " +
         binder.texts(keys.joined()) + ")";
}

std::string search_predicate(const Search& search, const std::vector<PayloadKeys>& hits, Binder& binder) {
  std::string sql;
  for (std::size_t i = 0; i < search.words.size(); ++i) {
    const std::string& word = search.words[i];
    if (!sql.empty()) sql += " AND ";
    sql += "(";
    for (const std::string_view column :
         {"name", "trace_name", "trace_id", "span_id", "user_id", "session_id", "status_message"}) {
      sql += contains_ignore_case(word, column, binder) + " OR ";
    }
    sql += i < hits.size() ? key_predicate(hits[i], binder) : "0";
    sql += ")";
  }
  return "(" + sql + ")";
}

}  // namespace clew::query
