#include "operations/observer.h"

#include <algorithm>
#include <chrono>

#include <sys/statvfs.h>

#include "telemetry/process.h"

namespace clew::operations {

namespace {

constexpr std::int64_t kEngineEveryUs = 60'000'000;
constexpr analytics::QueryLimits kPingLimits{.timeout_ms = 2'000, .memory_bytes_max = 64ULL << 20};
constexpr std::string_view kQueue = "ingestion";

}  // namespace

Observer::Observer(ObserverParts parts)
    : parts_(std::move(parts)),
      started_us_(parts_.clock.now_us()),
      storage_(parts_.engine, parts_.database, parts_.clock),
      last_step_us_(monotonic_us()),
      progress_at_us_(monotonic_us()) {
  register_metrics();
}

Observer::~Observer() {
  stop();
}

void Observer::start() {
  thread_ = std::thread([this] { run(); });
}

void Observer::stop() {
  {
    const std::lock_guard<std::mutex> lock(mutex_);
    stopping_ = true;
  }
  wakes_.notify_all();
  if (thread_.joinable()) thread_.join();
}

void Observer::run() {
  std::unique_lock<std::mutex> lock(mutex_);
  do {
    lock.unlock();
    step();
    lock.lock();
  } while (!wakes_.wait_for(lock, std::chrono::microseconds(History::kStepUs), [&] { return stopping_; }));
}

void Observer::register_metrics() {
  telemetry::Metrics& metrics = parts_.metrics;
  const ObserverParts& parts = parts_;
  const telemetry::Labels waiting{{"queue", std::string(kQueue)}, {"state", "waiting"}};
  const telemetry::Labels failed{{"queue", std::string(kQueue)}, {"state", "failed"}};
  metrics.gauge_of("lf_queue_depth", "Entries of a queue by state: waiting, or failed for good (dead letters).",
                   waiting, [&] { return static_cast<double>(parts.log.state().backlog_records); });
  metrics.gauge_of("lf_queue_depth", "", failed,
                   [&] { return static_cast<double>(parts.dead_letters.totals().letters); });
  metrics.gauge_of("lf_queue_dead_oldest_seconds", "Age of the oldest dead letter, 0 without any.",
                   {{"queue", std::string(kQueue)}}, [&] {
                     const auto oldest = parts.dead_letters.totals().oldest_us;
                     return oldest ? static_cast<double>(parts.clock.now_us() - *oldest) / 1e6 : 0.0;
                   });
  metrics.gauge_of("lf_spool_bytes", "Bytes of the ingest log that are accepted and not stored yet.", {},
                   [&] { return static_cast<double>(parts.log.state().backlog_bytes); });
  metrics.gauge_of("lf_visible_lag_seconds", "Age of the oldest acknowledged item that cannot be queried yet.", {},
                   [&] { return static_cast<double>(parts.log.state().oldest_age_us) / 1e6; });
  metrics.gauge_of("lf_ingest_accepting", "1 when ingestion takes data, 0 when it answers 503.", {},
                   [&] { return parts.log.state().accepting ? 1.0 : 0.0; });
  metrics.gauge_of("lf_dead_letter_bytes", "Disk taken by dead letters.", {},
                   [&] { return static_cast<double>(parts.dead_letters.totals().bytes); });
  metrics.gauge_of("lf_dead_letter_bytes_max", "Disk that dead letters may take; beyond it payloads are not kept.", {},
                   [&] { return static_cast<double>(parts.dead_letters.totals().bytes_max); });
  metrics.counter_of("lf_dead_letters_dropped_total",
                     "Dead letters that were not kept whole because the limit is reached.", {{"what", "payload"}},
                     [&] { return static_cast<double>(parts.dead_letters.totals().payloads_dropped); });
  metrics.counter_of("lf_dead_letters_dropped_total", "", {{"what", "letter"}},
                     [&] { return static_cast<double>(parts.dead_letters.totals().letters_dropped); });
  metrics.gauge_of("lf_disk_free_bytes", "Free bytes of the disk with the data directory.", {},
                   [this] { return static_cast<double>(disk().free_bytes); });
  metrics.gauge_of("lf_disk_guard_bytes", "Free bytes below which ingestion stops.", {},
                   [this] { return static_cast<double>(disk().guard_bytes); });
  for (const char* store : {"analytics", "meta"}) {
    metrics.gauge_of("lf_store_up", "1 when the store answered last time.", {{"store", store}},
                     [&, store] { return parts.book.is_up(store) ? 1.0 : 0.0; });
  }
  metrics.gauge("lf_engine_merges_running", "Merges of the analytics store under way (looked up once a minute).");
  metrics.gauge("lf_engine_merge_bytes", "Bytes in merges under way (looked up once a minute).");
  // A process that has migrated serves; one that has not, does not start.
  metrics.gauge("lf_migrations_pending", "Schema migrations that are not applied.").set(0);
}

IngestFacts Observer::ingestion() const {
  return {.log = parts_.log.state(),
          .accepted = parts_.ledger.accepted_items(),
          .refused = parts_.ledger.refused_items(),
          .visible = parts_.progress.total(),
          .accepted_bytes = parts_.ledger.accepted_bytes(),
          .refused_requests = parts_.ledger.refused_requests(),
          .visible_per_second = parts_.progress.rows_per_second(),
          .visible_ms = parts_.progress.visible_ms(),
          .last_accepted_us = parts_.ledger.last_accepted()};
}

DiskFacts Observer::disk() const {
  DiskFacts out{.path = parts_.data_dir};
  struct statvfs info{};
  if (statvfs(parts_.data_dir.c_str(), &info) != 0) return out;
  out.free_bytes = static_cast<std::uint64_t>(info.f_bavail) * info.f_frsize;
  out.total_bytes = static_cast<std::uint64_t>(info.f_blocks) * info.f_frsize;
  out.guard_bytes =
      std::max(parts_.disk_free_bytes_min,
               static_cast<std::uint64_t>(static_cast<double>(out.total_bytes) * parts_.disk_free_share_min));
  return out;
}

std::vector<std::string> Observer::stores_down() const {
  std::vector<std::string> out;
  for (const StoreState& store : parts_.book.stores()) {
    if (!store.is_up) out.push_back(store.store);
  }
  return out;
}

bool Observer::has_events_within(std::int64_t us) const {
  const TimeUs last = std::max(parts_.ledger.last_accepted().value_or(0), earlier_event_us_.load());
  return last > 0 && parts_.clock.now_us() - last <= us;
}

std::int64_t Observer::stuck_us() const {
  if (parts_.log.state().backlog_records == 0) return 0;
  return monotonic_us() - progress_at_us_;
}

// A question to each store, so that it is known to be away before somebody needs it.
void Observer::check_stores() {
  static_cast<void>(parts_.database.run("SELECT 1"));
  static_cast<void>(parts_.engine.select("operations_ping", "SELECT 1", analytics::SystemParams(), kPingLimits));
}

// When the process before us last stored something: a part that no merge has touched was an insert.
void Observer::remember_earlier_events() {
  const auto rows = parts_.engine.select(
      "operations_last_insert",
      "SELECT toInt64(max(toUnixTimestamp(modification_time))) FROM system.parts "
      "WHERE database = currentDatabase() AND table IN ('observations', 'trace_attributes', 'scores') AND level = 0",
      analytics::SystemParams(), kPingLimits);
  if (rows && !rows->empty()) earlier_event_us_ = rows->integer(0, 0) * 1'000'000;
}

void Observer::check_engine() {
  if (auto merges = storage_.merges()) {
    parts_.metrics.gauge("lf_engine_merges_running", "").set(static_cast<double>(merges->running));
    parts_.metrics.gauge("lf_engine_merge_bytes", "").set(static_cast<double>(merges->bytes));
  }
  const auto tables = storage_.tables();
  if (!tables) return;
  for (const TableStorage& table : *tables) {
    const telemetry::Labels label{{"table", table.table}};
    parts_.metrics.gauge("lf_engine_parts", "Active parts of a table (looked up once a minute).", label)
        .set(static_cast<double>(table.parts));
    parts_.metrics.gauge("lf_engine_rows", "Stored rows of a table, before merging away old versions.", label)
        .set(static_cast<double>(table.rows));
    parts_.metrics.gauge("lf_engine_bytes", "Bytes of a table on disk.", label).set(static_cast<double>(table.bytes));
  }
}

void Observer::step() {
  const std::lock_guard<std::mutex> lock(step_mutex_);
  const std::int64_t now = monotonic_us();
  const double seconds = std::max(static_cast<double>(now - last_step_us_) / 1e6, 1e-3);
  last_step_us_ = now;
  const IngestFacts facts = ingestion();
  const telemetry::ProcessFacts process = telemetry::process_facts();
  const auto rate = [&](std::uint64_t value, std::uint64_t& last) {
    const auto grown = static_cast<double>(value - std::exchange(last, value));
    return grown / seconds;
  };
  history_.add({.time_us = parts_.clock.now_us(),
                .accepted_per_second = rate(facts.accepted, last_accepted_),
                .refused_per_second = rate(facts.refused, last_refused_),
                .visible_per_second = rate(facts.visible, last_visible_),
                .bytes_per_second = rate(facts.accepted_bytes, last_bytes_),
                .backlog_records = facts.log.backlog_records,
                .backlog_bytes = facts.log.backlog_bytes,
                .lag_seconds = static_cast<double>(facts.log.oldest_age_us) / 1e6,
                .resident_bytes = process.resident_bytes,
                .cpu_share = (process.cpu_seconds - std::exchange(last_cpu_, process.cpu_seconds)) / seconds});
  // Moving on is a flush, also one that only put letters aside; an empty log is not stuck either.
  const std::uint64_t flushes = parts_.progress.flushes();
  if (flushes != progress_seen_.exchange(flushes) || facts.log.backlog_records == 0) progress_at_us_ = now;
  check_stores();
  if (last_engine_us_ == 0) remember_earlier_events();
  if (last_engine_us_ == 0 || now - last_engine_us_ >= kEngineEveryUs) {
    last_engine_us_ = now;
    check_engine();
  }
}

}  // namespace clew::operations
