// Rows made from a merged state: what the worker stores after enrichment.
#pragma once

#include "domain/observation.h"
#include "ingest/merge/entity_state.h"

namespace clew::ingest {

// What a narrow row keeps of a text whose whole lives in `payloads`.
struct TextSummary {
  std::string preview;  // at most 200 characters
  std::uint64_t characters = 0;
};

// A row is stored under this key besides project and span id.
struct RowKey {
  std::string trace_id;
  TimeUs start_time_us = 0;

  friend bool operator==(const RowKey&, const RowKey&) = default;
};

struct MergedObservation {
  domain::Observation row;  // input and output are null here: see `input`, `output` and PayloadPatch
  TextSummary input, output;
  domain::Attribution attribution;
  TimeUs created_at_us = 0;
  TimeUs updated_at_us = 0;
  // Where the row stands in the store when this update moves it: that row has to be deleted.
  std::optional<RowKey> previous_key;
  std::vector<RowKey> stale_keys;  // further rows of it that have to be deleted
  // Of the message that supplied the usage; null when none did, or when it was merged before this was kept.
  std::optional<domain::PricingFacts> pricing_facts;
};

struct MergedTrace {
  domain::TraceAttributes row;
  TextSummary input, output;
  TimeUs created_at_us = 0;
  TimeUs updated_at_us = 0;
};

struct MergedScore {
  domain::Score row;
  domain::Attribution attribution;
  TimeUs created_at_us = 0;
  TimeUs updated_at_us = 0;
};

// `state.kind()` must fit.
MergedObservation to_observation(const EntityState& state);
MergedTrace to_trace(const EntityState& state);
MergedScore to_score(const EntityState& state);

// Only the key of to_observation().
RowKey row_key(const EntityState& state);

}  // namespace clew::ingest
