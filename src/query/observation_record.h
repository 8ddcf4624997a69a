// An observation as stored: the domain value and what the store adds to it.
#pragma once

#include <cstdint>
#include <initializer_list>
#include <optional>
#include <string>
#include <vector>

#include "analytics/rows.h"
#include "domain/observation.h"

namespace clew::query {

struct ObservationRecord : domain::Observation {
  std::uint64_t input_tokens = 0, output_tokens = 0, total_tokens = 0;
  std::optional<domain::Picodollars> input_cost, output_cost;
  std::string input_preview, output_preview;  // first 200 characters
  std::uint64_t input_length = 0, output_length = 0;
  domain::Attribution attribution;
  TimeUs created_at_us = 0, updated_at_us = 0;
  bool bookmarked = false;  // of its trace, on the root only

  bool is_root() const { return parent_span_id.empty() || is_app_root; }
};

// Groups of columns, so that a statement reads only what its caller shows. Payload text is read apart (payloads.h).
enum class ObservationPart : std::uint32_t {
  kCore = 1 << 0,  // identity, times, type, name, level, status, environment, version, flags, trace-level attributes
  kModel = 1 << 1,
  kUsage = 1 << 2,   // maps and sums
  kTotals = 1 << 3,  // sums only
  kPrompt = 1 << 4,
  kMetadata = 1 << 5,
  kTools = 1 << 6,      // definitions and calls
  kToolNames = 1 << 7,  // names of calls
  kPreviews = 1 << 8,
  kSource = 1 << 9,
  kBookkeeping = 1 << 10,
  kExperiment = 1 << 11,
};
class ObservationParts {
 public:
  constexpr ObservationParts(std::initializer_list<ObservationPart> parts) {
    for (const ObservationPart part : parts)
      add(part);
  }
  constexpr bool has(ObservationPart part) const { return bits_ & static_cast<std::uint32_t>(part); }
  constexpr void add(ObservationPart part) { bits_ |= static_cast<std::uint32_t>(part); }

 private:
  std::uint32_t bits_ = 0;
};

// "trace_id, span_id, …" for a SELECT over `observations`.
std::string observation_columns(const ObservationParts& parts);
// The rows of such a SELECT; fields outside of `parts` keep their defaults.
std::vector<ObservationRecord> read_observations(const analytics::Rows& rows, const ObservationParts& parts);

domain::UsageMap usage_map(const analytics::Rows& rows, std::size_t row, std::size_t column);

}  // namespace clew::query
