// Rows → column blocks, one class per table of analytics/schema. Each is filled row by row and inserted as a whole.
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "analytics/native_block.h"
#include "domain/observation.h"
#include "ingest/merge/merger.h"

namespace clew::ingest {

// What every row of a table carries beside its content.
struct RowStamp {
  std::string_view project_id;
  const domain::Attribution* attribution = nullptr;
  TimeUs created_at_us = 0;
  TimeUs updated_at_us = 0;
  std::uint64_t seq = 0;  // version: the row with the highest one counts
  bool is_deleted = false;
};

TextSummary summarize(const std::optional<std::string>& text);

class ObservationBlock {
 public:
  ObservationBlock();
  // `row.input` and `row.output` are not used: the narrow row only has their summaries.
  void add(const domain::Observation& row, const TextSummary& input, const TextSummary& output, const RowStamp& stamp);
  // A row that hides an earlier one of the same key.
  void add_deleted(const domain::Observation& row, const RowKey& key, RowStamp stamp);
  const analytics::NativeBlock& block() const { return block_; }

 private:
  analytics::NativeBlock block_;
};

class PayloadBlock {
 public:
  PayloadBlock();
  void add(std::string_view project_id, std::string_view trace_id, std::string_view span_id, TimeUs start_time_us,
           const std::optional<std::string>& input, const std::optional<std::string>& output, std::string_view events,
           std::uint64_t seq);
  // Room for the texts of many rows, so that adding them copies each only once.
  void reserve(std::size_t input_bytes, std::size_t output_bytes);
  const analytics::NativeBlock& block() const { return block_; }

 private:
  analytics::NativeBlock block_;
};

class TraceAttributesBlock {
 public:
  TraceAttributesBlock();
  void add(const MergedTrace& trace, const RowStamp& stamp);
  const analytics::NativeBlock& block() const { return block_; }

 private:
  analytics::NativeBlock block_;
};

class ScoreBlock {
 public:
  ScoreBlock();
  void add(const MergedScore& score, const RowStamp& stamp);
  const analytics::NativeBlock& block() const { return block_; }

 private:
  analytics::NativeBlock block_;
};

class MergeStateBlock {
 public:
  MergeStateBlock();
  void add(std::string_view project_id, const StoredState& state, TimeUs updated_at_us, std::uint64_t seq);
  const analytics::NativeBlock& block() const { return block_; }

 private:
  analytics::NativeBlock block_;
};

}  // namespace clew::ingest
