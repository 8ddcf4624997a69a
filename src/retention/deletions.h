// Deleting traces on request, so that they stay deleted: a tombstone first, then the rows. What belongs to a trace goes
// with it: observations, texts, attributes, scores, merge states. Late spans and repeated requests are dropped for 30
// days (ingest/worker/tombstones.h).
//
// Callers are authorised for the project already. Every request is audited. Thread-safe; blocks on the stores.
#pragma once

#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "analytics/engine.h"
#include "auth/audit.h"
#include "base/time.h"
#include "ingest/worker/tombstones.h"
#include "jobs/job_runner.h"
#include "meta/database.h"

namespace clew::retention {

// Which traces, in the words of the list of the interface; kept as text in the job.
struct TraceSelection {
  std::optional<TimeUs> from_us, to_us;  // of the trace's timestamp, half open
  std::string filter;                    // contract/api.md A.8
  std::string search;
};

struct Kept {
  std::int64_t files = 0;
  std::int64_t bytes = 0;
};

// Told about traces that are going, and about projects and data that are gone: whoever keeps something of them
// elsewhere (media). Repeated after a crash in between, so it must be idempotent.
struct Followers {
  std::function<Result<>(std::string_view project_id, const std::vector<std::string>& trace_ids)> traces_deleted;
  std::function<Result<>(std::string_view project_id)> project_deleted;
  std::function<Result<>(std::string_view project_id, TimeUs before_us)> data_expired;
  // What data_expired would take now; changes nothing.
  std::function<Result<Kept>(std::string_view project_id, TimeUs before_us)> would_expire;
};

class Deletions {
 public:
  Deletions(analytics::Engine& engine, ingest::Tombstones& tombstones, meta::Database& database, const Clock& clock)
      : engine_(engine), tombstones_(tombstones), database_(database), clock_(clock) {}

  // Before anything is deleted.
  void follow(Followers followers) { followers_.push_back(std::move(followers)); }

  // When this returns, no reader sees them any more. Ids that do not exist are no error: their spans may be on the way.
  Result<> delete_traces(std::string_view project_id, const std::vector<std::string>& trace_ids,
                         const auth::Actor& actor);

  // Starts a job and returns its id. Traces that arrive after this call are not selected. kInvalidArgument: the filter.
  Result<std::string> delete_matching(std::string_view project_id, const TraceSelection& selection,
                                      const auth::Actor& actor);

  // The handler of those jobs.
  Result<> run_matching(jobs::Running& running);

  static constexpr std::string_view kJobKind = "delete_traces";

  const std::vector<Followers>& followers() const { return followers_; }

 private:
  Result<> remove(std::string_view project_id, const std::vector<std::string>& trace_ids);

  analytics::Engine& engine_;
  ingest::Tombstones& tombstones_;
  meta::Database& database_;
  const Clock& clock_;
  std::vector<Followers> followers_;
};

}  // namespace clew::retention
