// The store as people read it: each SELECT first gets a place in the line, is bounded in memory and threads, and ends
// when its reader leaves (base/cancellation.h). Ingestion, jobs and the operator's own look-ups use the engine behind.
#pragma once

#include "analytics/engine.h"
#include "analytics/read_line.h"

namespace clew::analytics {

struct ReadBounds {
  std::uint64_t memory_bytes_each = 512ULL << 20;
  int threads_alone = 0;  // of a statement that has the store for itself; 0: the engine's own choice
  int threads_busy = 1;
};

class AdmittedEngine final : public Engine {
 public:
  // Both must outlive it.
  AdmittedEngine(Engine& inner, ReadLine& line, const ReadBounds& bounds, telemetry::Metrics& metrics);

  using Engine::select;
  // Besides what Engine says: kOverloaded when there was no place, kCancelled when the reader left.
  Result<Rows> select(std::string_view name, std::string_view sql, const Params& params,
                      const QueryLimits& limits) override;
  Result<> execute(std::string_view name, std::string_view sql, const Params& params) override {
    return inner_.execute(name, sql, params);
  }
  Result<> insert(std::string_view table, const NativeBlock& block, std::string_view dedup_token) override {
    return inner_.insert(table, block, dedup_token);
  }
  std::string description() const override { return inner_.description(); }

 private:
  Engine& inner_;
  ReadLine& line_;
  const ReadBounds bounds_;
  telemetry::Counter& left_running_;
};

}  // namespace clew::analytics
