// What has become visible lately: for the line at the foot of the UI, for live lists and for metrics. In memory only.
#pragma once

#include <atomic>
#include <cstdint>
#include <functional>
#include <map>
#include <mutex>
#include <optional>
#include <string>
#include <string_view>

#include "base/time.h"

namespace clew::ingest {

class IngestProgress {
 public:
  // `items` rows of a project became visible.
  void published(std::string_view project_id, std::uint64_t items);
  // One flush is done; `visible_us` after its oldest request was durable.
  void flushed(std::int64_t visible_us);

  // Grows whenever something of the project became visible; 0 = nothing since the start.
  std::uint64_t version(std::string_view project_id) const;
  std::uint64_t total() const { return total_.load(std::memory_order_relaxed); }      // rows since the start
  std::uint64_t flushes() const { return flushes_.load(std::memory_order_relaxed); }  // since the start
  double rows_per_second() const;                                                     // over the last ten seconds
  std::optional<double> visible_ms() const;  // of the last flush, null when older than a minute

 private:
  struct Second {
    std::int64_t second = 0;
    std::uint64_t rows = 0;
  };
  static constexpr std::size_t kSeconds = 10;

  std::atomic<std::uint64_t> total_ = 0, flushes_ = 0;
  mutable std::mutex mutex_;
  std::map<std::string, std::uint64_t, std::less<>> versions_;
  Second seconds_[kSeconds + 1];
  std::int64_t visible_us_ = 0;
  std::int64_t last_flush_us_ = 0;
};

}  // namespace clew::ingest
