// The store as people read it: each SELECT first gets a place in the line, is bounded in memory and threads, and ends
// when its reader leaves (base/cancellation.h). Ingestion, jobs and the operator's own look-ups use the engine behind.
#pragma once

#include "analytics/forwarding_engine.h"
#include "analytics/read_line.h"

namespace clew::analytics {

struct ReadBounds {
  std::uint64_t memory_bytes_each = 512ULL << 20;
  int threads_alone = 0;  // of a statement that has the store for itself; 0: the engine's own choice
  int threads_busy = 1;
};

class AdmittedEngine final : public ForwardingEngine {
 public:
  // Both must outlive it.
  AdmittedEngine(Engine& inner, ReadLine& line, const ReadBounds& bounds, telemetry::Metrics& metrics);

  using Engine::select;
  // Besides what Engine says: kOverloaded when there was no place, kCancelled when the reader left.
  Result<Rows> select(std::string_view name, std::string_view sql, const Params& params,
                      const QueryLimits& limits) override;

 private:
  ReadLine& line_;
  const ReadBounds bounds_;
  telemetry::Counter& left_running_;
};

}  // namespace clew::analytics
