#include "analytics/admitted_engine.h"

#include <algorithm>

#include "base/cancellation.h"

namespace clew::analytics {

AdmittedEngine::AdmittedEngine(Engine& inner, ReadLine& line, const ReadBounds& bounds, telemetry::Metrics& metrics)
    : ForwardingEngine(inner),
      line_(line),
      bounds_(bounds),
      left_running_(metrics.counter("lf_read_cancelled_total", "Reads whose client left before the answer, by state.",
                                    {{"state", "running"}})) {}

Result<Rows> AdmittedEngine::select(std::string_view name, std::string_view sql, const Params& params,
                                    const QueryLimits& limits) {
  std::string_view project;
  for (const auto& [key, value] : params.values()) {
    if (key == "project_id") project = value;
  }
  const std::stop_token stop = current_cancellation();
  CLEW_TRY(ReadLine::Place place, line_.enter(name, project, stop, current_served()));
  QueryLimits bounded = limits;
  bounded.memory_bytes_max = std::min(limits.memory_bytes_max, bounds_.memory_bytes_each);
  bounded.threads = place.is_alone() ? bounds_.threads_alone : bounds_.threads_busy;
  bounded.stop = &stop;
  auto rows = inner().select(name, sql, params, bounded);
  if (!rows && stop.stop_requested()) {
    place.forget_duration();
    left_running_.add();
    return Error{Errc::kCancelled, std::string(name) + ": the client left"};
  }
  return rows;
}

}  // namespace clew::analytics
