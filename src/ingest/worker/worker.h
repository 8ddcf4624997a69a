// Turns the ingest log into rows: reads records, merges, enriches, inserts, acknowledges. Everything after the client
// has its answer happens here; whatever fails is retried until it succeeds or is put aside as a dead letter.
//
// Two threads: one decodes, merges and builds blocks, the other inserts the flush before. Flushes adapt: at once when
// idle, in large blocks under load. Flushes are inserted in the order they were taken, the records of a project in log
// order; projects take turns (fair_queue.h). A record that kills the process is put aside (crash_guard.h).
#pragma once

#include <atomic>
#include <condition_variable>
#include <functional>
#include <mutex>
#include <thread>

#include "ingest/worker/crash_guard.h"
#include "ingest/worker/dead_letters.h"
#include "ingest/worker/fair_queue.h"
#include "ingest/worker/flush.h"
#include "ingest/worker/flush_pace.h"
#include "ingest/worker/insert_thread.h"
#include "ingest/worker/progress.h"
#include "ingest/worker/span_filter.h"
#include "ingest/worker/tombstones.h"
#include "telemetry/log.h"
#include "telemetry/metrics.h"

namespace clew::ingest {

struct WorkerOptions {
  std::int64_t flush_interval_us_min = 100'000;   // between the starts of two flushes while requests keep coming
  std::uint64_t flush_bytes_eager = 8ULL << 20;   // as much waiting is flushed without regard to the interval
  std::uint64_t flush_bytes_max = 96ULL << 20;    // of log payload in one flush
  std::uint64_t flush_bytes_shared = 6ULL << 20;  // the same while several projects wait: the others wait that long
  std::size_t flush_records_max = 20'000;
  tokenizer::Tokenizers* tokenizers = nullptr;  // counts tokens nobody reported; outlives the worker; null: nobody does
  std::int64_t retry_us_min = 100'000, retry_us_max = 5'000'000;
  // Changes what was decoded before rows are built, on the worker's thread; the same for the same request. May be
  // empty.
  std::function<void(DecodedBatch&)> prepare;
  std::string crash_guard_file;  // empty: a record that kills the process is tried for ever
};

class IngestWorker {
 public:
  // All references must outlive the worker. `after`: what the log had acknowledged when it was opened.
  IngestWorker(Log& log, LogPosition after, analytics::Engine& engine, ModelCatalog& models, DeadLetters& dead_letters,
               Tombstones& tombstones, IngestProgress& progress, const clew::Clock& clock, telemetry::Logger log_lines,
               telemetry::Metrics& metrics, WorkerOptions options);
  ~IngestWorker();

  void start();
  // Returns when everything in the log is stored or `deadline_ms` has passed; the rest is replayed at the next start.
  void drain(int deadline_ms);
  void stop();

 private:
  class Refusals;
  // One flush on its way into the store.
  struct Job {
    std::vector<LogRecord> records;
    FlushInput input;
    std::optional<Flush> flush;  // absent: to be built (anew)
    std::uint64_t seen_tombstones = 0;
    std::uint64_t bytes = 0;  // of the records
    // Monotonic: taken from the queue, built, given to the inserter. 0: not on the usual way.
    std::int64_t started_us = 0, built_us = 0, inserting_us = 0;
  };

  void run();
  bool wait(std::int64_t us);  // false when stopping
  // Like wait(), but settles the flush in flight as soon as it is inserted.
  bool wait_settling(std::int64_t us);
  void gather();
  // When the next flush should be taken.
  std::int64_t next_take_us() const;
  // Begins to store some of what waits.
  void store_next();
  // What was in process when the last process ended goes alone, so that the guard learns which of them it was.
  std::vector<LogRecord> take_suspects();
  void store_suspect(std::vector<LogRecord> records);
  // Builds these and leaves them in flight, after the flush before is settled.
  void begin_flush(std::vector<LogRecord> records);
  // Waits until the flush in flight is stored, whatever it takes, and acknowledges it. Nothing when there is none.
  void settle_in_flight();
  // The rest of a flush after an attempt that ended at `ended_us`: tries again, finds the poison, acknowledges.
  void settle(Job job, Result<bool> outcome, std::int64_t ended_us);
  void acknowledge(const Job& job, std::int64_t stored_us);
  void publish(const Flush& flush);
  // Tells the guard what is in process now.
  void update_guard();
  // Fewer records than given when some are damaged; null when stopping.
  std::optional<std::vector<DecodedRecord>> decode(const std::vector<LogRecord>& records, bool use_attachments);
  std::optional<Result<std::string>> read(LogPosition position);
  Result<> build(Job& job);
  // False when something was deleted since it was built: it must be built anew. Either thread's.
  Result<bool> insert(const Job& job);
  // Until stored: true. False when stopping or (poison set) when the store refuses the rows for what they are.
  // `outcome`: of the attempt before; false when there was none.
  bool keep_trying(Job& job, Result<bool> outcome, std::string* poison);
  // Stores what the store takes of records it has refused together, and puts aside what it refuses, item by item
  // (refusals.cc). False when stopping: then nothing is put aside yet.
  bool store_apart(const std::vector<LogRecord>& records);
  // `reason` is one of DeadLetter::reason; `items`: of the request, by name (intake/items.h), empty for all of it.
  void bury(LogPosition position, std::string_view reason, const std::string& error,
            const std::vector<std::string>& items = {});

  Log& log_;
  LogPosition after_;  // listed up to here
  FairQueue queue_;
  CrashGuard guard_;
  analytics::Engine& engine_;
  ModelCatalog& models_;
  DeadLetters& dead_letters_;
  Tombstones& tombstones_;
  IngestProgress& progress_;
  const clew::Clock& clock_;
  telemetry::Logger log_lines_;
  WorkerOptions options_;
  SpanFilter known_spans_;
  telemetry::Metrics& metrics_;
  telemetry::Counter& rows_stored_;
  telemetry::Counter& records_decoded_again_;
  telemetry::Counter& deleted_dropped_;
  telemetry::Counter& retries_;
  telemetry::Histogram& flush_seconds_;
  FlushPace pace_;
  telemetry::Histogram& visible_seconds_;

  std::atomic<bool> stopping_ = false;
  std::mutex mutex_;
  std::condition_variable wakes_;
  std::int64_t last_flush_us_ = 0;
  std::vector<LogRecord> building_;  // what the worker's own thread works on
  std::optional<Job> in_flight_;     // what inserter_ works on
  InsertThread inserter_;
  std::thread thread_;
};

}  // namespace clew::ingest
