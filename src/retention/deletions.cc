#include "retention/deletions.h"

#include <algorithm>

#include "base/json.h"
#include "query/trace_deletion.h"
#include "query/trace_reader.h"
#include "retention/sql/retention.sql.h"

namespace clew::retention {

namespace {

// A chunk of a job: one statement per table, each within a second or two.
constexpr std::size_t kChunk = 10'000;
constexpr std::size_t kIdsInAudit = 20;

Result<query::TraceFilter> filter_of(const TraceSelection& selection) {
  query::TraceFilter filter{.from_us = selection.from_us, .to_us = selection.to_us, .conditions = {}, .search = {}};
  auto conditions = query::parse_filter(query::View::kTraces, selection.filter);
  if (!conditions) return Error{Errc::kInvalidArgument, conditions.error().message};
  filter.conditions = *std::move(conditions);
  query::take_time_range(filter.conditions, filter.from_us, filter.to_us);
  filter.search = query::Search::parse(selection.search);
  return filter;
}

json::Value or_null(const std::optional<TimeUs>& time) {
  return time ? json::Value(*time) : json::Value(nullptr);
}

std::string payload_of(const TraceSelection& selection, TimeUs at_us) {
  return json::to_text(json::Object{{"from", or_null(selection.from_us)},
                                    {"to", or_null(selection.to_us)},
                                    {"filter", selection.filter},
                                    {"search", selection.search},
                                    {"at", at_us}});
}

struct Asked {
  TraceSelection selection;
  TimeUs at_us = 0;
};

Result<Asked> asked_of(std::string_view payload) {
  CLEW_TRY(const json::Value value, json::parse(payload));
  const auto text = [&](std::string_view key) {
    const json::Value* found = json::find(value, key);
    return found && found->is_string() ? std::string(found->get_string()) : std::string();
  };
  const auto time = [&](std::string_view key) {
    const json::Value* found = json::find(value, key);
    return found && found->is_int64() ? std::optional<TimeUs>(found->get_int64()) : std::nullopt;
  };
  return Asked{
      .selection = {.from_us = time("from"), .to_us = time("to"), .filter = text("filter"), .search = text("search")},
      .at_us = time("at").value_or(0)};
}

auth::AuditEntry entry_about(std::string_view project_id, std::string_view organization_id) {
  auth::AuditEntry entry;
  entry.organization_id = organization_id;
  entry.project_id = project_id;
  entry.resource_type = "trace";
  entry.action = "delete";
  return entry;
}

Result<std::string> organization_of(meta::Session& session, std::string_view project_id) {
  CLEW_TRY(const meta::ResultSet rows, session.run(sql::kFindOrganization, {std::string(project_id)}));
  return rows.empty() ? std::string() : rows.text(0, 0);
}

}  // namespace

Result<> Deletions::delete_traces(std::string_view project_id, const std::vector<std::string>& trace_ids,
                                  const auth::Actor& actor) {
  if (trace_ids.empty()) return ok();
  CLEW_CHECK(database_.transaction([&](meta::Session& session) -> Result<> {
    CLEW_TRY(const std::string organization, organization_of(session, project_id));
    auth::AuditEntry entry = entry_about(project_id, organization);
    entry.resource_id = trace_ids.size() == 1 ? trace_ids.front() : std::to_string(trace_ids.size()) + " traces";
    json::Array some;
    for (std::size_t i = 0; i < std::min(kIdsInAudit, trace_ids.size()); ++i)
      some.emplace_back(trace_ids[i]);
    entry.before = json::to_text(json::Object{{"traces", trace_ids.size()}, {"first", std::move(some)}});
    return auth::record(session, clock_.now_us(), actor, entry);
  }));
  return remove(project_id, trace_ids);
}

Result<> Deletions::remove(std::string_view project_id, const std::vector<std::string>& trace_ids) {
  using Kind = ingest::Tombstones::Kind;
  const TimeUs now = clock_.now_us();
  CLEW_CHECK(tombstones_.add(project_id, Kind::kTrace, trace_ids, now));
  CLEW_TRY(const std::vector<std::string> spans, query::merged_observations(engine_, project_id, trace_ids));
  CLEW_CHECK(tombstones_.add(project_id, Kind::kObservation, spans, now));
  // Before the rows: a job that was interrupted in between finds its traces again only as long as they have rows.
  for (const Followers& follower : followers_) {
    if (follower.traces_deleted) CLEW_CHECK(follower.traces_deleted(project_id, trace_ids));
  }
  return query::delete_traces(engine_, project_id, trace_ids, spans);
}

Result<std::string> Deletions::delete_matching(std::string_view project_id, const TraceSelection& selection,
                                               const auth::Actor& actor) {
  CLEW_TRY(const query::TraceFilter checked, filter_of(selection));
  if (!checked.from_us && !checked.to_us && checked.conditions.empty() && checked.search.empty()) {
    return Error{Errc::kInvalidArgument, "Name the traces: a filter, a search or a time range is needed."};
  }
  std::string id;
  CLEW_CHECK(database_.transaction([&](meta::Session& session) -> Result<> {
    const TimeUs now = clock_.now_us();
    const std::string payload = payload_of(selection, now);
    CLEW_TRY(const std::string organization, organization_of(session, project_id));
    CLEW_TRY(id,
             jobs::enqueue(session, now,
                           {.kind = std::string(kJobKind), .project_id = std::string(project_id), .payload = payload}));
    auth::AuditEntry entry = entry_about(project_id, organization);
    entry.resource_id = "job " + id;
    entry.before = payload;
    return auth::record(session, now, actor, entry);
  }));
  return id;
}

Result<> Deletions::run_matching(jobs::Running& running) {
  const jobs::Job& job = running.job();
  CLEW_TRY(const Asked asked, asked_of(job.payload));
  CLEW_TRY(const query::TraceFilter filter, filter_of(asked.selection));
  query::TraceReader reader(engine_);
  jobs::Progress progress{.point = job.point, .done_items = job.done_items, .total_items = job.total_items};
  for (;;) {
    CLEW_TRY(const std::vector<std::string> ids, reader.ids(job.project_id, filter, asked.at_us, kChunk));
    if (!progress.total_items || ids.size() < kChunk) {
      CLEW_TRY(const query::TraceCount left, reader.count(job.project_id, filter));
      progress.total_items = progress.done_items + static_cast<std::int64_t>(std::max(left.traces, ids.size()));
    }
    if (ids.empty()) return running.checkpoint(progress);
    CLEW_CHECK(running.check());
    CLEW_CHECK(remove(job.project_id, ids));
    progress.done_items += static_cast<std::int64_t>(ids.size());
    CLEW_CHECK(running.checkpoint(progress));
  }
}

}  // namespace clew::retention
