#include "query/score_reader.h"

#include "query/binder.h"
#include "query/expressions.h"
#include "query/predicates.h"
#include "query/trace_reader.h"

namespace clew::query {

namespace {

constexpr std::string_view kColumns =
    "id, timestamp, name, environment, source, data_type, value, string_value, long_string_value, trace_id, "
    "observation_id, session_id, dataset_run_id, comment, metadata, config_id, queue_id, author_user_id, "
    "execution_trace_id, created_at, updated_at";

ScoreRecord read_score(const analytics::Rows& rows, std::size_t row) {
  std::size_t column = 0;
  const auto text = [&] { return std::string(rows.text(row, column++)); };
  ScoreRecord score;
  score.id = text();
  score.timestamp_us = rows.time(row, column++);
  score.name = text();
  score.environment = text();
  score.source = text();
  score.data_type = domain::parse_score_data_type(rows.text(row, column++)).value_or(domain::ScoreDataType::kNumeric);
  score.value = rows.real(row, column++);
  score.string_value = rows.optional_text(row, column++);
  score.long_string_value = text();
  score.trace_id = text();
  score.observation_id = text();
  score.session_id = text();
  score.dataset_run_id = text();
  score.comment = rows.optional_text(row, column++);
  score.metadata = rows.text_map(row, column++);
  score.config_id = text();
  score.queue_id = text();
  score.author_user_id = text();
  score.execution_trace_id = text();
  score.created_at_us = rows.time(row, column++);
  score.updated_at_us = rows.time(row, column++);
  return score;
}

std::vector<ScoreRecord> read_scores(const analytics::Rows& rows) {
  std::vector<ScoreRecord> scores;
  scores.reserve(rows.size());
  for (std::size_t row = 0; row < rows.size(); ++row)
    scores.push_back(read_score(rows, row));
  return scores;
}

// Columns of the score's trace, which the row itself does not know.
bool of_trace(Field field) {
  return field == Field::kTraceName || field == Field::kUserId || field == Field::kTags;
}

}  // namespace

Result<std::string> ScoreReader::where(std::string_view project_id, const ScoreFilter& filter, Binder& binder) {
  std::string sql = "project_id = {project_id:String}";
  if (filter.from_us) sql += " AND timestamp >= " + binder.time(*filter.from_us);
  if (filter.to_us) sql += " AND timestamp < " + binder.time(*filter.to_us);
  if (filter.target == ScoreTarget::kTrace) sql += " AND trace_id != ''";
  if (!filter.corrections) sql += " AND data_type != 'CORRECTION'";
  const auto one_of = [&](std::string_view column, const std::vector<std::string>& values) {
    if (!values.empty()) sql += " AND " + std::string(column) + " IN " + binder.texts(values);
  };
  one_of("config_id", filter.config_ids);
  one_of("queue_id", filter.queue_ids);
  one_of("dataset_run_id", filter.dataset_run_ids);
  std::string values;
  for (const double value : filter.values)
    values += (values.empty() ? "" : ", ") + binder.real(value);
  if (!values.empty()) sql += " AND value IN (" + values + ")";
  std::optional<bool> has_records;
  for (Condition condition : filter.conditions) {
    if (!of_trace(condition.field)) {
      sql += " AND " + predicate(condition, score_expression(condition.field), binder);
      continue;
    }
    if (!has_records) {
      CLEW_TRY(has_records, has_trace_records(engine_, project_id));
    }
    if (condition.field == Field::kTraceName) condition.field = Field::kName;
    sql += " AND " + of_traces_where(condition, *has_records, binder);
  }
  return sql;
}

Result<std::vector<ScoreRecord>> ScoreReader::list(std::string_view project_id, const ScoreFilter& filter,
                                                   const std::optional<ScoreCursor>& after, std::size_t offset,
                                                   std::size_t limit) {
  Binder binder(project_id);
  CLEW_TRY(std::string conditions, where(project_id, filter, binder));
  if (after) {
    conditions += " AND (timestamp, id) < (" + binder.time(after->timestamp_us) + ", " + binder.text(after->id) + ")";
  }
  const std::string sql = "SELECT " + std::string(kColumns) + " FROM scores FINAL WHERE " + conditions +
                          " ORDER BY timestamp DESC, id DESC LIMIT " + std::to_string(limit) + " OFFSET " +
                          std::to_string(offset);
  CLEW_TRY(analytics::Rows rows, engine_.select("query.scores", sql, binder.params()));
  return read_scores(rows);
}

Result<std::uint64_t> ScoreReader::count(std::string_view project_id, const ScoreFilter& filter) {
  Binder binder(project_id);
  CLEW_TRY(const std::string conditions, where(project_id, filter, binder));
  CLEW_TRY(
      analytics::Rows rows,
      engine_.select("query.score_count", "SELECT count() FROM scores FINAL WHERE " + conditions, binder.params()));
  return static_cast<std::uint64_t>(rows.integer(0, 0));
}

Result<std::optional<ScoreRecord>> ScoreReader::find(std::string_view project_id, std::string_view id) {
  Binder binder(project_id);
  const std::string sql = "SELECT " + std::string(kColumns) +
                          " FROM scores FINAL WHERE project_id = {project_id:String} AND id = " + binder.text(id);
  CLEW_TRY(analytics::Rows rows, engine_.select("query.score", sql, binder.params()));
  if (rows.empty()) return std::optional<ScoreRecord>{};
  return std::optional<ScoreRecord>(read_score(rows, 0));
}

Result<std::vector<ScoreRecord>> ScoreReader::of_traces(std::string_view project_id,
                                                        const std::vector<std::string>& trace_ids) {
  if (trace_ids.empty()) return std::vector<ScoreRecord>{};
  Binder binder(project_id);
  const std::string sql = "SELECT " + std::string(kColumns) +
                          " FROM scores FINAL WHERE project_id = {project_id:String} AND data_type != 'CORRECTION' "
                          "AND trace_id IN " +
                          binder.texts(trace_ids) + " ORDER BY timestamp DESC, id DESC";
  CLEW_TRY(analytics::Rows rows, engine_.select("query.trace_scores", sql, binder.params()));
  return read_scores(rows);
}

Result<std::vector<ScoreRecord>> ScoreReader::of_experiments(std::string_view project_id,
                                                             const std::vector<std::string>& ids, std::size_t each) {
  if (ids.empty()) return std::vector<ScoreRecord>{};
  Binder binder(project_id);
  const std::string sql = "SELECT " + std::string(kColumns) +
                          " FROM scores FINAL WHERE project_id = {project_id:String} AND data_type != 'CORRECTION' "
                          "AND dataset_run_id IN " +
                          binder.texts(ids) + " ORDER BY timestamp DESC, id DESC LIMIT " + std::to_string(each) +
                          " BY dataset_run_id";
  CLEW_TRY(analytics::Rows rows, engine_.select("query.experiment_scores", sql, binder.params()));
  return read_scores(rows);
}

Result<std::vector<ScoreRecord>> ScoreReader::of_items(std::string_view project_id,
                                                       const std::vector<std::pair<std::string, std::string>>& items,
                                                       std::size_t each) {
  if (items.empty()) return std::vector<ScoreRecord>{};
  std::vector<std::string> traces, observations{""};
  for (const auto& [trace, observation] : items)
    traces.push_back(trace), observations.push_back(observation);
  Binder binder(project_id);
  const std::string sql = "SELECT " + std::string(kColumns) +
                          " FROM scores FINAL WHERE project_id = {project_id:String} AND data_type != 'CORRECTION' "
                          "AND trace_id IN " +
                          binder.texts(traces) + " AND observation_id IN " + binder.texts(observations) +
                          " ORDER BY timestamp DESC, id DESC LIMIT " + std::to_string(each) +
                          " BY trace_id, observation_id";
  CLEW_TRY(analytics::Rows rows, engine_.select("query.item_scores", sql, binder.params()));
  return read_scores(rows);
}

}  // namespace clew::query
