// How files leave: what belonged to deleted traces, to data past its time, to deleted projects, and what was announced
// but never arrived.
//
// Deleting takes the links of a file away, at once. A file without links does not exist for readers
// (MediaLibrary::get); a file that others still use stays. Its bytes go in a job, a while later: links for uploads that
// were handed out before would bring them back otherwise.
//
// Thread-safe; blocks on the stores.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "base/time.h"
#include "blob/blob_store.h"
#include "jobs/job_runner.h"
#include "meta/database.h"
#include "telemetry/log.h"

namespace clew::media {

// The links of these traces are gone when it returns. Unknown traces are no error.
Result<> unlink_traces(meta::Database& database, const std::string& project_id,
                       const std::vector<std::string>& trace_ids, TimeUs now);

struct Aged {
  std::int64_t files = 0;
  std::int64_t bytes = 0;
};

// How much Removal::forget_before() would take: files that are used by nothing else. Changes nothing.
Result<Aged> count_before(meta::Database& database, std::string_view project_id, TimeUs before_us);

class Removal {
 public:
  Removal(meta::Database& database, blob::BlobStore& blobs, const Clock& clock, telemetry::Logger log)
      : database_(database), blobs_(blobs), clock_(clock), log_(log) {}

  // Registers the handlers and the hourly slot.
  void add_to(jobs::JobRunner& runner);

  Result<> forget_traces(std::string_view project_id, const std::vector<std::string>& trace_ids);
  // What traces linked before. Files of dataset items stay.
  Result<> forget_before(std::string_view project_id, TimeUs before_us);
  // All bytes of the project. Its rows go with the project's own; a second look follows when the last link for an
  // upload has ended.
  Result<> forget_project(std::string_view project_id);

  // Once an hour: bytes and rows of what has been unused for an hour, or waited a day for its upload. An error of the
  // blob store ends it; what is left is found again by the next attempt.
  Result<> run_sweep(jobs::Running& running);
  Result<> run_project(jobs::Running& running);

  static constexpr std::string_view kSweepJob = "media_removal";
  static constexpr std::string_view kProjectJob = "media_project_removal";

 private:
  Result<> remove_all_below(std::string_view prefix);
  // Null: in use again.
  Result<bool> remove_file(const std::string& project_id, const std::string& id);

  meta::Database& database_;
  blob::BlobStore& blobs_;
  const Clock& clock_;
  const telemetry::Logger log_;
};

}  // namespace clew::media
