// How long flushes take, stage by stage: for the metrics, and to tell when the next one should be taken.
//
// A flush is built while the one before is inserted. Built too early it waits, and whatever arrives meanwhile waits for
// both; so it is taken just so much before the inserter becomes free as its building takes. One thread.
#pragma once

#include <cstdint>

#include "telemetry/metrics.h"

namespace clew::ingest {

class FlushPace {
 public:
  explicit FlushPace(telemetry::Metrics& metrics);

  // All in microseconds of the monotonic clock. `oldest`: since when its oldest record is durable.
  struct Times {
    std::int64_t oldest = 0, taken = 0, built = 0, inserting = 0, stored = 0;
  };
  // A flush of so many bytes went through without trouble.
  void note(std::uint64_t bytes, const Times& times);

  // When to take a flush of `bytes_next` while one of `bytes_in_flight` is inserted since `inserting_since_us`.
  std::int64_t take_at(std::int64_t inserting_since_us, std::uint64_t bytes_in_flight, std::uint64_t bytes_next) const;

 private:
  // A duration that depends on the size, learned from the last ones.
  class Estimate {
   public:
    void learn(std::uint64_t bytes, std::int64_t us);
    std::int64_t of(std::uint64_t bytes) const;

   private:
    double bytes_ = 0, us_ = 0;  // means, the latest counting most
  };

  Estimate build_, insert_;
  telemetry::Histogram &waiting_seconds_, &build_seconds_, &queued_seconds_, &insert_seconds_;
};

}  // namespace clew::ingest
