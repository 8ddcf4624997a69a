// What the side bar and the strip above a table show: values with counts, ranges with histograms, counts over time.
// Every method blocks and may be called from any thread.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "analytics/engine.h"
#include "query/observation_reader.h"
#include "query/trace_reader.h"

namespace clew::query {

struct FacetValue {
  std::string value;
  std::uint64_t count = 0;
};

struct HistogramBucket {
  double from = 0, to = 0;  // half open; from = to = 0 for "zero or less"
  std::uint64_t count = 0;
};

struct Facet {
  std::string_view field;          // filter column
  FilterType filter_type{};        // of the condition that choosing a value produces
  std::vector<FacetValue> values;  // most frequent first; for ranges empty
  bool is_range = false;
  std::string_view unit;  // of ranges: "s", "usd", "tokens", "count"
  std::optional<double> min, max;
  std::vector<HistogramBucket> histogram;
};

struct PulseBucket {
  TimeUs time_us = 0;
  std::uint64_t count = 0, errors = 0;
};
struct Pulse {
  std::int64_t bucket_us = 0;
  std::vector<PulseBucket> buckets;  // without gaps
};

inline constexpr std::size_t kFacetValuesMax = 100;
// Without conditions facets describe as many of the newest observations of a range: their cost stays that of a page
// that is looked at, however much there is.
inline constexpr std::uint64_t kFacetRowsMax = 200'000;

class FacetReader {
 public:
  explicit FacetReader(analytics::Engine& engine, std::uint64_t rows_max = kFacetRowsMax)
      : engine_(engine), rows_max_(rows_max) {}

  // Where the newest `rows_max` observations of a range begin; null when it has no more than these. What facets of a
  // range without conditions should begin with.
  Result<std::optional<TimeUs>> newest_begin(std::string_view project_id, std::optional<TimeUs> from_us,
                                             std::optional<TimeUs> to_us);

  // The counts of a facet ignore the conditions on its own field.
  Result<std::vector<Facet>> of_traces(std::string_view project_id, const TraceFilter& filter);
  Result<std::vector<Facet>> of_observations(std::string_view project_id, const ObservationFilter& filter);

  // About 60 buckets over the range of the filter, which must have both ends.
  Result<Pulse> pulse_of_traces(std::string_view project_id, const TraceFilter& filter);
  Result<Pulse> pulse_of_observations(std::string_view project_id, const ObservationFilter& filter);

  // When the first observation or record of the project lies; null when there is none.
  Result<std::optional<TimeUs>> earliest(std::string_view project_id);

 private:
  analytics::Engine& engine_;
  const std::uint64_t rows_max_;
};

}  // namespace clew::query
