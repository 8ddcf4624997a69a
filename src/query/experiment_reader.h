// Experiments: what observations with one experiment id have in common (contract/api.md B.12, sdk5.md 1.5). Their items
// are observations and are read as such (observation_reader.h, Field::kIsExperimentItemRoot). Every method blocks and
// may be called from any thread.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "analytics/engine.h"
#include "base/time.h"
#include "domain/observation.h"
#include "query/filter.h"

namespace clew::query {

struct ExperimentRecord {
  std::string id;
  // As its earliest observation that says so has them.
  std::string name, description, dataset_id;
  domain::TextMap metadata;      // only where asked for
  TimeUs start_us = 0;           // of the earliest observation
  TimeUs end_us = 0;             // the latest end, never before start_us
  TimeUs latest_us = 0;          // start of the latest observation; what lists are ordered by
  std::uint64_t item_count = 0;  // distinct item roots
};

struct ExperimentFilter {
  TimeUs from_us = 0;           // of observations, half open; everything is counted within this range
  std::optional<TimeUs> to_us;  // absent: open
  Conditions conditions;        // parsed for View::kExperiments
};

// The page begins after it.
struct ExperimentCursor {
  TimeUs latest_us = 0;
  std::string id;
};

class ExperimentReader {
 public:
  explicit ExperimentReader(analytics::Engine& engine) : engine_(engine) {}

  // Latest activity first, ties by id, both descending.
  Result<std::vector<ExperimentRecord>> list(std::string_view project_id, const ExperimentFilter& filter,
                                             const std::optional<ExperimentCursor>& after, std::size_t limit,
                                             bool with_metadata);

 private:
  analytics::Engine& engine_;
};

}  // namespace clew::query
