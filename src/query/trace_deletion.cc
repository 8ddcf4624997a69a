#include "query/trace_deletion.h"

#include "query/binder.h"

namespace clew::query {

namespace {

Result<> remove(analytics::Engine& engine, std::string_view project_id, std::string_view table, std::string_view column,
                const std::vector<std::string>& ids, std::string_view more = {}) {
  Binder binder(project_id);
  const std::string sql = "DELETE FROM " + std::string(table) + " WHERE project_id = {project_id:String} AND " +
                          std::string(column) + " IN " + binder.texts(ids) + std::string(more) +
                          " SETTINGS lightweight_deletes_sync = 0";
  return engine.execute("query.delete", sql, binder.params());
}

// `select` ends in its first condition.
Result<std::vector<std::string>> ids_of(analytics::Engine& engine, std::string_view project_id,
                                        const std::string& select, const std::vector<std::string>& trace_ids) {
  Binder binder(project_id);
  CLEW_TRY(analytics::Rows rows,
           engine.select("query.deleted_ids",
                         select + " AND project_id = {project_id:String} AND trace_id IN " + binder.texts(trace_ids),
                         binder.params()));
  std::vector<std::string> ids;
  ids.reserve(rows.size());
  for (std::size_t row = 0; row < rows.size(); ++row)
    ids.emplace_back(rows.text(row, 0));
  return ids;
}

}  // namespace

Result<std::vector<std::string>> merged_observations(analytics::Engine& engine, std::string_view project_id,
                                                     const std::vector<std::string>& trace_ids) {
  if (trace_ids.empty()) return std::vector<std::string>{};
  return ids_of(engine, project_id, "SELECT DISTINCT span_id FROM observations WHERE source != 'otel'", trace_ids);
}

Result<> delete_traces(analytics::Engine& engine, std::string_view project_id,
                       const std::vector<std::string>& trace_ids, const std::vector<std::string>& span_ids) {
  if (trace_ids.empty()) return ok();
  // The states that later events of the JSON door would be merged into go first: what is left of a trace after a
  // failure in between can be deleted again, but could not be found without its rows.
  CLEW_TRY(const std::vector<std::string> score_ids,
           ids_of(engine, project_id, "SELECT DISTINCT id FROM scores WHERE 1", trace_ids));
  CLEW_CHECK(remove(engine, project_id, "merge_states", "id", trace_ids, " AND kind = 'trace'"));
  if (!span_ids.empty()) {
    CLEW_CHECK(remove(engine, project_id, "merge_states", "id", span_ids, " AND kind = 'observation'"));
  }
  if (!score_ids.empty()) {
    CLEW_CHECK(remove(engine, project_id, "merge_states", "id", score_ids, " AND kind = 'score'"));
  }
  for (const std::string_view table :
       {"scores", "trace_attributes", "payloads", "observations", "trace_spans", "trace_times"}) {
    CLEW_CHECK(remove(engine, project_id, table, "trace_id", trace_ids));
  }
  return ok();
}

Result<> delete_score(analytics::Engine& engine, std::string_view project_id, std::string_view score_id) {
  const std::vector<std::string> ids = {std::string(score_id)};
  CLEW_CHECK(remove(engine, project_id, "merge_states", "id", ids, " AND kind = 'score'"));
  return remove(engine, project_id, "scores", "id", ids);
}

}  // namespace clew::query
