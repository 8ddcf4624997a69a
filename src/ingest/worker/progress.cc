#include "ingest/worker/progress.h"

namespace clew::ingest {

void IngestProgress::published(std::string_view project_id, std::uint64_t items) {
  total_ += items;
  const std::int64_t second = monotonic_us() / 1'000'000;
  const std::lock_guard<std::mutex> lock(mutex_);
  Second& slot = seconds_[static_cast<std::size_t>(second) % (kSeconds + 1)];
  if (slot.second != second) slot = {.second = second, .rows = 0};
  slot.rows += items;
  const auto at = versions_.find(project_id);
  if (at == versions_.end()) {
    versions_.emplace(project_id, items);
  } else {
    at->second += items;
  }
}

void IngestProgress::flushed(std::int64_t visible_us) {
  ++flushes_;
  const std::lock_guard<std::mutex> lock(mutex_);
  visible_us_ = visible_us;
  last_flush_us_ = monotonic_us();
}

std::uint64_t IngestProgress::version(std::string_view project_id) const {
  const std::lock_guard<std::mutex> lock(mutex_);
  const auto at = versions_.find(project_id);
  return at == versions_.end() ? 0 : at->second;
}

double IngestProgress::rows_per_second() const {
  const std::int64_t second = monotonic_us() / 1'000'000;
  const std::lock_guard<std::mutex> lock(mutex_);
  std::uint64_t rows = 0;
  for (const Second& slot : seconds_) {
    // The running second is not over: it would make the rate jump.
    if (slot.second < second && slot.second >= second - static_cast<std::int64_t>(kSeconds)) rows += slot.rows;
  }
  return static_cast<double>(rows) / kSeconds;
}

std::optional<double> IngestProgress::visible_ms() const {
  const std::lock_guard<std::mutex> lock(mutex_);
  if (last_flush_us_ == 0 || monotonic_us() - last_flush_us_ > 60'000'000) return std::nullopt;
  return static_cast<double>(visible_us_) / 1000.0;
}

}  // namespace clew::ingest
