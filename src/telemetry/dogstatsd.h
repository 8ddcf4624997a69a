// The figures of the registry for a Datadog agent, in DogStatsD lines over UDP: counters as what was added since the
// last round, gauges as they stand, histograms as what was added to their count and sum and the quantiles of the round.
//
// Names that dashboards of the field know (contract/operations.md 9) are sent beside ours.
#pragma once

#include <condition_variable>
#include <map>
#include <memory>
#include <mutex>
#include <string>
#include <thread>
#include <vector>

#include "base/result.h"
#include "telemetry/metrics.h"

namespace clew::telemetry {

// Lines of one round, each without its newline. One object per receiver: it remembers the round before.
class DogStatsdLines {
 public:
  explicit DogStatsdLines(Labels constant_tags) : constant_tags_(std::move(constant_tags)) {}
  std::vector<std::string> round(const Metrics& metrics);

 private:
  struct Before {
    double value = 0;
    double sum = 0;
    std::vector<std::uint64_t> buckets;
  };
  void counter(const Metrics::Sample& sample, Before& before, std::vector<std::string>& out) const;
  void histogram(const Metrics::Sample& sample, Before& before, std::vector<std::string>& out) const;
  std::string tags(const Labels& labels) const;

  const Labels constant_tags_;
  std::map<std::string, Before> before_;
};

struct DogStatsdOptions {
  std::string host;
  int port = 8125;
  std::string environment, service;  // tags env and service; "" = none
  int interval_ms = 10'000;
};

// Sends until destroyed, from a thread of its own. A missing agent costs nothing: UDP.
class DogStatsd {
 public:
  // kUnavailable: the host's name has no address.
  static Result<std::unique_ptr<DogStatsd>> start(DogStatsdOptions options, const Metrics& metrics);
  ~DogStatsd();
  DogStatsd(const DogStatsd&) = delete;
  DogStatsd& operator=(const DogStatsd&) = delete;

 private:
  DogStatsd(DogStatsdOptions options, const Metrics& metrics, int socket);
  void run();
  void send();

  const DogStatsdOptions options_;
  const Metrics& metrics_;
  const int socket_;
  DogStatsdLines lines_;
  std::mutex mutex_;
  std::condition_variable wakes_;
  bool stopping_ = false;
  std::thread thread_;
};

}  // namespace clew::telemetry
