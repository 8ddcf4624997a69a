#include "media/removal.h"

#include <algorithm>
#include <set>
#include <span>
#include <utility>

#include "base/text.h"
#include "media/media_library.h"
#include "media/sql/media.sql.h"

namespace clew::media {

namespace {

constexpr std::int64_t kSecond = 1'000'000;
constexpr std::int64_t kHour = 3'600 * kSecond;
// Longer than any link for an upload, so that no bytes come after the last removal.
constexpr std::int64_t kRestUs = std::chrono::seconds(kUploadLifetime).count() * kSecond + 60 * kSecond;
constexpr std::int64_t kUploadWaitUs = 24 * kHour;
// Small transactions: other writers of the relational store wait for them.
constexpr std::size_t kTracesAtOnce = 500;
constexpr std::int64_t kLinksAtOnce = 2'000;
constexpr std::int64_t kFilesAtOnce = 200;
constexpr std::size_t kBlobsAtOnce = 900;

Result<> only(const Result<meta::ResultSet>& changed) {
  return changed ? ok() : Result<>(changed.error());
}

}  // namespace

Result<> unlink_traces(meta::Database& database, const std::string& project_id,
                       const std::vector<std::string>& trace_ids, TimeUs now) {
  for (std::size_t first = 0; first < trace_ids.size(); first += kTracesAtOnce) {
    const auto some = std::span(trace_ids).subspan(first, std::min(kTracesAtOnce, trace_ids.size() - first));
    CLEW_CHECK(database.transaction([&](meta::Session& session) -> Result<> {
      for (const std::string& trace : some) {
        if (trace.empty()) continue;  // links of dataset items have no trace
        CLEW_CHECK(only(session.run(sql::kSuspectOfTrace, {project_id, trace, now})));
        CLEW_CHECK(only(session.run(sql::kUnlinkTrace, {project_id, trace})));
      }
      return ok();
    }));
  }
  return ok();
}

void Removal::add_to(jobs::JobRunner& runner) {
  runner.handle(std::string(kSweepJob), [this](jobs::Running& running) { return run_sweep(running); });
  runner.handle(std::string(kProjectJob), [this](jobs::Running& running) { return run_project(running); });
  runner.every(std::string(kSweepJob), kHour, kHour / 12);
}

Result<> Removal::forget_traces(std::string_view project_id, const std::vector<std::string>& trace_ids) {
  return unlink_traces(database_, std::string(project_id), trace_ids, clock_.now_us());
}

Result<> Removal::forget_before(std::string_view project_id, TimeUs before_us) {
  const std::string project(project_id);
  for (;;) {
    CLEW_TRY(const meta::ResultSet age, database_.run(sql::kNextAge, {project, before_us, kLinksAtOnce}));
    if (age.empty() || age.is_null(0, 0)) return ok();
    const TimeUs step_us = age.integer(0, 0) + 1;
    CLEW_CHECK(database_.transaction([&](meta::Session& session) -> Result<> {
      CLEW_CHECK(only(session.run(sql::kSuspectBefore, {project, step_us, clock_.now_us()})));
      return only(session.run(sql::kUnlinkBefore, {project, step_us}));
    }));
  }
}

Result<Aged> count_before(meta::Database& database, std::string_view project_id, TimeUs before_us) {
  CLEW_TRY(const meta::ResultSet found, database.run(sql::kCountOnlyBefore, {std::string(project_id), before_us}));
  return Aged{.files = found.integer(0, 0), .bytes = found.integer(0, 1)};
}

Result<> Removal::remove_all_below(std::string_view prefix) {
  for (;;) {
    // From the start each time: what was listed before is gone.
    CLEW_TRY(const blob::BlobPage page, blobs_.list(prefix, "", kBlobsAtOnce));
    for (const blob::BlobInfo& blob : page.blobs)
      CLEW_CHECK(blobs_.remove(blob.key));
    if (!page.next) return ok();
  }
}

Result<> Removal::forget_project(std::string_view project_id) {
  if (project_id.empty()) return Error{Errc::kInvalidArgument, "no project"};
  CLEW_CHECK(database_.transaction([&](meta::Session& session) -> Result<> {
    const TimeUs now = clock_.now_us();
    CLEW_TRY(const std::string id, jobs::enqueue(session, now,
                                                 {.kind = std::string(kProjectJob),
                                                  .project_id = std::string(project_id),
                                                  .idempotency_key = std::string(project_id),
                                                  .run_at = now + kRestUs}));
    return ok();
  }));
  return remove_all_below(text::percent_encode(project_id) + "/");
}

Result<> Removal::run_project(jobs::Running& running) {
  if (running.job().project_id.empty()) return Error{Errc::kInvalidArgument, "no project"};
  return remove_all_below(text::percent_encode(running.job().project_id) + "/");
}

Result<bool> Removal::remove_file(const std::string& project_id, const std::string& id) {
  const TimeUs now = clock_.now_us();
  std::string key;
  CLEW_CHECK(database_.transaction([&](meta::Session& session) -> Result<> {
    key.clear();
    CLEW_CHECK(only(session.run(sql::kStillUsed, {project_id, id})));
    CLEW_TRY(const meta::ResultSet begun,
             session.run(sql::kBeginRemoval, {project_id, id, now, now - kRestUs, now - kUploadWaitUs}));
    if (!begun.empty()) key = begun.text(0, 0);
    return ok();
  }));
  if (key.empty()) return false;
  // From here on nobody reads or announces this file until its row is gone (MediaLibrary).
  CLEW_CHECK(blobs_.remove(key));
  CLEW_CHECK(only(database_.run(sql::kEndRemoval, {project_id, id})));
  return true;
}

Result<> Removal::run_sweep(jobs::Running& running) {
  jobs::Progress progress{.point = "", .done_items = running.job().done_items, .total_items = {}};
  // A row that stays listed (used again, but changed meanwhile) must not hold the job in a circle.
  std::set<std::pair<std::string, std::string>> seen;
  const TimeUs now = clock_.now_us();
  for (const auto& [list, cutoff] :
       {std::pair(sql::kListUnused, now - kRestUs), std::pair(sql::kListUnfinished, now - kUploadWaitUs)}) {
    for (bool went_on = true; went_on;) {
      went_on = false;
      CLEW_TRY(const meta::ResultSet found, database_.run(list, {cutoff, kFilesAtOnce}));
      for (std::size_t row = 0; row < found.size(); ++row) {
        if (!seen.emplace(found.text(row, 0), found.text(row, 1)).second) continue;
        went_on = true;
        CLEW_CHECK(running.check());
        CLEW_TRY(const bool removed, remove_file(found.text(row, 0), found.text(row, 1)));
        if (removed) ++progress.done_items;
      }
      CLEW_CHECK(running.checkpoint(progress));
    }
  }
  if (progress.done_items > 0) log_.info("media.removed", {{"files", progress.done_items}});
  return ok();
}

}  // namespace clew::media
