#include "ingest/worker/merged_texts.h"

#include "ingest/enrich/enrich.h"
#include "ingest/enrich/token_usage.h"

namespace clew::ingest {

namespace {

constexpr std::size_t kRowsPerRead = 200;

// Where the text of a row is stored so far.
const std::string& stored_trace(const MergedObservation& observation) {
  return observation.previous_key ? observation.previous_key->trace_id : observation.row.trace_id;
}

using ById = std::map<std::pair<std::string, std::string>, MergedObservation*>;  // by stored trace and span

Result<> read_stored(const std::string& project_id, const ById& wanted, analytics::Engine& engine) {
  std::vector<std::string> traces, spans;
  for (const auto& [id, observation] : wanted) {
    traces.push_back(id.first);
    spans.push_back(id.second);
  }
  analytics::Params params(project_id);
  params.texts("traces", traces).texts("spans", spans).number("bytes_max", kCountedBytesMax);
  CLEW_TRY(const analytics::Rows rows,
           engine.select("read_counted_texts",
                         "SELECT trace_id, span_id, if(length(i) <= {bytes_max:UInt64}, i, NULL), "
                         "if(length(o) <= {bytes_max:UInt64}, o, NULL) FROM ("
                         "SELECT trace_id, span_id, argMaxIf(input, seq, isNotNull(input)) AS i, "
                         "argMaxIf(output, seq, isNotNull(output)) AS o FROM payloads "
                         "WHERE project_id = {project_id:String} AND trace_id IN {traces:Array(String)} "
                         "AND span_id IN {spans:Array(String)} GROUP BY trace_id, span_id)",
                         params));
  for (std::size_t r = 0; r < rows.size(); ++r) {
    const auto found = wanted.find({std::string(rows.text(r, 0)), std::string(rows.text(r, 1))});
    if (found == wanted.end()) continue;
    domain::Observation& row = found->second->row;
    if (!row.input) row.input = rows.optional_text(r, 2);
    if (!row.output) row.output = rows.optional_text(r, 3);
  }
  return ok();
}

}  // namespace

Result<> add_counted_texts(const std::string& project_id, MergeOutput& merged, analytics::Engine& engine,
                           ModelCatalog& models) {
  std::map<std::string_view, MergedObservation*> counted;  // by span
  for (MergedObservation& observation : merged.observations) {
    if (needs_texts(observation.row, project_id, models)) counted.emplace(observation.row.span_id, &observation);
  }
  if (counted.empty()) return ok();
  for (const PayloadPatch& patch : merged.payloads) {
    const auto found = counted.find(patch.span_id);
    if (found == counted.end() || found->second->row.trace_id != patch.trace_id) continue;
    found->second->row.input = patch.input;
    found->second->row.output = patch.output;
  }
  ById wanted;
  for (const auto& [span_id, observation] : counted) {
    const bool has_all = (observation->row.input || observation->input.characters == 0) &&
                         (observation->row.output || observation->output.characters == 0);
    if (has_all) continue;
    wanted.emplace(std::pair(stored_trace(*observation), observation->row.span_id), observation);
    if (wanted.size() < kRowsPerRead) continue;
    CLEW_CHECK(read_stored(project_id, wanted, engine));
    wanted.clear();
  }
  return wanted.empty() ? ok() : read_stored(project_id, wanted, engine);
}

}  // namespace clew::ingest
