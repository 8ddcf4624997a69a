#include "query/experiment_reader.h"

#include "query/binder.h"
#include "query/expressions.h"
#include "query/predicates.h"

namespace clew::query {

Result<std::vector<ExperimentRecord>> ExperimentReader::list(std::string_view project_id,
                                                             const ExperimentFilter& filter,
                                                             const std::optional<ExperimentCursor>& after,
                                                             std::size_t limit, bool with_metadata) {
  Binder binder(project_id);
  std::string rows =
      "FROM observations FINAL WHERE project_id = {project_id:String} AND experiment_id != '' AND start_time >= " +
      binder.time(filter.from_us);
  if (filter.to_us) rows += " AND start_time < " + binder.time(*filter.to_us);
  for (const Condition& condition : filter.conditions)
    rows += " AND " + predicate(condition, row_expression(condition.field), binder);
  // Who began first knows best; a value that is absent there comes from the next.
  std::string sql =
      "SELECT experiment_id AS id, argMinIf(toString(experiment_name), start_time, experiment_name != ''), "
      "argMinIf(experiment_description, start_time, experiment_description != ''), "
      "argMinIf(toString(experiment_dataset_id), start_time, experiment_dataset_id != ''), "
      "min(start_time) AS begun, max(greatest(start_time, ifNull(end_time, start_time))), max(start_time) AS latest, "
      "uniqExactIf((trace_id, span_id), span_id = experiment_item_root_span_id)";
  if (with_metadata) sql += ", argMinIf(experiment_metadata, start_time, notEmpty(experiment_metadata))";
  sql += " " + rows + " GROUP BY experiment_id";
  if (after) sql += " HAVING (latest, id) < (" + binder.time(after->latest_us) + ", " + binder.text(after->id) + ")";
  sql += " ORDER BY latest DESC, id DESC LIMIT " + std::to_string(limit);
  CLEW_TRY(const analytics::Rows found, engine_.select("query.experiments", sql, binder.params()));
  std::vector<ExperimentRecord> out;
  for (std::size_t row = 0; row < found.size(); ++row) {
    ExperimentRecord experiment{.id = std::string(found.text(row, 0)),
                                .name = std::string(found.text(row, 1)),
                                .description = std::string(found.text(row, 2)),
                                .dataset_id = std::string(found.text(row, 3)),
                                .metadata = {},
                                .start_us = found.time(row, 4),
                                .end_us = found.time(row, 5),
                                .latest_us = found.time(row, 6),
                                .item_count = static_cast<std::uint64_t>(found.integer(row, 7))};
    if (with_metadata) experiment.metadata = found.text_map(row, 8);
    out.push_back(std::move(experiment));
  }
  return out;
}

}  // namespace clew::query
