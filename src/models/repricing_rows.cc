#include "models/repricing_rows.h"

#include <algorithm>

#include <fmt/format.h>

#include "base/json.h"
#include "ingest/merge/entity_state.h"
#include "ingest/merge/merged_rows.h"

namespace clew::models {

namespace {

constexpr std::size_t kStatementBytesMax = 60 * 1024;  // of the longest list, with room for escaping
constexpr std::string_view kRange =
    "project_id = {project_id:String} AND start_time >= {from:DateTime64(6,'UTC')} AND "
    "start_time < {to:DateTime64(6,'UTC')} AND ({model:String} = '' OR model = {model:String}) AND model != '' AND "
    "empty(provided_cost) AND notEmpty(usage)";

analytics::Params params_of(const std::string& project_id, const RowRange& range) {
  analytics::Params params(project_id);
  params.time("from", range.from).time("to", range.to).text("model", range.model);
  return params;
}

std::string key_of(const domain::Observation& row) {
  return row.trace_id + "\n" + row.span_id;
}

std::string decimal(domain::Picodollars amount) {
  constexpr domain::Picodollars kDollar = 1'000'000'000'000;
  return fmt::format("{}{}.{:012}", amount < 0 ? "-" : "", std::abs(amount / kDollar), std::abs(amount % kDollar));
}

// Keys and amounts of a map, each as a JSON list of text.
std::pair<std::string, std::string> map_texts(const domain::CostMap& cost) {
  json::Array keys, amounts;
  for (const auto& [key, amount] : cost) {
    keys.emplace_back(key);
    amounts.emplace_back(decimal(amount));
  }
  return {json::to_text(keys), json::to_text(amounts)};
}

// Sum over the keys that contain `part`, "" when there is none (contract/cost.md 1).
std::string part_text(const domain::CostMap& cost, std::string_view part) {
  std::optional<domain::Picodollars> sum;
  for (const auto& [key, amount] : cost) {
    if (key.find(part) != std::string::npos) sum = sum.value_or(0) + amount;
  }
  return sum ? decimal(*sum) : "";
}

}  // namespace

Result<std::int64_t> count_priced(analytics::Engine& engine, const std::string& project_id, const RowRange& range) {
  CLEW_TRY(
      const analytics::Rows rows,
      engine.select("reprice.count", "SELECT toInt64(count()) FROM observations FINAL WHERE " + std::string(kRange),
                    params_of(project_id, range)));
  return rows.empty() ? 0 : rows.integer(0, 0);
}

Result<std::vector<PricedRow>> read_priced(analytics::Engine& engine, const std::string& project_id,
                                           const RowRange& range, const RowPlace& after, std::size_t limit) {
  analytics::Params params =
      params_of(project_id, {.from = std::max(range.from, after.start_time_us), .to = range.to, .model = range.model});
  params.time("after", after.start_time_us).text("trace_id", after.trace_id).text("span_id", after.span_id);
  params.number("limit", static_cast<std::int64_t>(limit));
  CLEW_TRY(const analytics::Rows rows,
           engine.select("reprice.read",
                         "SELECT trace_id, span_id, start_time, model, model_id, model_parameters, metadata, usage, "
                         "cost, total_cost, pricing_tier_id, pricing_tier_name, toString(seq), source "
                         "FROM observations FINAL WHERE " +
                             std::string(kRange) +
                             " AND (start_time, trace_id, span_id) > ({after:DateTime64(6,'UTC')}, {trace_id:String}, "
                             "{span_id:String}) ORDER BY start_time, trace_id, span_id LIMIT {limit:UInt64}",
                         params));
  std::vector<PricedRow> out(rows.size());
  for (std::size_t r = 0; r < rows.size(); ++r) {
    domain::Observation& row = out[r].now;
    row.trace_id = rows.text(r, 0);
    row.span_id = rows.text(r, 1);
    row.start_time_us = rows.time(r, 2);
    row.model = rows.text(r, 3);
    row.model_id = rows.text(r, 4);
    row.model_parameters = rows.text(r, 5);
    row.metadata = rows.text_map(r, 6);
    for (const auto& [key, units] : rows.integer_map(r, 7))
      row.usage.emplace_back(key, static_cast<std::uint64_t>(units));
    row.cost = rows.integer_map(r, 8);
    if (!rows.is_null(r, 9)) row.total_cost = rows.decimal(r, 9);
    row.pricing_tier_id = rows.text(r, 10);
    row.pricing_tier_name = rows.text(r, 11);
    out[r].seq = rows.text(r, 12);
    out[r].is_merged = rows.text(r, 13) != "otel";
  }
  return out;
}

Result<std::vector<std::optional<domain::PricingFacts>>> read_facts(analytics::Engine& engine,
                                                                    const std::string& project_id,
                                                                    const std::vector<PricedRow>& rows) {
  std::vector<std::optional<domain::PricingFacts>> out(rows.size());
  std::map<std::string_view, std::size_t> merged;
  std::vector<std::string> ids;
  for (std::size_t i = 0; i < rows.size(); ++i) {
    if (!rows[i].is_merged) continue;
    merged.emplace(rows[i].now.span_id, i);
    ids.push_back(rows[i].now.span_id);
  }
  constexpr std::size_t kIdsPerRead = 50;
  for (std::size_t at = 0; at < ids.size(); at += kIdsPerRead) {
    const auto first = ids.begin() + static_cast<std::ptrdiff_t>(at);
    const auto last = ids.begin() + static_cast<std::ptrdiff_t>(std::min(ids.size(), at + kIdsPerRead));
    analytics::Params params(project_id);
    params.texts("ids", std::vector<std::string>(first, last));
    CLEW_TRY(const analytics::Rows states,
             engine.select("reprice.states",
                           "SELECT id, argMax(state, seq) FROM merge_states WHERE project_id = {project_id:String} "
                           "AND kind = 'observation' AND id IN {ids:Array(String)} GROUP BY id",
                           params));
    for (std::size_t r = 0; r < states.size(); ++r) {
      const auto found = merged.find(states.text(r, 0));
      if (found == merged.end()) continue;
      const auto state = ingest::EntityState::parse(ingest::EntityKind::kObservation, std::string(states.text(r, 0)),
                                                    states.text(r, 1));
      if (state) out[found->second] = ingest::to_observation(*state).pricing_facts;
    }
  }
  return out;
}

Result<> PriceWriter::add(const PricedRow& read, const domain::Observation& priced) {
  auto [cost_keys, cost_amounts] = map_texts(priced.cost);
  const std::string key = key_of(priced);
  bytes_ += std::max({cost_keys.size(), cost_amounts.size(), key.size()}) + 4;
  from_ = keys_.empty() ? priced.start_time_us : std::min(from_, priced.start_time_us);
  to_ = keys_.empty() ? priced.start_time_us : std::max(to_, priced.start_time_us);
  traces_.push_back(priced.trace_id);
  keys_.push_back(key);
  seqs_.push_back(read.seq);
  model_ids_.push_back(priced.model_id);
  tier_ids_.push_back(priced.pricing_tier_id);
  tier_names_.push_back(priced.pricing_tier_name);
  cost_keys_.push_back(std::move(cost_keys));
  cost_amounts_.push_back(std::move(cost_amounts));
  totals_.push_back(priced.total_cost ? decimal(*priced.total_cost) : "");
  inputs_.push_back(part_text(priced.cost, "input"));
  outputs_.push_back(part_text(priced.cost, "output"));
  return bytes_ > kStatementBytesMax ? flush() : ok();
}

Result<> PriceWriter::flush() {
  if (keys_.empty()) return ok();
  analytics::Params params(project_id_);
  params.time("from", from_).time("to", to_).texts("traces", traces_).texts("keys", keys_).texts("seqs", seqs_);
  params.texts("model_ids", model_ids_).texts("tier_ids", tier_ids_).texts("tier_names", tier_names_);
  params.texts("cost_keys", cost_keys_)
      .texts("cost_amounts", cost_amounts_)
      .texts("totals", totals_)
      .texts("inputs", inputs_)
      .texts("outputs", outputs_);
  CLEW_CHECK(engine_.execute(
      "reprice.write",
      "INSERT INTO observations WITH indexOf({keys:Array(String)}, concat(trace_id, '\\n', span_id)) AS place "
      "SELECT * REPLACE ({model_ids:Array(String)}[place] AS model_id, "
      "{tier_ids:Array(String)}[place] AS pricing_tier_id, {tier_names:Array(String)}[place] AS pricing_tier_name, "
      "mapFromArrays(JSONExtract({cost_keys:Array(String)}[place], 'Array(String)'), arrayMap(x -> toDecimal64(x, 12), "
      "JSONExtract({cost_amounts:Array(String)}[place], 'Array(String)'))) AS cost, "
      "toDecimal64OrNull({totals:Array(String)}[place], 12) AS total_cost, "
      "toDecimal64OrNull({inputs:Array(String)}[place], 12) AS input_cost, "
      "toDecimal64OrNull({outputs:Array(String)}[place], 12) AS output_cost, "
      "now64(6, 'UTC') AS updated_at, seq + 1 AS seq) "
      "FROM (SELECT * FROM observations FINAL WHERE project_id = {project_id:String} "
      "AND start_time >= {from:DateTime64(6,'UTC')} AND start_time <= {to:DateTime64(6,'UTC')} "
      "AND trace_id IN {traces:Array(String)} "
      "AND has({keys:Array(String)}, concat(trace_id, '\\n', span_id)) "
      "AND toString(seq) = {seqs:Array(String)}[indexOf({keys:Array(String)}, concat(trace_id, '\\n', span_id))])",
      params));
  for (auto* list : {&traces_, &keys_, &seqs_, &model_ids_, &tier_ids_, &tier_names_, &cost_keys_, &cost_amounts_,
                     &totals_, &inputs_, &outputs_})
    list->clear();
  bytes_ = 0;
  return ok();
}

}  // namespace clew::models
