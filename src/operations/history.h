// What ingestion looked like during the last hours, in steps of ten seconds, in memory: 8 hours are 2,880 points.
#pragma once

#include <cstdint>
#include <deque>
#include <mutex>
#include <vector>

#include "base/time.h"

namespace clew::operations {

// One step. Rates are over the step; the rest as it stood at its end.
struct HistoryPoint {
  TimeUs time_us = 0;
  double accepted_per_second = 0;
  double refused_per_second = 0;
  double visible_per_second = 0;
  double bytes_per_second = 0;
  std::uint64_t backlog_records = 0;
  std::uint64_t backlog_bytes = 0;
  double lag_seconds = 0;  // age of the oldest accepted item that is not visible
  std::uint64_t resident_bytes = 0;
  double cpu_share = 0;  // of one core
};

class History {
 public:
  static constexpr std::int64_t kStepUs = 10'000'000;
  static constexpr std::size_t kPointsMax = 8 * 3'600 / 10;

  void add(const HistoryPoint& point);
  // Oldest first, from `since_us` on, thinned to at most `points_max`: several steps become one whose rates are their
  // mean and whose backlog and lag are their worst, so that no spike disappears.
  std::vector<HistoryPoint> since(TimeUs since_us, std::size_t points_max) const;

 private:
  mutable std::mutex mutex_;
  std::deque<HistoryPoint> points_;
};

}  // namespace clew::operations
