#include "operations/history.h"

#include <algorithm>

namespace clew::operations {

namespace {

HistoryPoint joined(const HistoryPoint* begin, std::size_t count) {
  HistoryPoint out;
  for (std::size_t i = 0; i < count; ++i) {
    const HistoryPoint& one = begin[i];
    out.time_us = one.time_us;
    out.accepted_per_second += one.accepted_per_second;
    out.refused_per_second += one.refused_per_second;
    out.visible_per_second += one.visible_per_second;
    out.bytes_per_second += one.bytes_per_second;
    out.cpu_share += one.cpu_share;
    out.backlog_records = std::max(out.backlog_records, one.backlog_records);
    out.backlog_bytes = std::max(out.backlog_bytes, one.backlog_bytes);
    out.lag_seconds = std::max(out.lag_seconds, one.lag_seconds);
    out.resident_bytes = std::max(out.resident_bytes, one.resident_bytes);
  }
  const auto n = static_cast<double>(count);
  out.accepted_per_second /= n;
  out.refused_per_second /= n;
  out.visible_per_second /= n;
  out.bytes_per_second /= n;
  out.cpu_share /= n;
  return out;
}

}  // namespace

void History::add(const HistoryPoint& point) {
  const std::lock_guard<std::mutex> lock(mutex_);
  points_.push_back(point);
  if (points_.size() > kPointsMax) points_.pop_front();
}

std::vector<HistoryPoint> History::since(TimeUs since_us, std::size_t points_max) const {
  std::vector<HistoryPoint> all;
  {
    const std::lock_guard<std::mutex> lock(mutex_);
    for (const HistoryPoint& point : points_) {
      if (point.time_us >= since_us) all.push_back(point);
    }
  }
  if (all.size() <= points_max || points_max == 0) return all;
  const std::size_t step = (all.size() + points_max - 1) / points_max;
  std::vector<HistoryPoint> out;
  for (std::size_t at = 0; at < all.size(); at += step)
    out.push_back(joined(all.data() + at, std::min(step, all.size() - at)));
  return out;
}

}  // namespace clew::operations
