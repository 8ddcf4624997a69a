#include "ingest/worker/worker.h"

#include "ingest/intake/ledger.h"
#include "ingest/intake/record.h"

namespace clew::ingest {

namespace {

std::uint64_t bytes_of(const std::vector<LogRecord>& records) {
  std::uint64_t sum = 0;
  for (const LogRecord& record : records)
    sum += record.bytes;
  return sum;
}

}  // namespace

IngestWorker::IngestWorker(Log& log, LogPosition after, analytics::Engine& engine, ModelCatalog& models,
                           DeadLetters& dead_letters, Tombstones& tombstones, IngestProgress& progress,
                           const clew::Clock& clock, telemetry::Logger log_lines, telemetry::Metrics& metrics,
                           WorkerOptions options)
    : log_(log),
      after_(after),
      engine_(engine),
      models_(models),
      dead_letters_(dead_letters),
      tombstones_(tombstones),
      progress_(progress),
      clock_(clock),
      log_lines_(log_lines),
      options_(options),
      metrics_(metrics),
      rows_stored_(metrics.counter("lf_writer_rows_visible_total", "Rows made visible by the ingest worker")),
      records_decoded_again_(metrics.counter("lf_ingest_records_decoded_again_total",
                                             "Log records read back and decoded a second time (replay, short memory)")),
      deleted_dropped_(metrics.counter("lf_ingest_deleted_dropped_total",
                                       "Late or repeated items of traces that were deleted, not stored")),
      retries_(metrics.counter("lf_writer_retries_total", "Flushes tried again because the store was away")),
      flush_seconds_(metrics.histogram("lf_writer_flush_seconds", "Time to build and insert one flush",
                                       telemetry::latency_bounds())),
      visible_seconds_(metrics.histogram("lf_visible_seconds", "Time from durable to visible, oldest of a flush",
                                         telemetry::latency_bounds())) {}

IngestWorker::~IngestWorker() {
  stop();
}

void IngestWorker::start() {
  thread_ = std::thread([this] { run(); });
}

void IngestWorker::drain(int deadline_ms) {
  const std::int64_t deadline = monotonic_us() + deadline_ms * 1'000LL;
  while (log_.state().backlog_records > 0 && monotonic_us() < deadline) {
    if (!wait(10'000)) return;
  }
}

void IngestWorker::stop() {
  {
    const std::lock_guard<std::mutex> lock(mutex_);
    stopping_ = true;
  }
  wakes_.notify_all();
  if (thread_.joinable()) thread_.join();
}

bool IngestWorker::wait(std::int64_t us) {
  std::unique_lock<std::mutex> lock(mutex_);
  return !wakes_.wait_for(lock, std::chrono::microseconds(us), [&] { return stopping_.load(); });
}

void IngestWorker::run() {
  while (!stopping_) {
    auto records = gather();
    if (!records.empty()) store(std::move(records));
  }
}

// At once when nothing was flushed lately; otherwise lets requests gather, so that steady load makes few large parts.
std::vector<LogRecord> IngestWorker::gather() {
  std::vector<LogRecord> records = log_.list(after_, options_.flush_records_max, 500);
  if (records.empty()) return records;
  const std::int64_t pause = last_flush_us_ + options_.flush_interval_us_min - monotonic_us();
  if (pause > 0 && bytes_of(records) < options_.flush_bytes_eager && wait(pause)) {
    for (LogRecord& more : log_.list(records.back().position, options_.flush_records_max, 0)) {
      records.push_back(std::move(more));
    }
  }
  return records;
}

void IngestWorker::store(std::vector<LogRecord> records) {
  // What exceeds one flush is stored in the next round of this loop, still in order.
  for (std::size_t begin = 0; begin < records.size() && !stopping_;) {
    std::size_t end = begin;
    for (std::uint64_t bytes = 0;
         end < records.size() && (end == begin || bytes + records[end].bytes <= options_.flush_bytes_max); ++end) {
      bytes += records[end].bytes;
    }
    std::vector<LogRecord> some(std::make_move_iterator(records.begin() + static_cast<std::ptrdiff_t>(begin)),
                                std::make_move_iterator(records.begin() + static_cast<std::ptrdiff_t>(end)));
    const LogPosition last = some.back().position;
    const std::int64_t oldest_us = some.front().appended_us;
    last_flush_us_ = monotonic_us();
    std::string poison;
    bool stored = try_store(decode(some), &poison);
    if (!stored && !poison.empty()) {
      // One of them is to blame: alone, each either goes in or is put aside.
      log_lines_.warn("worker.flush_refused", {{"records", some.size()}, {"error", poison}});
      stored = true;
      for (const LogRecord& record : some)
        stored = stored && store_alone(record);
    }
    if (!stored) return;
    after_ = last;
    if (auto done = log_.acknowledge(last); !done) {
      log_lines_.warn("worker.acknowledge_failed", {{"error", done.error().message}});
    }
    const std::int64_t now = monotonic_us();
    flush_seconds_.observe(static_cast<double>(now - last_flush_us_) / 1e6);
    visible_seconds_.observe(static_cast<double>(now - oldest_us) / 1e6);
    progress_.flushed(now - oldest_us);
    begin = end;
  }
}

std::vector<DecodedRecord> IngestWorker::decode(std::vector<LogRecord>& records) {
  std::vector<DecodedRecord> out;
  out.reserve(records.size());
  for (LogRecord& record : records) {
    if (record.attachment) {
      out.push_back({record.position, std::static_pointer_cast<DecodedBatch>(std::move(record.attachment))});
      continue;
    }
    records_decoded_again_.add();
    auto bytes = log_.read(record.position);
    auto batch = bytes ? decode_record(*bytes) : Result<DecodedBatch>(bytes.error());
    if (!batch) {
      bury(record.position, bytes ? "undecodable" : "unreadable", batch.error().message);
      continue;
    }
    const LogPosition version = batch->context.replay_of;
    out.push_back({record.position, std::make_shared<DecodedBatch>(*std::move(batch)), version});
  }
  return out;
}

bool IngestWorker::try_store(std::vector<DecodedRecord> records, std::string* poison) {
  if (records.empty()) return true;
  std::int64_t pause = options_.retry_us_min;
  FlushInput input(std::move(records));
  std::optional<Flush> flush;
  std::uint64_t seen_tombstones = 0;
  for (;;) {
    const Result<> outcome = attempt(input, flush, seen_tombstones);
    if (outcome) break;
    if (outcome.error().code == Errc::kInvalidArgument || outcome.error().code == Errc::kCorruption) {
      *poison = outcome.error().message;
      return false;
    }
    retries_.add();
    log_lines_.warn("worker.store_unavailable", {{"error", outcome.error().message}, {"retry_in_us", pause}});
    if (!wait(pause)) return false;
    pause = std::min(pause * 2, options_.retry_us_max);
  }
  rows_stored_.add(flush->rows());
  for (const auto& [project_id, rows] : flush->projects())
    progress_.published(project_id, rows);
  return true;
}

Result<> IngestWorker::attempt(FlushInput& input, std::optional<Flush>& flush, std::uint64_t& seen_tombstones) {
  const auto storing = tombstones_.storing();
  CLEW_CHECK(tombstones_.refresh());
  if (flush && seen_tombstones != tombstones_.version()) flush.reset();
  if (!flush) {
    seen_tombstones = tombstones_.version();
    deleted_dropped_.add(remove_deleted(input, tombstones_));
    CLEW_TRY(flush, Flush::build(input, engine_, models_, options_.tokenizers));
  }
  return flush->insert(engine_);
}

bool IngestWorker::store_alone(const LogRecord& record) {
  std::vector<LogRecord> one(1);
  one[0].position = record.position;  // without the attachment, which the failed flush has consumed
  std::string poison;
  if (try_store(decode(one), &poison)) return true;
  if (poison.empty()) return false;
  bury(record.position, "refused", poison);
  return true;
}

void IngestWorker::bury(LogPosition position, std::string_view reason, const std::string& error) {
  metrics_
      .counter("lf_dead_letters_total", "Requests put aside because they can never be stored, by reason.",
               {{"reason", std::string(reason)}})
      .add();
  auto bytes = log_.read(position);
  DeadLetter letter{
      .position = position, .reason = std::string(reason), .error = error, .failed_at_us = clock_.now_us()};
  if (bytes) {
    if (const auto record = parse_record(*bytes)) {
      const RequestContext& context = record->context;
      letter.project_id = context.project_id;
      letter.source = source_of(context.door);
      letter.received_at_us = context.received_at_us;
      letter.request_id = context.request_id;
      letter.sdk = context.attribution.sdk_name + " " + context.attribution.sdk_version;
      letter.replay_of = context.replay_of;
      letter.attempts = context.attempts + 1;
    }
  }
  log_lines_.error("worker.dead_letter", {{"position", position},
                                          {"project_id", letter.project_id},
                                          {"reason", reason},
                                          {"attempt", letter.attempts},
                                          {"error", error}});
  if (auto kept = dead_letters_.add(letter, bytes ? std::string_view(*bytes) : std::string_view{}); !kept) {
    log_lines_.error("worker.dead_letter_not_kept", {{"position", position}, {"error", kept.error().message}});
  }
}

}  // namespace clew::ingest
