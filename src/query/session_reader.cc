#include "query/session_reader.h"

#include "query/binder.h"
#include "query/trace_reader.h"

namespace clew::query {

namespace {

// One row per session. A record's session beats the one its rows name.
std::string session_select(bool has_records, std::optional<std::string_view> id, Binder& binder) {
  const std::string only = id ? " AND session_id = " + binder.text(*id) : "";
  // One session's rows are found through its traces: a key may be tested before versions are merged away.
  const std::string from =
      id ? "trace_spans FINAL PREWHERE trace_id IN (SELECT trace_id FROM observations WHERE project_id = "
           "{project_id:String}" +
               only + ")"
         : "observations FINAL";
  std::string rows = "SELECT session_id, start_time AS t, toString(environment) AS e, seq AS s FROM " + from +
                     " WHERE project_id = {project_id:String} AND session_id != ''" + only;
  if (has_records) {
    rows +=
        " AND trace_id NOT IN (SELECT trace_id FROM trace_attributes FINAL WHERE project_id = {project_id:String} "
        "AND isNotNull(session_id)) UNION ALL SELECT assumeNotNull(session_id) AS session_id, "
        "ifNull(timestamp, created_at) AS t, ifNull(environment, 'default') AS e, seq AS s FROM trace_attributes FINAL "
        "WHERE project_id = {project_id:String} AND ifNull(session_id, '') != ''" +
        only;
  }
  return "SELECT session_id AS id, min(t) AS created, argMaxIf(e, s, e != '') AS environment FROM (" + rows +
         ") GROUP BY session_id";
}

std::string where(const SessionFilter& filter, Binder& binder) {
  std::string sql = " WHERE 1";
  if (filter.from_us) sql += " AND created >= " + binder.time(*filter.from_us);
  if (filter.to_us) sql += " AND created < " + binder.time(*filter.to_us);
  if (!filter.environments.empty()) sql += " AND environment IN " + binder.texts(filter.environments);
  return sql;
}

std::vector<SessionRecord> read_sessions(const analytics::Rows& rows) {
  std::vector<SessionRecord> sessions;
  for (std::size_t row = 0; row < rows.size(); ++row) {
    sessions.push_back({std::string(rows.text(row, 0)), rows.time(row, 1), std::string(rows.text(row, 2))});
  }
  return sessions;
}

}  // namespace

Result<std::vector<SessionRecord>> SessionReader::list(std::string_view project_id, const SessionFilter& filter,
                                                       std::size_t offset, std::size_t limit) {
  CLEW_TRY(const bool has_records, has_trace_records(engine_, project_id));
  Binder binder(project_id);
  const std::string sql = "SELECT id, created, environment FROM (" + session_select(has_records, {}, binder) + ")" +
                          where(filter, binder) + " ORDER BY created DESC, id DESC LIMIT " + std::to_string(limit) +
                          " OFFSET " + std::to_string(offset);
  CLEW_TRY(analytics::Rows rows, engine_.select("query.sessions", sql, binder.params()));
  return read_sessions(rows);
}

Result<std::uint64_t> SessionReader::count(std::string_view project_id, const SessionFilter& filter) {
  CLEW_TRY(const bool has_records, has_trace_records(engine_, project_id));
  Binder binder(project_id);
  const std::string sql =
      "SELECT count() FROM (" + session_select(has_records, {}, binder) + ")" + where(filter, binder);
  CLEW_TRY(analytics::Rows rows, engine_.select("query.session_count", sql, binder.params()));
  return static_cast<std::uint64_t>(rows.integer(0, 0));
}

Result<std::optional<SessionRecord>> SessionReader::find(std::string_view project_id, std::string_view id) {
  CLEW_TRY(const bool has_records, has_trace_records(engine_, project_id));
  Binder binder(project_id);
  CLEW_TRY(analytics::Rows rows,
           engine_.select("query.session", session_select(has_records, id, binder), binder.params()));
  auto sessions = read_sessions(rows);
  if (sessions.empty()) return std::optional<SessionRecord>{};
  return std::optional<SessionRecord>(std::move(sessions.front()));
}

}  // namespace clew::query
