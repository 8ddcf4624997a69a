#include "ingest/worker/usage_repeats.h"

#include <algorithm>
#include <map>
#include <set>

#include "ingest/enrich/repeated_usage.h"

namespace clew::ingest {

namespace {

using RowList = std::vector<const domain::Observation*>;

// Of one flush and one project; who reports more than that with usage of spans in between is taken at its word.
constexpr std::size_t kTracesMax = 200;
constexpr std::size_t kStoredMax = 50'000;

std::map<std::string_view, RowList> rows_by_project(const FlushInput& input) {
  std::map<std::string_view, RowList> out;
  for (const DecodedRecord& record : input.records) {
    if (record.batch->spans.empty()) continue;
    RowList& rows = out[record.batch->context.project_id];
    for (const domain::Observation& row : record.batch->spans) {
      if (!input.dropped.contains(&row)) rows.push_back(&row);
    }
  }
  return out;
}

// Spans stored of these traces while the candidates ran. One that was superseded may be among them: what a span
// reported hardly changes, and its newest version comes first.
Result<analytics::Rows> read_stored(analytics::Engine& engine, std::string_view project_id, const RowList& candidates,
                                    const std::vector<std::string>& traces) {
  TimeUs first = candidates.front()->start_time_us, last = first;
  for (const domain::Observation* row : candidates) {
    first = std::min(first, row->start_time_us);
    last = std::max(last, *row->end_time_us);
  }
  analytics::Params params(project_id);
  params.texts("traces", traces).time("first", first).time("last", last);
  return engine.select("read_usage_below",
                       "SELECT trace_id, span_id, parent_span_id, model, provided_usage FROM observations "
                       "WHERE project_id = {project_id:String} AND start_time >= {first:DateTime64(6,'UTC')} "
                       "AND start_time <= {last:DateTime64(6,'UTC')} AND trace_id IN {traces:Array(String)} "
                       "AND is_deleted = 0 ORDER BY seq DESC LIMIT " +
                           std::to_string(kStoredMax),
                       params);
}

Result<> find_with_stored(std::string_view project_id, const RowList& rows, const RowList& candidates,
                          analytics::Engine& engine, FlushInput& input) {
  std::set<std::string_view> traces;
  for (const domain::Observation* row : candidates) {
    if (traces.size() < kTracesMax) traces.insert(row->trace_id);
  }
  CLEW_TRY(const analytics::Rows stored,
           read_stored(engine, project_id, candidates, std::vector<std::string>(traces.begin(), traces.end())));
  if (stored.empty()) return ok();
  std::vector<UsageReport> reports;
  RowList known;
  for (const domain::Observation* row : rows) {
    if (!traces.contains(row->trace_id)) continue;
    reports.push_back(usage_report(*row));
    known.push_back(row);
  }
  for (std::size_t row = 0; row < stored.size(); ++row) {
    UsageReport report{.trace_id = stored.text(row, 0),
                       .span_id = stored.text(row, 1),
                       .parent_span_id = stored.text(row, 2),
                       .model = stored.text(row, 3)};
    domain::UsageMap usage;
    for (auto& [key, units] : stored.integer_map(row, 4))
      usage.emplace_back(key, static_cast<std::uint64_t>(units));
    read_usage_into(report, usage);
    reports.push_back(report);
  }
  for (const std::size_t i : repeated_usage(reports)) {
    if (i < known.size()) input.repeated_usage.insert(known[i]);
  }
  return ok();
}

}  // namespace

Result<> find_repeated_usage(FlushInput& input, analytics::Engine& engine,
                             const std::function<Result<>()>& before_lookup) {
  input.repeated_usage.clear();
  for (const auto& [project_id, rows] : rows_by_project(input)) {
    for (const domain::Observation* row : repeated_usage(rows))
      input.repeated_usage.insert(row);
    RowList candidates;
    for (const domain::Observation* row : rows) {
      if (may_repeat_stored(*row) && !input.repeated_usage.contains(row)) candidates.push_back(row);
    }
    if (candidates.empty()) continue;
    CLEW_CHECK(before_lookup());
    CLEW_CHECK(find_with_stored(project_id, rows, candidates, engine, input));
  }
  return ok();
}

}  // namespace clew::ingest
