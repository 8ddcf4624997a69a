#include "query/trace_sql.h"

#include <span>

#include "query/expressions.h"
#include "query/predicates.h"

namespace clew::query {

namespace {

// A derived column. Rows are aggregated into `o_…` columns, a record offers `r_…` columns; the value is `plain` without
// records in the project and `overridden` with them.
struct Derived {
  TracePart part;
  std::string_view name;
  std::string_view rows;
  std::string_view record;
  std::string_view plain;
  std::string_view overridden;
};

// The root: a row without parent before an app root, the earliest of several.
#define CLEW_ROOT_FIRST "(parent_span_id != '', start_time, span_id)"
#define CLEW_IS_ROOT "(parent_span_id = '' OR is_app_root = 1)"
// The newest value that is not empty.
#define CLEW_NEWEST(column) "argMaxIf(" column ", seq, " column " != '') AS o_" column

constexpr Derived kDerived[] = {
    {TracePart::kTime, "timestamp", "min(start_time) AS o_start", "timestamp AS r_timestamp, created_at AS r_created",
     "o_start", "ifNull(r_timestamp, if(o_rows > 0, o_start, r_created))"},
    {TracePart::kTime, "latency_us", "max(greatest(start_time, ifNull(end_time, start_time))) AS o_end", "",
     "(toUnixTimestamp64Micro(o_end) - toUnixTimestamp64Micro(o_start))",
     "(toUnixTimestamp64Micro(o_end) - toUnixTimestamp64Micro(o_start))"},
    {TracePart::kTime, "observation_count", "", "", "o_rows", "o_rows"},

    {TracePart::kIdentity, "name",
     CLEW_NEWEST("trace_name") ", argMinIf(name, " CLEW_ROOT_FIRST ", name != '' AND " CLEW_IS_ROOT ") AS o_root_name",
     "name AS r_name", "if(o_trace_name != '', toString(o_trace_name), toString(o_root_name))",
     "ifNull(r_name, if(o_trace_name != '', toString(o_trace_name), toString(o_root_name)))"},
    {TracePart::kIdentity, "user_id", CLEW_NEWEST("user_id"), "user_id AS r_user_id", "o_user_id",
     "ifNull(r_user_id, o_user_id)"},
    {TracePart::kIdentity, "session_id", CLEW_NEWEST("session_id"), "session_id AS r_session_id", "o_session_id",
     "ifNull(r_session_id, o_session_id)"},
    {TracePart::kIdentity, "environment", CLEW_NEWEST("environment"), "environment AS r_environment",
     "toString(o_environment)", "ifNull(r_environment, if(o_environment = '', 'default', toString(o_environment)))"},
    {TracePart::kIdentity, "version", CLEW_NEWEST("version"), "version AS r_version", "toString(o_version)",
     "ifNull(r_version, toString(o_version))"},
    {TracePart::kIdentity, "release", CLEW_NEWEST("release"), "release AS r_release", "toString(o_release)",
     "ifNull(r_release, toString(o_release))"},
    {TracePart::kIdentity, "tags", "argMaxIf(tags, seq, notEmpty(tags)) AS o_tags", "tags AS r_tags",
     "CAST(o_tags, 'Array(String)')", "CAST(if(notEmpty(r_tags), r_tags, o_tags), 'Array(String)')"},
    {TracePart::kIdentity, "public", "max(public) AS o_public", "public AS r_public", "o_public",
     "ifNull(r_public, o_public)"},
    {TracePart::kIdentity, "bookmarked", "", "bookmarked AS r_bookmarked", "toUInt8(0)", "ifNull(r_bookmarked, 0)"},

    {TracePart::kLevels, "error_count", "countIf(level = 'ERROR') AS o_errors", "", "o_errors", "o_errors"},
    {TracePart::kLevels, "warning_count", "countIf(level = 'WARNING') AS o_warnings", "", "o_warnings", "o_warnings"},
    {TracePart::kLevels, "default_count", "countIf(level = 'DEFAULT') AS o_defaults", "", "o_defaults", "o_defaults"},
    {TracePart::kLevels, "debug_count", "countIf(level = 'DEBUG') AS o_debugs", "", "o_debugs", "o_debugs"},
    {TracePart::kLevels, "level", "", "",
     "multiIf(o_errors > 0, 'ERROR', o_warnings > 0, 'WARNING', o_defaults > 0 OR o_rows = 0, 'DEFAULT', 'DEBUG')",
     "multiIf(o_errors > 0, 'ERROR', o_warnings > 0, 'WARNING', o_defaults > 0 OR o_rows = 0, 'DEFAULT', 'DEBUG')"},

    {TracePart::kTotals, "input_tokens", "sum(input_tokens) AS o_input_tokens", "", "o_input_tokens", "o_input_tokens"},
    {TracePart::kTotals, "output_tokens", "sum(output_tokens) AS o_output_tokens", "", "o_output_tokens",
     "o_output_tokens"},
    {TracePart::kTotals, "total_tokens", "sum(total_tokens) AS o_total_tokens", "", "o_total_tokens", "o_total_tokens"},
    {TracePart::kTotals, "input_cost", "sum(input_cost) AS o_input_cost", "", "o_input_cost", "o_input_cost"},
    {TracePart::kTotals, "output_cost", "sum(output_cost) AS o_output_cost", "", "o_output_cost", "o_output_cost"},
    {TracePart::kTotals, "total_cost", "sum(total_cost) AS o_total_cost", "", "o_total_cost", "o_total_cost"},
    {TracePart::kTotals, "running", "countIf(" CLEW_IS_RUNNING ") > 0 AS o_running", "", "o_running", "o_running"},

    {TracePart::kModels, "models", "arraySort(groupUniqArrayIf(50)(model, model != '')) AS o_models", "",
     "CAST(o_models, 'Array(String)')", "CAST(o_models, 'Array(String)')"},

    {TracePart::kPreviews, "root_id",
     "argMinIf((span_id, input_preview, output_preview), " CLEW_ROOT_FIRST ", " CLEW_IS_ROOT ") AS o_root", "",
     "o_root.1", "o_root.1"},
    {TracePart::kPreviews, "input_preview", "", "input_preview AS r_input_preview", "o_root.2",
     "if(r_input_preview != '', r_input_preview, o_root.2)"},
    {TracePart::kPreviews, "output_preview", "", "output_preview AS r_output_preview", "o_root.3",
     "if(r_output_preview != '', r_output_preview, o_root.3)"},

    {TracePart::kMetadata, "metadata",
     "argMinIf((metadata, metadata_strings), " CLEW_ROOT_FIRST ", " CLEW_IS_ROOT ") AS o_metadata",
     "metadata AS r_metadata", "o_metadata.1", "if(notEmpty(r_metadata), r_metadata, o_metadata.1)"},
    {TracePart::kMetadata, "metadata_strings", "", "", "o_metadata.2",
     "if(notEmpty(r_metadata), CAST([], 'Array(String)'), o_metadata.2)"},

    {TracePart::kMaps, "usage", "sumMap(usage) AS o_usage", "", "o_usage", "o_usage"},
    {TracePart::kMaps, "cost", "sumMap(cost) AS o_cost", "", "CAST(o_cost, 'Map(String, Decimal(18, 12))')",
     "CAST(o_cost, 'Map(String, Decimal(18, 12))')"},

    {TracePart::kBookkeeping, "created_at", "min(created_at) AS o_created", "created_at AS r_created_at", "o_created",
     "if(o_rows = 0, r_created_at, if(r_id = '', o_created, least(o_created, r_created_at)))"},
    {TracePart::kBookkeeping, "updated_at", "max(updated_at) AS o_updated", "updated_at AS r_updated_at", "o_updated",
     "if(o_rows = 0, r_updated_at, if(r_id = '', o_updated, greatest(o_updated, r_updated_at)))"},

    {TracePart::kObservationIds, "observation_ids",
     "arrayMap(x -> x.2, arraySort(groupArray((start_time, span_id)))) AS o_ids", "", "o_ids", "o_ids"},

    {TracePart::kBeginning, "begins_with_root", "argMin(parent_span_id, (start_time, span_id)) AS o_first_parent", "",
     "(o_first_parent = '')", "(o_first_parent = '')"},
};

void append(std::string& list, std::string_view item) {
  if (item.empty()) return;
  list += ", ";
  list += item;
}

std::string score_predicate(const Condition& condition, Binder& binder) {
  std::string sql = "SELECT trace_id FROM scores FINAL WHERE project_id = {project_id:String} AND trace_id != ''";
  if (condition.type != FilterType::kNull) sql += " AND name = " + binder.text(condition.key);
  bool negated = condition.op == Operator::kIsNull;
  switch (condition.field) {
    case Field::kScoreNumbers:
      sql += " AND data_type IN ('NUMERIC', 'BOOLEAN')";
      if (condition.type == FilterType::kNumberObject) {
        sql += " GROUP BY trace_id HAVING " + predicate(
                                                  [&] {
                                                    Condition number = condition;
                                                    number.type = FilterType::kNumber;
                                                    return number;
                                                  }(),
                                                  {ValueKind::kNumber, "avg(value)"}, binder);
      }
      break;
    case Field::kScoreBooleans:
      sql += " AND data_type = 'BOOLEAN'";
      if (condition.type == FilterType::kBooleanObject) {
        sql += (condition.op == Operator::kEqual) == condition.flag ? " AND value = 1" : " AND value = 0";
      }
      break;
    default:
      sql += " AND data_type = 'CATEGORICAL'";
      if (condition.type != FilterType::kNull) {
        sql += " AND string_value IN " + binder.texts(condition.texts);
        negated = condition.op == Operator::kNoneOf;
      }
  }
  return std::string(negated ? "(trace_id NOT IN (" : "(trace_id IN (") + sql + "))";
}

int rank_of(Field field) {
  switch (field) {
    case Field::kId:
    case Field::kTraceId:
      return 100;
    case Field::kSessionId:
      return 90;
    case Field::kUserId:
      return 80;
    case Field::kScoreNumbers:
    case Field::kScoreCategories:
    case Field::kScoreBooleans:
      return 75;
    case Field::kMetadata:
      return 70;
    case Field::kTags:
      return 60;
    case Field::kErrorCount:
    case Field::kLevel:
    case Field::kState:
      return 50;
    case Field::kName:
      return 40;
    case Field::kModel:
      return 30;
    case Field::kRelease:
    case Field::kVersion:
      return 20;
    default:
      return 10;
  }
}

// "At least one error" can only be true of traces with such a row.
std::optional<std::string_view> counted_level(const Condition& condition) {
  const bool at_least_one = (condition.op == Operator::kGreater && condition.number >= 0) ||
                            (condition.op == Operator::kGreaterEqual && condition.number > 0) ||
                            (condition.op == Operator::kEqual && condition.number > 0);
  if (condition.type != FilterType::kNumber || !at_least_one) return {};
  switch (condition.field) {
    case Field::kErrorCount:
      return "ERROR";
    case Field::kWarningCount:
      return "WARNING";
    case Field::kDebugCount:
      return "DEBUG";
    default:
      return {};
  }
}

bool is_positive(Operator op) {
  return op != Operator::kNoneOf && op != Operator::kNotContains && op != Operator::kIsNull &&
         op != Operator::kIsNotSet;
}

}  // namespace

void add_parts_of(Field field, TraceParts& parts) {
  switch (field) {
    case Field::kName:
    case Field::kTraceName:
    case Field::kUserId:
    case Field::kSessionId:
    case Field::kEnvironment:
    case Field::kVersion:
    case Field::kRelease:
    case Field::kTags:
    case Field::kPublic:
    case Field::kBookmarked:
      parts.add(TracePart::kIdentity);
      break;
    case Field::kLevel:
    case Field::kErrorCount:
    case Field::kWarningCount:
    case Field::kDefaultCount:
    case Field::kDebugCount:
      parts.add(TracePart::kLevels);
      break;
    case Field::kInputTokens:
    case Field::kOutputTokens:
    case Field::kTotalTokens:
    case Field::kInputCost:
    case Field::kOutputCost:
    case Field::kTotalCost:
    case Field::kState:
      parts.add(TracePart::kTotals);
      break;
    case Field::kModel:
      parts.add(TracePart::kModels);
      break;
    case Field::kMetadata:
      parts.add(TracePart::kMetadata);
      break;
    default:
      break;
  }
}

std::vector<std::string_view> trace_columns(const TraceParts& parts) {
  std::vector<std::string_view> names = {"trace_id"};
  for (const Derived& column : kDerived) {
    if (parts.has(column.part)) names.push_back(column.name);
  }
  return names;
}

std::string trace_select(const TraceParts& parts, const TraceRows& rows, Binder& binder) {
  std::string aggregates, record, values;
  for (const Derived& column : kDerived) {
    if (!parts.has(column.part)) continue;
    append(aggregates, column.rows);
    append(record, column.record);
    append(values, rows.has_records ? column.overridden : column.plain);
    values += " AS ";
    values += column.name;
  }
  std::string bounds = "project_id = {project_id:String}";
  if (rows.from_us) bounds += " AND start_time >= " + binder.time(*rows.from_us);
  if (rows.to_us) bounds += " AND start_time < " + binder.time(*rows.to_us);
  // trace_id is part of the sort key, so it may be tested before versions are merged away.
  const std::string early = rows.traces.empty() ? "" : " PREWHERE " + rows.traces;
  const std::string from_rows = "(SELECT trace_id AS o_id, count() AS o_rows" + aggregates + " FROM " +
                                (rows.by_trace ? "trace_spans" : "observations") + " FINAL" + early + " WHERE " +
                                bounds + " GROUP BY trace_id) AS o";
  if (!rows.has_records) return "SELECT o_id AS trace_id" + values + " FROM " + from_rows;
  const std::string chosen = rows.record_traces.empty() ? "" : " AND " + rows.record_traces;
  return "SELECT if(o_id != '', o_id, r_id) AS trace_id" + values + " FROM " + from_rows +
         " FULL OUTER JOIN (SELECT trace_id AS r_id" + record +
         " FROM trace_attributes FINAL WHERE project_id = {project_id:String}" + chosen + ") AS r ON o_id = r_id";
}

std::string trace_predicate(const Condition& condition, Binder& binder) {
  const Expression expression = trace_expression(condition.field);
  if (expression.kind == ValueKind::kScores) return score_predicate(condition, binder);
  if (expression.kind == ValueKind::kUnavailable) return "(0)";
  return predicate(condition, expression, binder);
}

std::optional<Necessary> necessary_predicate(const Condition& condition, Binder& binder) {
  const auto both = [&](std::string sql) {
    return Necessary{.rows = sql, .records = std::move(sql), .rank = rank_of(condition.field)};
  };
  if (const auto level = counted_level(condition)) {
    return Necessary{.rows = "level = '" + std::string(*level) + "'", .records = "0", .rank = 50};
  }
  if (!is_positive(condition.op)) return {};
  switch (condition.field) {
    case Field::kId:
    case Field::kTraceId:
      return both(predicate(condition, {ValueKind::kText, "trace_id"}, binder));
    case Field::kScoreNumbers:
    case Field::kScoreCategories:
    case Field::kScoreBooleans:
      return both(score_predicate(condition, binder));
    case Field::kName: {
      const std::string own = predicate(condition, {ValueKind::kText, "name"}, binder);
      const std::string of_trace = predicate(condition, {ValueKind::kText, "trace_name"}, binder);
      return Necessary{.rows = "(" + of_trace + " OR (" CLEW_IS_ROOT " AND " + own + "))",
                       .records = predicate(condition, {ValueKind::kText, "ifNull(name, '')"}, binder),
                       .rank = rank_of(condition.field)};
    }
    case Field::kUserId:
    case Field::kSessionId:
    case Field::kEnvironment:
    case Field::kVersion:
    case Field::kRelease: {
      const Expression record = record_expression(condition.field);
      // Without rows and without an environment of its own a trace reads as "default".
      const std::string_view otherwise = condition.field == Field::kEnvironment ? "'default'" : "''";
      const std::string value = "ifNull(" + std::string(record.sql) + ", " + std::string(otherwise) + ")";
      return Necessary{.rows = predicate(condition, row_expression(condition.field), binder),
                       .records = predicate(condition, {ValueKind::kText, value}, binder),
                       .rank = rank_of(condition.field)};
    }
    case Field::kTags:
    case Field::kMetadata: {
      const std::string sql = predicate(condition, row_expression(condition.field), binder);
      return both(sql);
    }
    case Field::kLevel: {
      // The level of a trace is the level of one of its rows; a trace without rows is DEFAULT.
      const std::string sql = predicate(condition, row_expression(condition.field), binder);
      return Necessary{.rows = sql, .records = "1", .rank = rank_of(condition.field)};
    }
    case Field::kState: {
      // A trace runs when one of its rows does; any row may be of one that ended.
      const bool only_running = condition.type == FilterType::kString
                                    ? condition.op == Operator::kEqual && condition.text == "running"
                                    : condition.texts == std::vector<std::string>{"running"};
      if (!only_running) return {};
      return Necessary{.rows = CLEW_IS_RUNNING, .records = "0", .rank = rank_of(condition.field)};
    }
    case Field::kModel: {
      Condition one = condition;
      one.op = condition.type == FilterType::kNull ? condition.op : Operator::kAnyOf;
      return Necessary{.rows = predicate(one, row_expression(condition.field), binder), .records = "0", .rank = 30};
    }
    default:
      return {};
  }
}

std::string of_traces_where(const Condition& condition, bool has_records, Binder& binder) {
  const auto [stated, negated] = positive(condition);
  TraceParts parts{TracePart::kTime};
  add_parts_of(stated.field, parts);
  TraceRows rows{.has_records = has_records};
  if (const auto necessary = necessary_predicate(stated, binder)) {
    std::string ids = "SELECT trace_id FROM observations WHERE project_id = {project_id:String} AND " + necessary->rows;
    if (has_records) {
      ids += " UNION ALL SELECT trace_id FROM trace_attributes FINAL WHERE project_id = {project_id:String} AND " +
             necessary->records;
    }
    rows.traces = rows.record_traces = "trace_id IN (" + ids + ")";
  }
  return std::string(negated ? "(trace_id NOT IN (" : "(trace_id IN (") + "SELECT trace_id FROM (" +
         trace_select(parts, rows, binder) + ") WHERE " + trace_predicate(stated, binder) + "))";
}

}  // namespace clew::query
