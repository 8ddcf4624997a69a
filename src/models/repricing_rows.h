// Stored observations as re-pricing reads and writes them.
#pragma once

#include <string>
#include <vector>

#include "analytics/engine.h"
#include "domain/observation.h"
#include "ingest/enrich/model_catalog.h"

namespace clew::models {

struct PricedRow {
  domain::Observation now;  // identity, model, usage, metadata, and what was stored as model, tier and cost
  std::string seq;          // version of the row
  bool is_merged = false;   // came through the JSON door, where tiers ask a message and not the record
};

// Where to go on: the sort key of the last row that was looked at.
struct RowPlace {
  TimeUs start_time_us = 0;
  std::string trace_id, span_id;
};

struct RowRange {
  TimeUs from = 0, to = 0;
  std::string model;  // "" = all
};

Result<std::int64_t> count_priced(analytics::Engine& engine, const std::string& project_id, const RowRange& range);
// The next rows after `after`, in order of start time, trace and span; fewer than `limit` only at the end.
Result<std::vector<PricedRow>> read_priced(analytics::Engine& engine, const std::string& project_id,
                                           const RowRange& range, const RowPlace& after, std::size_t limit);

// What tiers ask of the merged rows among `rows`, by their place in the list; null for the others.
Result<std::vector<std::optional<domain::PricingFacts>>> read_facts(analytics::Engine& engine,
                                                                    const std::string& project_id,
                                                                    const std::vector<PricedRow>& rows);

// Collects new prices and writes them in statements of bounded size, each as a new version of the row. A row that has
// changed since it was read is left alone: whoever changed it priced it.
class PriceWriter {
 public:
  PriceWriter(analytics::Engine& engine, std::string project_id)
      : engine_(engine), project_id_(std::move(project_id)) {}

  Result<> add(const PricedRow& read, const domain::Observation& priced);
  Result<> flush();

 private:
  analytics::Engine& engine_;
  const std::string project_id_;
  std::size_t bytes_ = 0;
  TimeUs from_ = 0, to_ = 0;  // start times of the collected rows, both included
  std::vector<std::string> traces_, keys_, seqs_, model_ids_, tier_ids_, tier_names_, cost_keys_, cost_amounts_,
      totals_, inputs_, outputs_;
};

}  // namespace clew::models
