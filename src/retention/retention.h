// What leaves the store by itself: data older than its project keeps it, and everything of a project that was deleted.
// Handlers of jobs; each works in bounded steps, goes on where it was interrupted, and may be repeated.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "analytics/engine.h"
#include "base/time.h"
#include "ingest/worker/tombstones.h"
#include "jobs/job_runner.h"
#include "meta/database.h"
#include "retention/deletions.h"
#include "retention/outlook.h"
#include "telemetry/log.h"

namespace clew::retention {

class Retention {
 public:
  Retention(analytics::Engine& engine, ingest::Tombstones& tombstones, meta::Database& database, jobs::JobStore& jobs,
            const Deletions& deletions, const Clock& clock, telemetry::Logger log)
      : engine_(engine),
        tombstones_(tombstones),
        database_(database),
        jobs_(jobs),
        deletions_(deletions),
        clock_(clock),
        log_(log) {}

  // Registers the handlers and their slots: a quarter past each hour, and 03:45 UTC.
  void add_to(jobs::JobRunner& runner);

  // Once an hour: one job per project with a limit.
  Result<> run_hour(jobs::Running& running);
  // Once a night: rows that were marked as deleted leave the disk. Not each hour: it rewrites the parts they are in.
  Result<> run_night(jobs::Running& running);
  // Rows of one project whose own time lies before its limit: observations and their text by start time, scores by
  // timestamp, attributes of traces by timestamp, merge states by their last change. Month by month, oldest first.
  Result<> run_project(jobs::Running& running);
  // Everything of a deleted project: rows of every table, what followers keep, in the end its own row.
  Result<> run_removal(jobs::Running& running);

  // count_older() as of now.
  Result<Outlook> outlook(std::string_view project_id, std::int64_t days);
  // When the next hour's slot begins.
  static TimeUs next_run(TimeUs now);

  static constexpr std::string_view kHourJob = "retention_hour";
  static constexpr std::string_view kNightJob = "retention_night";
  static constexpr std::string_view kProjectJob = "retention_project";

 private:
  Result<std::uint64_t> remove_before(std::string_view project_id, std::string_view table, std::string_view time,
                                      TimeUs before_us);
  // What the followers keep of it goes; answers what that was.
  Result<Kept> remove_kept(std::string_view project_id, TimeUs before_us);

  analytics::Engine& engine_;
  ingest::Tombstones& tombstones_;
  meta::Database& database_;
  jobs::JobStore& jobs_;
  const Deletions& deletions_;
  const Clock& clock_;
  const telemetry::Logger log_;
};

}  // namespace clew::retention
