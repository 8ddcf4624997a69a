// Scores: lists and single ones. Every method blocks and may be called from any thread.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "analytics/engine.h"
#include "domain/observation.h"
#include "query/filter.h"

namespace clew::query {

struct ScoreRecord : domain::Score {
  TimeUs created_at_us = 0, updated_at_us = 0;
};

// What a score belongs to.
enum class ScoreTarget : std::uint8_t { kAny, kTrace };

struct ScoreFilter {
  std::optional<TimeUs> from_us, to_us;  // timestamp, half open
  Conditions conditions;                 // parsed for View::kScores
  ScoreTarget target = ScoreTarget::kAny;
  bool corrections = true;                                          // CORRECTION scores are part of the list
  std::vector<std::string> config_ids, queue_ids, dataset_run_ids;  // empty = any
  std::vector<double> values;                                       // empty = any
};

// A place in the list newest first; the page begins after it.
struct ScoreCursor {
  TimeUs timestamp_us = 0;
  std::string id;
};

class ScoreReader {
 public:
  explicit ScoreReader(analytics::Engine& engine) : engine_(engine) {}

  // Newest first: by timestamp and id, both descending.
  Result<std::vector<ScoreRecord>> list(std::string_view project_id, const ScoreFilter& filter,
                                        const std::optional<ScoreCursor>& after, std::size_t offset, std::size_t limit);
  Result<std::uint64_t> count(std::string_view project_id, const ScoreFilter& filter);
  Result<std::optional<ScoreRecord>> find(std::string_view project_id, std::string_view id);

  // All scores of these traces and their observations, newest first; CORRECTION scores left out.
  Result<std::vector<ScoreRecord>> of_traces(std::string_view project_id, const std::vector<std::string>& trace_ids);
  // Of each of these experiments its newest scores, `each` at most; CORRECTION scores left out.
  Result<std::vector<ScoreRecord>> of_experiments(std::string_view project_id, const std::vector<std::string>& ids,
                                                  std::size_t each);
  // The newest scores of these (trace, observation), `each` at most, and as many of each of the traces themselves.
  Result<std::vector<ScoreRecord>> of_items(std::string_view project_id,
                                            const std::vector<std::pair<std::string, std::string>>& items,
                                            std::size_t each);

 private:
  Result<std::string> where(std::string_view project_id, const ScoreFilter& filter, class Binder& binder);

  analytics::Engine& engine_;
};

}  // namespace clew::query
