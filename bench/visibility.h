// How long an acknowledged span takes to be readable through the public API.
#pragma once

#include <atomic>
#include <cstdint>
#include <string>
#include <thread>

#include "bench/bodies.h"
#include "bench/figures.h"
#include "bench/http_client.h"
#include "bench/stamper.h"

namespace clew::bench {

// Sends one span alone in its trace, then asks for it again and again.
class VisibilityProbe {
 public:
  VisibilityProbe(const Target& target, const Corpus& corpus, std::uint64_t run);

  struct Sight {
    std::int64_t ack_us = 0;      // from sending to the acknowledgement
    std::int64_t visible_us = 0;  // from the acknowledgement to the answer that had the span in it
  };
  // Asks at once, then after `pause_ms` and after pauses that grow by a quarter. kDeadlineExceeded: not seen within
  // `seconds_max`.
  Result<Sight> look(int seconds_max, int pause_ms);

 private:
  HttpClient client_;
  Stamper stamper_;
  Body body_;
};

// Observations of a trace that the API lists.
Result<std::size_t> count_observations(HttpClient& client, const std::string& trace_id);

// Looks every `interval_ms` on a thread of its own until stopped.
class VisibilityWatch {
 public:
  VisibilityWatch(const Target& target, const Corpus& corpus, std::uint64_t run, int interval_ms);
  ~VisibilityWatch();
  void stop();

  // After stop().
  const Durations& visible() const { return visible_; }
  const Durations& acks() const { return acks_; }
  std::uint64_t failures() const { return failures_; }
  const std::string& last_failure() const { return last_failure_; }

 private:
  void run(int interval_ms);

  VisibilityProbe probe_;
  Durations visible_, acks_;
  std::uint64_t failures_ = 0;
  std::string last_failure_;
  std::atomic<bool> stopping_ = false;
  std::thread thread_;
};

}  // namespace clew::bench
