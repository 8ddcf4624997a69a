// For tests of this module and of the doors over it: a store in a temporary directory and rows put into it as the
// ingest worker would put them.
#pragma once

#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "analytics/testing.h"
#include "domain/observation.h"
#include "query/observation_record.h"
#include "query/score_reader.h"
#include "text_index/builder.h"

namespace clew::query {

// 2026-01-02T03:04:05Z, plus milliseconds.
TimeUs test_time(std::int64_t ms = 0);

class TestStore {
 public:
  analytics::Engine& engine() { return *engine_; }

  // Each call inserts one row with a higher sequence number than all before; nothing is merged behind the test's back
  // for the length of a test. `deleted` writes a tombstone at the row's key.
  void add(std::string_view project_id, const ObservationRecord& observation, bool deleted = false);
  void add(std::string_view project_id, const domain::TraceAttributes& attributes,
           std::optional<std::string> input = {}, std::optional<std::string> output = {});
  void add(std::string_view project_id, const ScoreRecord& score);
  void add_payload(std::string_view project_id, std::string_view trace_id, std::string_view span_id,
                   TimeUs start_time_us, std::optional<std::string> input, std::optional<std::string> output,
                   std::string events = {});

  std::uint64_t next_seq() { return ++seq_; }

 private:
  void insert(std::string_view table, const analytics::NativeBlock& block);
  void insert_words(std::string_view project_id, text_index::Builder& words);

  analytics::TestEngine engine_;
  std::uint64_t seq_ = 0;
};

// A span that ends 100 ms after its start, `ms` after test_time().
ObservationRecord test_observation(std::string trace_id, std::string span_id, std::string parent_id = {},
                                   std::int64_t ms = 0);

}  // namespace clew::query
