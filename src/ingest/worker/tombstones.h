// What was deleted and must stay so. Deleting writes a tombstone first; the worker drops everything that belongs to a
// tombstone, whether it is late, sent again or replayed (contract/reliability.md REL-60). A tombstone lives 30 days,
// the longest interval after which a sender may repeat itself (REL-P2).
//
// The table `deletions` is the truth; in memory there is a 64-bit hash per tombstone (at most 16 bytes each, 16 MB for
// a million), so that a span costs a look into one cache line, and nothing in a process that never deleted.
//
// Any thread.
#pragma once

#include <atomic>
#include <cstdint>
#include <mutex>
#include <shared_mutex>
#include <string>
#include <string_view>
#include <vector>

#include "analytics/engine.h"
#include "base/time.h"
#include "ingest/worker/flush.h"

namespace clew::ingest {

class Tombstones {
 public:
  Tombstones(analytics::Engine& engine, const clew::Clock& clock) : engine_(engine), clock_(clock) {}

  enum class Kind : std::uint8_t { kProject, kTrace, kObservation };

  // Writes tombstones. When it returns, nothing that belongs to them is being stored by this process: a flush that was
  // under way is done, so that deleting rows now finds them all. Blocks meanwhile; kUnavailable when that takes too
  // long. The tombstones carry the time `at_us`, by which a statement can name them.
  Result<> add(std::string_view project_id, Kind kind, const std::vector<std::string>& ids, TimeUs at_us);

  // Held by the worker while it stores a flush.
  std::unique_lock<std::timed_mutex> storing() { return std::unique_lock(storing_); }

  // Reads what other processes deleted, at most every few seconds; everything at the first call. Errors of the store.
  Result<> refresh();

  bool contains(std::string_view project_id, Kind kind, std::string_view id) const;
  // Moves whenever tombstones come in.
  std::uint64_t version() const { return version_.load(std::memory_order_acquire); }

 private:
  void remember(std::uint64_t hash);  // under mutex_
  void grow();

  analytics::Engine& engine_;
  const clew::Clock& clock_;
  std::timed_mutex storing_;
  mutable std::shared_mutex mutex_;
  std::vector<std::uint64_t> slots_;  // open addressing, 0 = free; the size is a power of two
  std::size_t used_ = 0;
  std::atomic<std::uint64_t> version_ = 0;
  std::int64_t refreshed_us_ = 0;  // monotonic; of the worker's thread
  std::int64_t loaded_us_ = 0;
};

// Takes everything that belongs to a tombstone out of `input`. Returns how many items.
std::uint64_t remove_deleted(FlushInput& input, const Tombstones& tombstones);

}  // namespace clew::ingest
