// Runs jobs: claims what is due, calls the handler of its kind, renews leases, repeats what failed. Also makes the jobs
// that come round at fixed times. Any number of processes may run one over the same store.
#pragma once

#include <atomic>
#include <condition_variable>
#include <functional>
#include <map>
#include <mutex>
#include <string>
#include <string_view>
#include <thread>
#include <vector>

#include "jobs/job_store.h"
#include "telemetry/log.h"
#include "telemetry/metrics.h"

namespace clew::jobs {

// What a handler knows and may do while it works. Used by the handler's thread only.
class Running {
 public:
  Running(JobStore& store, const Job& job, const std::atomic<bool>& stopping, const std::atomic<bool>& lost)
      : store_(store), job_(job), stopping_(stopping), lost_(lost) {}

  const Job& job() const { return job_; }
  // Writes down how far the work has come; a next attempt starts with this point. kCancelled: the process stops, return
  // that error. kConflict: the job is in other hands, return without writing anything more.
  Result<> checkpoint(const Progress& progress);
  // The same answer without writing: for loops whose steps are not worth a point.
  Result<> check() const;

 private:
  JobStore& store_;
  const Job& job_;
  const std::atomic<bool>& stopping_;
  const std::atomic<bool>& lost_;
};

// Success: the job is done. kInvalidArgument, kNotFound, kUnsupported: it never can be, and is dead at once. kCancelled
// as Running gave it: back into the queue. Everything else: again later.
using Handler = std::function<Result<>(Running&)>;

struct RunnerOptions {
  std::size_t threads = 2;
  std::int64_t poll_us = 1'000'000;
  std::int64_t lease_us = 60'000'000;  // renewed every third of it
};

class JobRunner {
 public:
  // All references must outlive the runner.
  JobRunner(JobStore& store, const Clock& clock, telemetry::Logger log, telemetry::Metrics& metrics,
            RunnerOptions options = {});
  ~JobRunner();

  // Before start(). `at_once_max`: how many jobs of this kind this process runs side by side.
  void handle(std::string kind, Handler handler, std::size_t at_once_max = 1);
  // Before start(). One job of `kind` per slot of `period_us`, beginning `offset_us` after midnight UTC, whichever
  // process makes it; a slot that passed while nothing ran is made up for once.
  void every(std::string kind, std::int64_t period_us, std::int64_t offset_us);

  void start();
  // Something was enqueued: do not wait for the next poll.
  void wake();
  // Asks handlers to stop and waits for them; their jobs go back into the queue.
  void stop();

 private:
  struct Kind {
    Handler handler;
    std::size_t at_once_max = 1;
    std::size_t running = 0;
    telemetry::Counter* done = nullptr;
    telemetry::Counter* failed = nullptr;
    telemetry::Counter* dead = nullptr;
    telemetry::Histogram* seconds = nullptr;
  };
  struct Slot {
    std::string kind;
    std::int64_t period_us, offset_us;
    std::int64_t last = -1;
  };
  struct Lease {
    const Job* job;
    std::atomic<bool> lost = false;
  };

  void work();
  void keep();
  std::optional<Job> next();
  void run(const Job& job);
  void settle(const Job& job, Kind& kind, const Result<>& outcome);
  void make_slots();
  void renew_leases();
  void look_after();

  JobStore& store_;
  const Clock& clock_;
  telemetry::Logger log_;
  telemetry::Metrics& metrics_;
  const RunnerOptions options_;
  const std::string worker_;  // names this process in the store
  telemetry::Gauge& queued_;
  telemetry::Gauge& dead_;
  telemetry::Gauge& oldest_seconds_;

  std::atomic<bool> stopping_ = false;
  std::mutex mutex_;  // guards kinds_[].running, leases_, wakes_seen_
  std::condition_variable wakes_;
  std::uint64_t wake_count_ = 0;
  std::map<std::string, Kind, std::less<>> kinds_;
  std::vector<Slot> slots_;
  std::map<std::string, Lease*, std::less<>> leases_;
  std::vector<std::thread> threads_;
};

}  // namespace clew::jobs
