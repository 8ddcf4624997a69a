// Watches the running instance: a thread of its own takes a step of the history every ten seconds, asks the stores
// whether they are there, and registers as metrics what no other module counts. Health checks and the operator's page
// read from here, from memory.
#pragma once

#include <atomic>
#include <condition_variable>
#include <mutex>
#include <string>
#include <thread>
#include <vector>

#include "analytics/engine.h"
#include "base/time.h"
#include "ingest/intake/ledger.h"
#include "ingest/log/log.h"
#include "ingest/worker/dead_letters.h"
#include "ingest/worker/progress.h"
#include "meta/database.h"
#include "operations/history.h"
#include "operations/query_book.h"
#include "operations/storage.h"
#include "telemetry/metrics.h"

namespace clew::operations {

struct DiskFacts {
  std::string path;
  std::uint64_t free_bytes = 0, total_bytes = 0;
  std::uint64_t guard_bytes = 0;  // below as much ingestion stops
};

// What the observer looks at. References outlive it.
struct ObserverParts {
  ingest::Log& log;
  const ingest::IngestProgress& progress;
  const ingest::IntakeLedger& ledger;
  const ingest::DeadLetters& dead_letters;
  analytics::Engine& engine;
  meta::Database& database;
  QueryBook& book;
  telemetry::Metrics& metrics;
  const Clock& clock;
  std::string data_dir;
  std::uint64_t disk_free_bytes_min = 0;
  double disk_free_share_min = 0;
};

struct IngestFacts {
  ingest::LogState log;
  std::uint64_t accepted = 0, refused = 0, visible = 0, accepted_bytes = 0;  // since the start; items, rows
  std::uint64_t refused_requests = 0;                                        // as a whole, since the start
  double visible_per_second = 0;
  std::optional<double> visible_ms;  // of the last flush
  std::optional<TimeUs> last_accepted_us;
};

class Observer {
 public:
  explicit Observer(ObserverParts parts);
  ~Observer();
  Observer(const Observer&) = delete;
  Observer& operator=(const Observer&) = delete;

  void start();
  void stop();
  // One step now; start() does it every History::kStepUs.
  void step();

  const History& history() const { return history_; }
  StorageFacts& storage() { return storage_; }
  QueryBook& book() { return parts_.book; }
  IngestFacts ingestion() const;
  DiskFacts disk() const;
  // Names of stores that do not answer: "analytics", "meta".
  std::vector<std::string> stores_down() const;
  TimeUs started_us() const { return started_us_; }
  // Accepted items, also those of the process before, within the last `us`.
  bool has_events_within(std::int64_t us) const;
  // How long nothing has become visible although something waits; 0 when all is well.
  std::int64_t stuck_us() const;

 private:
  void run();
  void register_metrics();
  void check_stores();
  void check_engine();
  void remember_earlier_events();

  const ObserverParts parts_;
  const TimeUs started_us_;
  History history_;
  StorageFacts storage_;

  std::mutex step_mutex_;
  std::int64_t last_step_us_ = 0, last_engine_us_ = 0;
  std::uint64_t last_accepted_ = 0, last_refused_ = 0, last_visible_ = 0, last_bytes_ = 0;
  double last_cpu_ = 0;
  std::atomic<std::uint64_t> progress_seen_ = 0;
  std::atomic<std::int64_t> progress_at_us_;
  std::atomic<TimeUs> earlier_event_us_ = 0;

  std::mutex mutex_;
  std::condition_variable wakes_;
  bool stopping_ = false;
  std::thread thread_;
};

}  // namespace clew::operations
