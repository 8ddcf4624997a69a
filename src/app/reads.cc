#include "app/reads.h"

#include <algorithm>
#include <thread>

namespace clew::app {

namespace {

// contract/reliability.md 8.
constexpr int kPerProject = 8, kPerProcess = 64;
constexpr std::uint64_t kMemoryEach = 512ULL << 20;

bool is_embedded(const config::AnalyticsSettings& settings) {
  return settings.url.empty();
}

analytics::ReadLineOptions line_options(const config::AnalyticsSettings& settings) {
  analytics::ReadLineOptions out;
  const int cores = std::max(1, static_cast<int>(std::thread::hardware_concurrency()));
  const int given = static_cast<int>(settings.reads_at_once);
  out.places = std::min(given > 0 ? given : is_embedded(settings) ? cores : kPerProcess / 2, kPerProcess);
  out.long_places = std::max(1, out.places / 2);
  out.guests = std::min(out.places, kPerProcess - out.places);
  out.per_project = kPerProject;
  out.waiting_max = kPerProcess - out.places;
  out.waiting_per_project_max = std::max(1, out.waiting_max * 3 / 4);
  out.wait_ms_max = static_cast<int>(settings.read_wait.count());
  return out;
}

analytics::ReadBounds bounds(const config::AnalyticsSettings& settings) {
  if (!is_embedded(settings)) return {.memory_bytes_each = kMemoryEach, .threads_busy = 0};
  // Of the engine's memory reads have three quarters, whatever they do: the rest is for inserts and merges.
  const analytics::ReadLineOptions line = line_options(settings);
  const auto at_work = static_cast<std::uint64_t>(line.places + line.guests);
  return {.memory_bytes_each = std::min(kMemoryEach, settings.engine_memory_max * 3 / 4 / at_work)};
}

}  // namespace

Reads::Reads(const config::AnalyticsSettings& settings, analytics::Engine& engine, telemetry::Metrics& metrics)
    : line_(line_options(settings), metrics),
      engine_(engine, line_, bounds(settings), metrics),
      pool_({.threads = kPerProcess, .queue_max = kPerProcess}) {}

}  // namespace clew::app
