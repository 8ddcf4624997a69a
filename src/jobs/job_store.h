// Jobs as rows: work that outlives the request that asked for it. A job is done at least once; a handler makes it
// exactly once in effect by being idempotent and by writing how far it came (`point`).
//
// A claim is a lease with a fencing token: who lost the lease (a machine that slept, a store that was away) can no
// longer write, whatever it believes. Leases use the wall clock, because processes share them; a clock that is off by
// more than a lease leads to work done twice, never to a job marked wrongly.
//
// Every method may be called from any thread and blocks on the store.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "base/time.h"
#include "meta/database.h"

namespace clew::jobs {

struct NewJob {
  std::string kind;        // "delete_traces": which handler
  std::string project_id;  // "" = none
  std::string
      idempotency_key;         // a second job of this kind and key is not made while the first is remembered; "" = none
  std::string payload = "{}";  // JSON object as text, for the handler
  TimeUs run_at = 0;           // not before; 0 = now
  std::int64_t attempts_max = 10;
};

enum class State : std::uint8_t { kQueued, kRunning, kDone, kDead };
std::string_view to_text(State state);  // "queued"

struct Job {
  std::string id;
  std::string kind;
  std::string project_id;
  std::string payload;
  State state = State::kQueued;
  TimeUs run_at = 0;
  std::int64_t attempts = 0;  // begun, the current one included
  std::int64_t attempts_max = 0;
  std::int64_t fence = 0;
  std::int64_t done_items = 0;
  std::optional<std::int64_t> total_items;
  std::string point;  // "" at the first start
  std::string error;  // of the last attempt that failed
  TimeUs created_at = 0;
  TimeUs updated_at = 0;
  std::optional<TimeUs> finished_at;
};

struct Progress {
  std::string point;  // where to go on
  std::int64_t done_items = 0;
  std::optional<std::int64_t> total_items;
};

struct QueueState {
  std::int64_t queued = 0, running = 0, dead = 0;
  std::optional<TimeUs> oldest_queued_run_at;
};

// Inside the caller's transaction, so that the job exists exactly when the change that needs it does. Returns the id,
// that of the earlier job when the idempotency key is known.
Result<std::string> enqueue(meta::Session& session, TimeUs now, const NewJob& job);

class JobStore {
 public:
  JobStore(meta::Database& database, const Clock& clock) : database_(database), clock_(clock) {}

  Result<std::string> enqueue(const NewJob& job);
  Result<Job> get(std::string_view id);                                                      // kNotFound
  Result<std::vector<Job>> list_of_project(std::string_view project_id, std::size_t limit);  // newest first
  Result<std::optional<Job>> last_of_project(std::string_view project_id, std::string_view kind);
  Result<std::vector<Job>> list(State state, std::size_t limit);  // last changed first
  Result<QueueState> state();

  // Kinds of which a job may be claimed now: due, or running with a lease that has ended.
  Result<std::vector<std::string>> due_kinds();
  // The job of this kind that is due longest, now running and leased to the caller. Null when there is none. Jobs that
  // lost their worker as often as they may start are dead after this.
  Result<std::optional<Job>> claim(std::string_view kind, std::string_view worker, std::int64_t lease_us);

  // All of these: kConflict when `job` is claimed by somebody else by now, or no longer running.
  Result<> extend(const Job& job, std::int64_t lease_us);
  Result<> checkpoint(const Job& job, const Progress& progress);
  Result<> finish(const Job& job);
  // A failed attempt: again after a pause that grows, or dead when it was the last one.
  Result<State> fail(const Job& job, std::string_view error);
  Result<> bury(const Job& job, std::string_view error);
  // The attempt does not count: the process stops.
  Result<> put_back(const Job& job);

  // A dead job starts anew from its point. kNotFound: no such dead job.
  Result<> retry(std::string_view id);
  // Done jobs are remembered (with their idempotency keys) for 30 days, dead ones for 90. Returns how many were
  // removed.
  Result<std::int64_t> forget_old();

 private:
  Result<> only(Result<meta::ResultSet> changed, const Job& job) const;

  meta::Database& database_;
  const Clock& clock_;
};

// Before attempt `attempts` + 1: doubles from 2 s to 15 min, then ± a quarter by `random` (0…1), so that jobs that
// failed together do not come back together.
std::int64_t retry_pause_us(std::int64_t attempts, double random);

}  // namespace clew::jobs
