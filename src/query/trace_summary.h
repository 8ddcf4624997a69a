// A trace as derived from its rows and its record: plain values.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "analytics/rows.h"
#include "base/time.h"
#include "domain/observation.h"
#include "query/trace_sql.h"

namespace clew::query {

// Sums over the observations of a trace. Costs are 10^-12 dollar.
struct TraceSummary {
  std::string id;
  TimeUs timestamp_us = 0;
  std::int64_t latency_us = 0;  // latest end − earliest start; 0 without observations
  std::uint64_t observation_count = 0;

  std::string name, user_id, session_id, environment, version, release;  // "" = unknown
  std::vector<std::string> tags;
  bool is_public = false, bookmarked = false;

  domain::Level level = domain::Level::kDefault;
  std::uint64_t error_count = 0, warning_count = 0, default_count = 0, debug_count = 0;

  std::uint64_t input_tokens = 0, output_tokens = 0, total_tokens = 0;
  std::optional<domain::Picodollars> input_cost, output_cost, total_cost;  // null = nothing is known
  bool running = false;  // an observation that is not an event has no end yet

  std::vector<std::string> models;
  std::string root_id, input_preview, output_preview;
  domain::TextMap metadata;
  std::vector<std::string> metadata_strings;
  domain::UsageMap usage;
  domain::CostMap cost;
  TimeUs created_at_us = 0, updated_at_us = 0;
  std::vector<std::string> observation_ids;  // by start time
  bool begins_with_root = false;             // the earliest row has no parent
};

// Reads the rows of a statement over trace_select(parts); fields outside of `parts` keep their defaults.
std::vector<TraceSummary> read_traces(const analytics::Rows& rows, const TraceParts& parts);

}  // namespace clew::query
