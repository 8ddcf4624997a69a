#include "ingest/worker/flush_pace.h"

#include <algorithm>

namespace clew::ingest {

namespace {

constexpr double kNewest = 0.3;  // what the latest duration counts for
constexpr double kScaleMax = 3;  // how much longer or shorter than the mean a flush of another size may be expected

telemetry::Histogram& stage(telemetry::Metrics& metrics, const char* name) {
  return metrics.histogram("lf_writer_stage_seconds",
                           "Where a flush spends its time: waiting (its oldest request, until taken), build, queued "
                           "(until the one before is stored), insert.",
                           telemetry::latency_bounds(), {{"stage", name}});
}

double seconds(std::int64_t us) {
  return static_cast<double>(us) / 1e6;
}

}  // namespace

FlushPace::FlushPace(telemetry::Metrics& metrics)
    : waiting_seconds_(stage(metrics, "waiting")),
      build_seconds_(stage(metrics, "build")),
      queued_seconds_(stage(metrics, "queued")),
      insert_seconds_(stage(metrics, "insert")) {}

void FlushPace::note(std::uint64_t bytes, const Times& times) {
  build_.learn(bytes, times.built - times.taken);
  insert_.learn(bytes, times.stored - times.inserting);
  waiting_seconds_.observe(seconds(times.taken - times.oldest));
  build_seconds_.observe(seconds(times.built - times.taken));
  queued_seconds_.observe(seconds(times.inserting - times.built));
  insert_seconds_.observe(seconds(times.stored - times.inserting));
}

std::int64_t FlushPace::take_at(std::int64_t inserting_since_us, std::uint64_t bytes_in_flight,
                                std::uint64_t bytes_next) const {
  return inserting_since_us + insert_.of(bytes_in_flight) - build_.of(bytes_next);
}

void FlushPace::Estimate::learn(std::uint64_t bytes, std::int64_t us) {
  const double weight = us_ == 0 ? 1 : kNewest;
  bytes_ += weight * (static_cast<double>(bytes) - bytes_);
  us_ += weight * (static_cast<double>(us) - us_);
}

std::int64_t FlushPace::Estimate::of(std::uint64_t bytes) const {
  if (bytes_ <= 0) return 0;
  return static_cast<std::int64_t>(us_ * std::clamp(static_cast<double>(bytes) / bytes_, 1 / kScaleMax, kScaleMax));
}

}  // namespace clew::ingest
