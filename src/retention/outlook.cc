#include "retention/outlook.h"

#include "retention/sql/retention.sql.h"

namespace clew::retention {

namespace {

constexpr std::int64_t kDay = 86'400'000'000;
constexpr std::int64_t kDaysMax = 36'500;

// Counting may read a project's whole past once; it is asked for by a person.
constexpr int kCountMs = 120'000;

}  // namespace

Result<Outlook> count_older(analytics::Engine& engine, const std::vector<Followers>& followers,
                            std::string_view project_id, std::int64_t days, TimeUs now) {
  if (days < 1 || days > kDaysMax) return Error{Errc::kInvalidArgument, "days: expected 1 to 36500"};
  Outlook out{.before_us = now - days * kDay, .files = {}, .oldest_us = {}};
  analytics::Params params(project_id);
  params.time("before", out.before_us);
  // FINAL: a row that was written again counts once. It reads only narrow columns of the old months, and merges only
  // where ranges of keys overlap, which they hardly do among parts of old data.
  CLEW_TRY(const analytics::Rows rows,
           engine.select("retention.outlook",
                         "SELECT count(), sum(input_length + output_length), uniqExact(sipHash64(trace_id)), "
                         "toUnixTimestamp64Micro(min(start_time)) FROM observations FINAL WHERE "
                         "project_id = {project_id:String} AND start_time < {before:DateTime64(6,'UTC')}",
                         params, {.timeout_ms = kCountMs}));
  out.observations = rows.integer(0, 0);
  out.text_bytes = rows.integer(0, 1);
  out.traces = rows.integer(0, 2);
  if (out.observations > 0) {
    out.oldest_us = rows.integer(0, 3);
  } else {
    CLEW_TRY(const analytics::Rows oldest,
             engine.select("retention.oldest_kept",
                           "SELECT toUnixTimestamp64Micro(start_time) FROM observations FINAL WHERE "
                           "project_id = {project_id:String} ORDER BY start_time LIMIT 1",
                           params, {.timeout_ms = kCountMs}));
    if (!oldest.empty()) out.oldest_us = oldest.integer(0, 0);
  }
  CLEW_TRY(const analytics::Rows scores,
           engine.select("retention.outlook_scores",
                         "SELECT count() FROM scores FINAL WHERE project_id = {project_id:String} AND timestamp < "
                         "{before:DateTime64(6,'UTC')}",
                         params, {.timeout_ms = kCountMs}));
  out.scores = scores.integer(0, 0);
  for (const Followers& follower : followers) {
    if (!follower.would_expire) continue;
    CLEW_TRY(const Kept kept, follower.would_expire(project_id, out.before_us));
    out.files.files += kept.files;
    out.files.bytes += kept.bytes;
  }
  return out;
}

Result<std::vector<ProjectOutlook>> dry_run(analytics::Engine& engine, meta::Database& database,
                                            const std::vector<Followers>& followers,
                                            const std::optional<std::string>& project_id,
                                            std::optional<std::int64_t> days, TimeUs now) {
  CLEW_TRY(const meta::ResultSet projects, database.run(sql::kListProjects));
  std::vector<ProjectOutlook> out;
  for (std::size_t row = 0; row < projects.size(); ++row) {
    ProjectOutlook one{.project_id = projects.text(row, 0), .name = projects.text(row, 1), .outlook = {}};
    if (project_id && one.project_id != *project_id) continue;
    one.days = days ? *days : projects.is_null(row, 2) ? 0 : projects.integer(row, 2);
    if (one.days != 0) {
      CLEW_TRY(one.outlook, count_older(engine, followers, one.project_id, one.days, now));
    }
    out.push_back(std::move(one));
  }
  if (project_id && out.empty()) return Error{Errc::kNotFound, "there is no project " + *project_id};
  return out;
}

}  // namespace clew::retention
