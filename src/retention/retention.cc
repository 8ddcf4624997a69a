#include "retention/retention.h"

#include <algorithm>

#include <fmt/format.h>

#include "base/json.h"
#include "projects/projects.h"
#include "retention/sql/retention.sql.h"

namespace clew::retention {

namespace {

constexpr std::int64_t kHour = 3'600'000'000;
constexpr std::int64_t kDay = 24 * kHour;
constexpr std::int64_t kRunAt = kHour / 4;
// When the hour's run before it has had the time to mark its rows.
constexpr std::int64_t kNightAt = 3 * kHour + kHour * 3 / 4;

struct Aged {
  std::string_view table;
  std::string_view time;  // when a row of it happened
};
constexpr Aged kAged[] = {
    {"merge_states", "toDateTime64(updated_at, 6, 'UTC')"},
    {"scores", "timestamp"},
    {"trace_attributes", "ifNull(timestamp, created_at)"},
    {"text_index", "time_max"},
    {"payloads", "start_time"},
    {"observations", "start_time"},
    {"trace_spans", "start_time"},
    {"trace_times", "last_start"},
};

// Tables of this database that hold rows of projects, whichever there are: a new one needs no entry here.
Result<std::vector<std::string>> tenant_tables(analytics::Engine& engine) {
  CLEW_TRY(const analytics::Rows rows,
           engine.select("retention.tables",
                         "SELECT t.name FROM system.tables AS t WHERE t.database = currentDatabase() AND "
                         "t.engine LIKE '%MergeTree' AND t.name != 'deletions' AND t.name IN (SELECT table FROM "
                         "system.columns WHERE database = currentDatabase() AND name = 'project_id') ORDER BY t.name",
                         analytics::SystemParams()));
  std::vector<std::string> names;
  for (std::size_t row = 0; row < rows.size(); ++row)
    names.emplace_back(rows.text(row, 0));
  return names;
}

}  // namespace

void Retention::add_to(jobs::JobRunner& runner) {
  runner.handle(std::string(kHourJob), [this](jobs::Running& running) { return run_hour(running); });
  runner.handle(std::string(kNightJob), [this](jobs::Running& running) { return run_night(running); });
  runner.handle(std::string(kProjectJob), [this](jobs::Running& running) { return run_project(running); });
  runner.handle(std::string(projects::Projects::kRemovalJob),
                [this](jobs::Running& running) { return run_removal(running); });
  runner.every(std::string(kHourJob), kHour, kRunAt);
  runner.every(std::string(kNightJob), kDay, kNightAt);
}

Result<> Retention::run_hour(jobs::Running& running) {
  CLEW_TRY(const meta::ResultSet limited, database_.run(sql::kListLimitedProjects));
  const std::int64_t hour = clock_.now_us() / kHour;
  for (std::size_t row = 0; row < limited.size(); ++row) {
    CLEW_CHECK(running.check());
    CLEW_TRY(const std::string id,
             jobs_.enqueue({.kind = std::string(kProjectJob),
                            .project_id = limited.text(row, 0),
                            .idempotency_key = fmt::format("{} {}", limited.text(row, 0), hour)}));
    log_.info("retention.queued", {{"project", limited.text(row, 0)}, {"job", id}});
  }
  return ok();
}

Result<> Retention::run_night(jobs::Running& running) {
  // Only parts that have marked rows.
  CLEW_TRY(const std::vector<std::string> tables, tenant_tables(engine_));
  for (const std::string& table : tables) {
    CLEW_CHECK(running.check());
    CLEW_TRY(const analytics::Rows masked,
             engine_.select("retention.masked",
                            "SELECT count() FROM system.parts WHERE database = currentDatabase() AND active AND "
                            "has_lightweight_delete AND table = '" +
                                table + "'",
                            analytics::SystemParams()));
    if (masked.integer(0, 0) == 0) continue;
    CLEW_CHECK(engine_.execute("retention.apply_mask", "ALTER TABLE " + table + " APPLY DELETED MASK",
                               analytics::SystemParams()));
  }
  return ok();
}

Result<std::uint64_t> Retention::remove_before(std::string_view project_id, std::string_view table,
                                               std::string_view time, TimeUs before_us) {
  analytics::Params params(project_id);
  params.time("before", before_us);
  const std::string where = fmt::format(
      " FROM {} WHERE project_id = {{project_id:String}} AND {} < {{before:DateTime64(6,'UTC')}}", table, time);
  CLEW_TRY(const analytics::Rows counted, engine_.select("retention.count", "SELECT count()" + where, params));
  const auto rows = static_cast<std::uint64_t>(counted.integer(0, 0));
  if (rows > 0) CLEW_CHECK(engine_.execute("retention.delete", "DELETE" + where, params));
  return rows;
}

Result<Kept> Retention::remove_kept(std::string_view project_id, TimeUs before_us) {
  Kept sum;
  for (const Followers& follower : deletions_.followers()) {
    if (follower.would_expire) {
      CLEW_TRY(const Kept kept, follower.would_expire(project_id, before_us));
      sum.files += kept.files;
      sum.bytes += kept.bytes;
    }
    if (follower.data_expired) CLEW_CHECK(follower.data_expired(project_id, before_us));
  }
  return sum;
}

Result<> Retention::run_project(jobs::Running& running) {
  const jobs::Job& job = running.job();
  CLEW_TRY(const meta::ResultSet limit, database_.run(sql::kFindLimit, {job.project_id}));
  if (limit.empty() || limit.integer(0, 1) <= 0) return ok();  // deleted, or keeps its data by now
  const TimeUs before_us = clock_.now_us() - limit.integer(0, 1) * kDay;
  // The point names how far a former attempt has come; the oldest row tells as much, and is right after a restore too.
  jobs::Progress progress{.point = "", .done_items = job.done_items, .total_items = {}};
  for (const Aged& aged : kAged) {
    for (;;) {
      analytics::Params params(job.project_id);
      params.time("before", before_us);
      // In steps of a month from the oldest row on: a step touches the parts of one partition.
      CLEW_TRY(const analytics::Rows oldest,
               engine_.select("retention.oldest",
                              fmt::format("SELECT count(), least(min(toStartOfMonth({0}) + INTERVAL 1 MONTH), "
                                          "toDate('2299-01-01')) FROM {1} WHERE project_id = {{project_id:String}} AND "
                                          "{0} < {{before:DateTime64(6,'UTC')}}",
                                          aged.time, aged.table),
                              params));
      if (oldest.integer(0, 0) == 0) break;
      const TimeUs step_us = std::min(before_us, oldest.integer(0, 1) * kDay);
      CLEW_CHECK(running.check());
      CLEW_TRY(const std::uint64_t rows, remove_before(job.project_id, aged.table, aged.time, step_us));
      progress.done_items += static_cast<std::int64_t>(rows);
      progress.point = aged.table;
      CLEW_CHECK(running.checkpoint(progress));
    }
  }
  CLEW_TRY(const Kept kept, remove_kept(job.project_id, before_us));
  if (progress.done_items == 0 && kept.files == 0) return ok();
  log_.info(
      "retention.removed",
      {{"project", job.project_id}, {"rows", progress.done_items}, {"files", kept.files}, {"file_bytes", kept.bytes}});
  return database_.transaction([&](meta::Session& session) -> Result<> {
    auth::AuditEntry entry;
    entry.organization_id = limit.text(0, 0);
    entry.project_id = job.project_id;
    entry.resource_type = "project";
    entry.resource_id = job.project_id;
    entry.action = "expire";
    entry.after = json::to_text(json::Object{{"rows", progress.done_items},
                                             {"files", kept.files},
                                             {"fileBytes", kept.bytes},
                                             {"before", iso_ms(before_us)}});
    return auth::record(session, clock_.now_us(), {}, entry);
  });
}

TimeUs Retention::next_run(TimeUs now) {
  const TimeUs this_hour = now / kHour * kHour + kRunAt;
  return this_hour > now ? this_hour : this_hour + kHour;
}

Result<Outlook> Retention::outlook(std::string_view project_id, std::int64_t days) {
  return count_older(engine_, deletions_.followers(), project_id, days, clock_.now_us());
}

Result<> Retention::run_removal(jobs::Running& running) {
  const jobs::Job& job = running.job();
  // First, so that what the log still holds of it is not stored any more.
  CLEW_CHECK(tombstones_.add(job.project_id, ingest::Tombstones::Kind::kProject, {job.project_id}, clock_.now_us()));
  CLEW_TRY(const std::vector<std::string> tables, tenant_tables(engine_));
  jobs::Progress progress{.point = "", .done_items = 0, .total_items = static_cast<std::int64_t>(tables.size())};
  for (const std::string& table : tables) {
    CLEW_CHECK(engine_.execute("retention.delete_project",
                               "DELETE FROM " + table + " WHERE project_id = {project_id:String}",
                               analytics::Params(job.project_id)));
    ++progress.done_items;
    CLEW_CHECK(running.checkpoint(progress));
  }
  for (const Followers& follower : deletions_.followers()) {
    if (follower.project_deleted) CLEW_CHECK(follower.project_deleted(job.project_id));
  }
  if (auto done = database_.run(sql::kRemoveProject, {job.project_id}); !done) return done.error();
  log_.info("retention.project_removed", {{"project", job.project_id}});
  return ok();
}

}  // namespace clew::retention
