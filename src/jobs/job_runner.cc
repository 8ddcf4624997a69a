#include "jobs/job_runner.h"

#include <algorithm>
#include <chrono>

#include <fmt/format.h>

#include "base/text.h"

namespace clew::jobs {

namespace {

constexpr std::string_view kDepth = "Entries of a queue by state: waiting, or failed for good (dead letters).";

constexpr std::int64_t kLookAfterUs = 15'000'000;
constexpr std::string_view kForgetKind = "forget_jobs";
constexpr std::int64_t kDay = 86'400'000'000;

bool is_hopeless(Errc code) {
  return code == Errc::kInvalidArgument || code == Errc::kNotFound || code == Errc::kUnsupported;
}

}  // namespace

Result<> Running::check() const {
  if (lost_) return Error{Errc::kConflict, "job " + job_.id + " is in other hands"};
  if (stopping_) return Error{Errc::kCancelled, "the process stops"};
  return ok();
}

Result<> Running::checkpoint(const Progress& progress) {
  if (lost_) return check();
  CLEW_CHECK(store_.checkpoint(job_, progress));
  return check();
}

JobRunner::JobRunner(JobStore& store, const Clock& clock, telemetry::Logger log, telemetry::Metrics& metrics,
                     RunnerOptions options)
    : store_(store),
      clock_(clock),
      log_(log),
      metrics_(metrics),
      options_(options),
      worker_(text::random_hex(8)),
      queued_(metrics.gauge("lf_queue_depth", kDepth, {{"queue", "jobs"}, {"state", "waiting"}})),
      dead_(metrics.gauge("lf_queue_depth", kDepth, {{"queue", "jobs"}, {"state", "failed"}})),
      oldest_seconds_(metrics.gauge("lf_queue_oldest_due_seconds", "How long the oldest background job is overdue.",
                                    {{"queue", "jobs"}})) {
  handle(std::string(kForgetKind), [this](Running&) -> Result<> {
    CLEW_TRY(const std::int64_t removed, store_.forget_old());
    log_.info("jobs.forgotten", {{"jobs", removed}});
    return ok();
  });
  every(std::string(kForgetKind), kDay, 4 * kDay / 24);
}

JobRunner::~JobRunner() {
  stop();
}

void JobRunner::handle(std::string kind, Handler handler, std::size_t at_once_max) {
  const auto outcome = [&](std::string_view name) {
    return &metrics_.counter("lf_queue_jobs_total", "Attempts of background jobs by kind and outcome.",
                             {{"queue", kind}, {"outcome", std::string(name)}});
  };
  Kind entry{.handler = std::move(handler),
             .at_once_max = at_once_max,
             .running = 0,
             .done = outcome("done"),
             .failed = outcome("failed"),
             .dead = outcome("dead"),
             .seconds = &metrics_.histogram("lf_queue_processing_seconds", "Time of one attempt of a background job.",
                                            telemetry::latency_bounds(), {{"queue", kind}})};
  kinds_.insert_or_assign(std::move(kind), std::move(entry));
}

void JobRunner::every(std::string kind, std::int64_t period_us, std::int64_t offset_us) {
  slots_.push_back({.kind = std::move(kind), .period_us = period_us, .offset_us = offset_us});
}

void JobRunner::start() {
  threads_.emplace_back([this] { keep(); });
  for (std::size_t i = 0; i < options_.threads; ++i)
    threads_.emplace_back([this] { work(); });
}

void JobRunner::wake() {
  {
    const std::lock_guard<std::mutex> lock(mutex_);
    ++wake_count_;
  }
  wakes_.notify_all();
}

void JobRunner::stop() {
  {
    const std::lock_guard<std::mutex> lock(mutex_);
    stopping_ = true;
  }
  wakes_.notify_all();
  for (std::thread& thread : threads_)
    thread.join();
  threads_.clear();
}

void JobRunner::work() {
  std::uint64_t seen = 0;
  while (!stopping_) {
    {
      const std::lock_guard<std::mutex> lock(mutex_);
      seen = wake_count_;
    }
    if (const auto job = next()) {
      run(*job);
      continue;
    }
    std::unique_lock<std::mutex> lock(mutex_);
    wakes_.wait_for(lock, std::chrono::microseconds(options_.poll_us),
                    [&] { return stopping_.load() || wake_count_ != seen; });
  }
}

std::optional<Job> JobRunner::next() {
  const auto due = store_.due_kinds();
  if (!due) {
    log_.warn("jobs.store_unavailable", {{"error", due.error().message}});
    return {};
  }
  for (const std::string& name : *due) {
    const auto known = kinds_.find(name);
    if (known == kinds_.end()) continue;  // of another version of the program
    Kind& kind = known->second;
    {
      const std::lock_guard<std::mutex> lock(mutex_);
      if (kind.running >= kind.at_once_max) continue;
      ++kind.running;
    }
    auto job = store_.claim(name, worker_, options_.lease_us);
    if (job && *job) return *std::move(job);
    if (!job) log_.warn("jobs.store_unavailable", {{"error", job.error().message}});
    const std::lock_guard<std::mutex> lock(mutex_);
    --kind.running;
  }
  return {};
}

void JobRunner::run(const Job& job) {
  Kind& kind = kinds_.find(job.kind)->second;
  Lease lease{.job = &job};
  {
    const std::lock_guard<std::mutex> lock(mutex_);
    leases_.emplace(job.id, &lease);
  }
  const std::int64_t began = monotonic_us();
  Running running(store_, job, stopping_, lease.lost);
  const Result<> outcome = kind.handler(running);
  {
    const std::lock_guard<std::mutex> lock(mutex_);
    leases_.erase(job.id);
  }
  kind.seconds->observe(static_cast<double>(monotonic_us() - began) / 1e6);
  settle(job, kind, outcome);
  {
    const std::lock_guard<std::mutex> lock(mutex_);
    --kind.running;
  }
}

void JobRunner::settle(const Job& job, Kind& kind, const Result<>& outcome) {
  Result<> written;
  if (outcome) {
    kind.done->add();
    written = store_.finish(job);
  } else if (outcome.error().code == Errc::kCancelled && stopping_) {
    written = store_.put_back(job);
  } else {
    const std::string& error = outcome.error().message;
    Result<State> state = State::kDead;
    if (is_hopeless(outcome.error().code)) {
      written = store_.bury(job, error);
    } else {
      state = store_.fail(job, error);
      if (!state) written = state.error();
    }
    const bool dead = state && *state == State::kDead;
    (dead ? kind.dead : kind.failed)->add();
    log_.warn(dead ? "jobs.dead" : "jobs.attempt_failed",
              {{"job", job.id}, {"kind", job.kind}, {"attempt", job.attempts}, {"error", error}});
  }
  // Nothing is lost: the lease ends, and somebody takes the job up at its point.
  if (!written) log_.warn("jobs.outcome_not_written", {{"job", job.id}, {"error", written.error().message}});
}

void JobRunner::keep() {
  std::int64_t renewed = monotonic_us(), looked = 0;
  while (!stopping_) {
    make_slots();
    if (monotonic_us() - renewed >= options_.lease_us / 3) {
      renewed = monotonic_us();
      renew_leases();
    }
    if (looked == 0 || monotonic_us() - looked >= kLookAfterUs) {
      looked = monotonic_us();
      look_after();
    }
    std::unique_lock<std::mutex> lock(mutex_);
    wakes_.wait_for(lock, std::chrono::microseconds(std::min(options_.poll_us, options_.lease_us / 3)),
                    [&] { return stopping_.load(); });
  }
}

void JobRunner::make_slots() {
  for (Slot& slot : slots_) {
    const std::int64_t current = (clock_.now_us() - slot.offset_us) / slot.period_us;
    if (current == slot.last) continue;
    const auto made = store_.enqueue({.kind = slot.kind, .idempotency_key = fmt::format("slot {}", current)});
    if (!made) {
      log_.warn("jobs.store_unavailable", {{"error", made.error().message}});
      continue;
    }
    slot.last = current;
  }
}

// Under the mutex, so that no job ends meanwhile; there are as many as threads.
void JobRunner::renew_leases() {
  const std::lock_guard<std::mutex> lock(mutex_);
  for (const auto& [id, lease] : leases_) {
    const auto extended = store_.extend(*lease->job, options_.lease_us);
    if (!extended && extended.error().code == Errc::kConflict) lease->lost = true;
  }
}

void JobRunner::look_after() {
  const auto state = store_.state();
  if (!state) return;
  queued_.set(static_cast<double>(state->queued));
  dead_.set(static_cast<double>(state->dead));
  const TimeUs now = clock_.now_us();
  const TimeUs oldest = state->oldest_queued_run_at.value_or(now);
  oldest_seconds_.set(static_cast<double>(std::max<std::int64_t>(0, now - oldest)) / 1e6);
}

}  // namespace clew::jobs
