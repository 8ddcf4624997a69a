#include "ingest/worker/worker.h"

#include <algorithm>
#include <chrono>

#include "ingest/intake/ledger.h"
#include "ingest/intake/record.h"
#include "ingest/worker/repeats.h"
#include "ingest/worker/usage_repeats.h"

namespace clew::ingest {

namespace {

constexpr int kPollMs = 5;  // between looks at the flush in flight while nothing new comes
// A list of records that are looked at while the present ones are stored; the log keeps them all anyway.
constexpr std::size_t kListedMax = 200'000;

}  // namespace

IngestWorker::IngestWorker(Log& log, LogPosition after, analytics::Engine& engine, ModelCatalog& models,
                           DeadLetters& dead_letters, Tombstones& tombstones, IngestProgress& progress,
                           const clew::Clock& clock, telemetry::Logger log_lines, telemetry::Metrics& metrics,
                           WorkerOptions options)
    : log_(log),
      after_(after),
      queue_(after),
      guard_(options.crash_guard_file),
      engine_(engine),
      models_(models),
      dead_letters_(dead_letters),
      tombstones_(tombstones),
      progress_(progress),
      clock_(clock),
      log_lines_(log_lines),
      options_(options),
      known_spans_(engine, log_lines),
      metrics_(metrics),
      rows_stored_(metrics.counter("lf_writer_rows_visible_total", "Rows made visible by the ingest worker")),
      records_decoded_again_(metrics.counter("lf_ingest_records_decoded_again_total",
                                             "Log records read back and decoded a second time (replay, short memory)")),
      deleted_dropped_(metrics.counter("lf_ingest_deleted_dropped_total",
                                       "Late or repeated items of traces that were deleted, not stored")),
      retries_(metrics.counter("lf_writer_retries_total", "Flushes tried again because the store was away")),
      flush_seconds_(metrics.histogram("lf_writer_flush_seconds", "Time to build and insert one flush",
                                       telemetry::latency_bounds())),
      pace_(metrics),
      visible_seconds_(metrics.histogram("lf_visible_seconds", "Time from durable to visible, oldest of a flush",
                                         telemetry::latency_bounds())),
      inserter_([this] {
        {
          const std::lock_guard<std::mutex> lock(mutex_);
        }
        wakes_.notify_all();
      }) {}

IngestWorker::~IngestWorker() {
  stop();
}

void IngestWorker::start() {
  known_spans_.load();
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

bool IngestWorker::wait_settling(std::int64_t us) {
  for (const std::int64_t until = monotonic_us() + us; in_flight_;) {
    {
      std::unique_lock<std::mutex> lock(mutex_);
      const auto rest = std::chrono::microseconds(std::max<std::int64_t>(0, until - monotonic_us()));
      if (!wakes_.wait_for(lock, rest, [&] { return stopping_.load() || inserter_.is_done(); })) return true;
    }
    if (stopping_) return false;
    settle_in_flight();
    us = std::max<std::int64_t>(0, until - monotonic_us());
  }
  return wait(us);
}

void IngestWorker::run() {
  if (guard_.suspects().crashes > 0) {
    log_lines_.warn(
        "worker.was_interrupted",
        {{"first", guard_.suspects().first}, {"last", guard_.suspects().last}, {"times", guard_.suspects().crashes}});
  }
  while (!stopping_) {
    gather();
    store_next();
  }
  settle_in_flight();
}

// At once when nothing was flushed lately; otherwise lets requests gather, so that steady load makes few large parts.
void IngestWorker::gather() {
  const auto list = [&](int wait_ms) {
    for (const LogRecord& record : log_.list(after_, kListedMax, wait_ms)) {
      queue_.add(record);
      after_ = record.position;
    }
  };
  list(!queue_.empty() ? 0 : in_flight_ ? kPollMs : 500);
  if (in_flight_ && inserter_.is_done()) settle_in_flight();
  if (queue_.empty()) return;
  for (;;) {
    const std::int64_t pause = next_take_us() - monotonic_us();
    if (pause <= 0 || !wait_settling(std::min<std::int64_t>(pause, kPollMs * 1'000))) return;
    list(0);
  }
}

std::int64_t IngestWorker::next_take_us() const {
  const std::uint64_t bytes = queue_.waiting_bytes();
  // As much as one flush holds has nothing to gain by waiting; but a neighbour who comes now may still get into it.
  if (bytes >= options_.flush_bytes_max && queue_.owners_waiting() == 1) return 0;
  const std::int64_t paced = bytes >= options_.flush_bytes_eager ? 0 : last_flush_us_ + options_.flush_interval_us_min;
  if (!in_flight_) return paced;
  return std::max(paced, pace_.take_at(in_flight_->inserting_us, in_flight_->bytes, bytes));
}

std::vector<LogRecord> IngestWorker::take_suspects() {
  const CrashGuard::Suspects& suspects = guard_.suspects();
  if (suspects.crashes == 0) return {};
  return queue_.take_one_within(suspects.first, suspects.last);
}

void IngestWorker::store_next() {
  if (queue_.empty() || stopping_) return;
  last_flush_us_ = monotonic_us();
  if (auto suspects = take_suspects(); !suspects.empty()) return store_suspect(suspects);
  begin_flush(queue_.take(options_.flush_bytes_max, options_.flush_bytes_shared, options_.flush_records_max));
}

void IngestWorker::store_suspect(std::vector<LogRecord> records) {
  settle_in_flight();
  const LogPosition position = records.front().position;
  if (guard_.condemns(position)) {
    bury(position, "crashed", "the server crashed each time it processed this");
    return acknowledge({.records = std::move(records), .input = FlushInput({})}, monotonic_us());
  }
  begin_flush(std::move(records));
  settle_in_flight();
}

void IngestWorker::begin_flush(std::vector<LogRecord> records) {
  building_ = records;
  update_guard();
  if (auto decoded = decode(records, true)) {
    Job job{.records = std::move(records), .input = FlushInput(*std::move(decoded)), .started_us = last_flush_us_};
    for (const LogRecord& record : job.records)
      job.bytes += record.bytes;
    const Result<> built = job.input.records.empty() ? ok() : build(job);
    job.built_us = monotonic_us();
    settle_in_flight();
    building_.clear();
    if (job.input.records.empty()) {
      acknowledge(job, monotonic_us());
    } else if (stopping_) {
      queue_.put_back(job.records);
    } else if (!built) {
      settle(std::move(job), built.error(), monotonic_us());
    } else {
      job.inserting_us = monotonic_us();
      in_flight_ = std::move(job);
      inserter_.begin([this] { return insert(*in_flight_); });
    }
  } else {
    settle_in_flight();
    building_.clear();
    queue_.put_back(records);
  }
  update_guard();
}

void IngestWorker::settle_in_flight() {
  if (!in_flight_) return;
  InsertThread::Outcome outcome = inserter_.take();
  Job job = *std::exchange(in_flight_, std::nullopt);
  settle(std::move(job), std::move(outcome.result), outcome.ended_us);
  update_guard();
}

void IngestWorker::settle(Job job, Result<bool> outcome, std::int64_t ended_us) {
  const bool at_once = outcome && *outcome;
  std::string poison;
  bool stored = at_once || keep_trying(job, std::move(outcome), &poison);
  if (!stored && !poison.empty()) {
    log_lines_.warn("worker.flush_refused", {{"records", job.records.size()}, {"error", poison}});
    job.flush.reset();
    stored = store_apart(job.records);
  }
  if (!stored) return queue_.put_back(job.records);
  if (at_once) {
    pace_.note(job.bytes, {.oldest = job.records.front().appended_us,
                           .taken = job.started_us,
                           .built = job.built_us,
                           .inserting = job.inserting_us,
                           .stored = ended_us});
  }
  acknowledge(job, at_once ? ended_us : monotonic_us());
}

void IngestWorker::acknowledge(const Job& job, std::int64_t stored_us) {
  if (job.flush) publish(*job.flush);
  if (auto done = log_.acknowledge(queue_.stored(job.records)); !done) {
    log_lines_.warn("worker.acknowledge_failed", {{"error", done.error().message}});
  }
  const std::int64_t oldest_us = job.records.front().appended_us;
  if (job.started_us != 0) flush_seconds_.observe(static_cast<double>(stored_us - job.started_us) / 1e6);
  visible_seconds_.observe(static_cast<double>(stored_us - oldest_us) / 1e6);
  progress_.flushed(stored_us - oldest_us);
}

void IngestWorker::publish(const Flush& flush) {
  rows_stored_.add(flush.rows());
  for (const auto& [project_id, rows] : flush.projects())
    progress_.published(project_id, rows);
}

void IngestWorker::update_guard() {
  if (building_.empty() && !in_flight_) return guard_.leave();
  const std::vector<LogRecord>& some = in_flight_ ? in_flight_->records : building_;
  LogPosition first = some.front().position, last = some.back().position;
  if (!building_.empty()) {
    first = std::min(first, building_.front().position);
    last = std::max(last, building_.back().position);
  }
  // Of a suspect that is alone it is remembered how often it was.
  const bool is_suspect = first == last && guard_.suspects().contains(first);
  guard_.enter(first, last, is_suspect ? guard_.suspects().crashes : 0);
}

// Only damage condemns a record; a file that cannot be opened just now is opened later.
std::optional<Result<std::string>> IngestWorker::read(LogPosition position) {
  for (std::int64_t pause = options_.retry_us_min;; pause = std::min(pause * 2, options_.retry_us_max)) {
    auto bytes = log_.read(position);
    if (bytes || bytes.error().code == Errc::kCorruption || bytes.error().code == Errc::kNotFound) return bytes;
    retries_.add();
    log_lines_.warn("worker.log_unreadable", {{"error", bytes.error().message}, {"retry_in_us", pause}});
    if (!wait(pause)) return std::nullopt;
  }
}

std::optional<std::vector<DecodedRecord>> IngestWorker::decode(const std::vector<LogRecord>& records,
                                                               bool use_attachments) {
  std::vector<DecodedRecord> out;
  out.reserve(records.size());
  for (const LogRecord& record : records) {
    if (use_attachments) {
      if (Attachment attachment = log_.take_attachment(record.position); attachment.object) {
        out.push_back({record.position, std::static_pointer_cast<DecodedBatch>(std::move(attachment.object))});
        continue;
      }
    }
    records_decoded_again_.add();
    auto bytes = read(record.position);
    if (!bytes) return std::nullopt;
    auto batch = *bytes ? decode_record(**bytes) : Result<DecodedBatch>(bytes->error());
    if (!batch) {
      bury(record.position, bytes ? "undecodable" : "unreadable", batch.error().message);
      continue;
    }
    const LogPosition version = batch->context.replay_of;
    out.push_back({record.position, std::make_shared<DecodedBatch>(*std::move(batch)), version});
  }
  if (options_.prepare) {
    for (const DecodedRecord& record : out)
      options_.prepare(*record.batch);
  }
  return out;
}

Result<> IngestWorker::build(Job& job) {
  CLEW_CHECK(tombstones_.refresh());
  job.seen_tombstones = tombstones_.version();
  deleted_dropped_.add(remove_deleted(job.input, tombstones_));
  // What is read from the store must contain what was taken before.
  const auto after_the_one_before = [this]() -> Result<> {
    settle_in_flight();
    return stopping_ ? Result<>(Error{Errc::kCancelled, "the worker is stopping"}) : ok();
  };
  if (!job.input.merges.empty()) CLEW_CHECK(after_the_one_before());
  CLEW_CHECK(settle_repeats(job.input, known_spans_, engine_, after_the_one_before));
  CLEW_CHECK(find_repeated_usage(job.input, engine_, after_the_one_before));
  CLEW_TRY(job.flush, Flush::build(job.input, engine_, models_, options_.tokenizers));
  for (const std::uint64_t hash : job.flush->traceless())
    known_spans_.add_traceless(hash);
  return ok();
}

Result<bool> IngestWorker::insert(const Job& job) {
  const auto storing = tombstones_.storing();
  if (job.seen_tombstones != tombstones_.version()) return false;
  CLEW_CHECK(job.flush->insert(engine_));
  return true;
}

bool IngestWorker::keep_trying(Job& job, Result<bool> outcome, std::string* poison) {
  const auto attempt = [&]() -> Result<bool> {
    if (!job.flush || job.seen_tombstones != tombstones_.version()) {
      job.flush.reset();
      CLEW_CHECK(build(job));
    }
    return insert(job);
  };
  for (std::int64_t pause = options_.retry_us_min; !outcome || !*outcome; outcome = attempt()) {
    if (outcome) continue;
    if (outcome.error().code == Errc::kInvalidArgument || outcome.error().code == Errc::kCorruption) {
      *poison = outcome.error().message;
      return false;
    }
    retries_.add();
    log_lines_.warn("worker.store_unavailable", {{"error", outcome.error().message}, {"retry_in_us", pause}});
    // Whoever ends the process now does not end it because of these records.
    guard_.pause();
    const bool go_on = wait(pause);
    guard_.resume();
    if (!go_on) return false;
    pause = std::min(pause * 2, options_.retry_us_max);
  }
  return true;
}

void IngestWorker::bury(LogPosition position, std::string_view reason, const std::string& error,
                        const std::vector<std::string>& items) {
  metrics_
      .counter("lf_dead_letters_total", "Requests put aside because they can never be stored, by reason.",
               {{"reason", std::string(reason)}})
      .add();
  auto bytes = log_.read(position);
  DeadLetter letter{
      .position = position, .reason = std::string(reason), .error = error, .failed_at_us = clock_.now_us()};
  letter.items = items;
  if (bytes && !items.empty()) bytes = with_items(*bytes, items);
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
                                          {"items", items.size()},
                                          {"attempt", letter.attempts},
                                          {"error", error}});
  if (auto kept = dead_letters_.add(letter, bytes ? std::string_view(*bytes) : std::string_view{}); !kept) {
    log_lines_.error("worker.dead_letter_not_kept", {{"position", position}, {"error", kept.error().message}});
  }
}

}  // namespace clew::ingest
