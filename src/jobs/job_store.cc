#include "jobs/job_store.h"

#include <algorithm>
#include <random>

#include "base/text.h"
#include "jobs/sql/jobs.sql.h"

namespace clew::jobs {

namespace {

constexpr std::int64_t kSecond = 1'000'000;
constexpr std::int64_t kDay = 86'400 * kSecond;
constexpr std::int64_t kDoneKept = 30 * kDay;
constexpr std::int64_t kDeadKept = 90 * kDay;
constexpr std::size_t kErrorCharactersMax = 2'000;

State parse_state(std::string_view text) {
  for (const State state : {State::kQueued, State::kRunning, State::kDone}) {
    if (to_text(state) == text) return state;
  }
  return State::kDead;
}

meta::Value or_null(const std::string& text) {
  return text.empty() ? meta::Value{} : meta::Value(text);
}

// Column order of find_job, list_*, claim.
Job read_row(const meta::ResultSet& rows, std::size_t r) {
  return Job{.id = rows.text(r, 0),
             .kind = rows.text(r, 1),
             .project_id = rows.text(r, 2),
             .payload = rows.text(r, 3),
             .state = parse_state(rows.text(r, 4)),
             .run_at = rows.integer(r, 5),
             .attempts = rows.integer(r, 6),
             .attempts_max = rows.integer(r, 7),
             .fence = rows.integer(r, 8),
             .done_items = rows.integer(r, 9),
             .total_items = rows.optional_integer(r, 10),
             .point = rows.text(r, 11),
             .error = rows.text(r, 12),
             .created_at = rows.integer(r, 13),
             .updated_at = rows.integer(r, 14),
             .finished_at = rows.optional_integer(r, 15)};
}

std::vector<Job> read_rows(const meta::ResultSet& rows) {
  std::vector<Job> jobs;
  for (std::size_t r = 0; r < rows.size(); ++r)
    jobs.push_back(read_row(rows, r));
  return jobs;
}

// What a store accepts as text: valid UTF-8 without NUL, not too long.
std::string clean(std::string_view error) {
  std::string out = text::sanitize_utf8(std::string(text::prefix(error, kErrorCharactersMax)));
  std::erase(out, '\0');
  return out;
}

double random_share() {
  std::random_device device;
  return std::uniform_real_distribution<double>(0, 1)(device);
}

}  // namespace

std::string_view to_text(State state) {
  constexpr std::string_view kNames[] = {"queued", "running", "done", "dead"};
  return kNames[static_cast<std::size_t>(state)];
}

std::int64_t retry_pause_us(std::int64_t attempts, double random) {
  const std::int64_t doublings = std::clamp<std::int64_t>(attempts - 1, 0, 20);
  const std::int64_t pause = std::min(2 * kSecond << doublings, 900 * kSecond);
  return static_cast<std::int64_t>(static_cast<double>(pause) * (0.75 + random / 2));
}

Result<std::string> enqueue(meta::Session& session, TimeUs now, const NewJob& job) {
  const std::string id = text::random_uuid();
  CLEW_TRY(const meta::ResultSet inserted,
           session.run(sql::kInsertJob, {id, job.kind, or_null(job.project_id), or_null(job.idempotency_key),
                                         job.payload, job.run_at == 0 ? now : job.run_at, job.attempts_max, now}));
  if (inserted.changed > 0) return id;
  CLEW_TRY(const meta::ResultSet known, session.run(sql::kFindByKey, {job.kind, job.idempotency_key}));
  if (known.empty()) return Error{Errc::kConflict, "the job was removed at this moment"};
  return known.text(0, 0);
}

Result<std::string> JobStore::enqueue(const NewJob& job) {
  std::string id;
  CLEW_CHECK(database_.transaction([&](meta::Session& session) -> Result<> {
    CLEW_TRY(id, jobs::enqueue(session, clock_.now_us(), job));
    return ok();
  }));
  return id;
}

Result<Job> JobStore::get(std::string_view id) {
  CLEW_TRY(const meta::ResultSet rows, database_.run(sql::kFindJob, {std::string(id)}));
  if (rows.empty()) return Error{Errc::kNotFound, "Job not found"};
  return read_row(rows, 0);
}

Result<std::vector<Job>> JobStore::list_of_project(std::string_view project_id, std::size_t limit) {
  CLEW_TRY(const meta::ResultSet rows,
           database_.run(sql::kListOfProject, {std::string(project_id), static_cast<std::int64_t>(limit)}));
  return read_rows(rows);
}

Result<std::optional<Job>> JobStore::last_of_project(std::string_view project_id, std::string_view kind) {
  CLEW_TRY(const meta::ResultSet rows,
           database_.run(sql::kLastOfProject, {std::string(project_id), std::string(kind)}));
  return rows.empty() ? std::nullopt : std::optional(read_row(rows, 0));
}

Result<std::vector<Job>> JobStore::list(State state, std::size_t limit) {
  CLEW_TRY(const meta::ResultSet rows,
           database_.run(sql::kListInState, {std::string(to_text(state)), static_cast<std::int64_t>(limit)}));
  return read_rows(rows);
}

Result<QueueState> JobStore::state() {
  CLEW_TRY(const meta::ResultSet rows, database_.run(sql::kCountStates, {}));
  QueueState out;
  for (std::size_t r = 0; r < rows.size(); ++r) {
    const State state = parse_state(rows.text(r, 0));
    (state == State::kQueued ? out.queued : state == State::kRunning ? out.running : out.dead) = rows.integer(r, 1);
    if (state == State::kQueued) out.oldest_queued_run_at = rows.optional_integer(r, 2);
  }
  return out;
}

Result<std::vector<std::string>> JobStore::due_kinds() {
  CLEW_TRY(const meta::ResultSet rows, database_.run(sql::kDueKinds, {clock_.now_us()}));
  std::vector<std::string> kinds;
  for (std::size_t r = 0; r < rows.size(); ++r)
    kinds.push_back(rows.text(r, 0));
  return kinds;
}

Result<std::optional<Job>> JobStore::claim(std::string_view kind, std::string_view worker, std::int64_t lease_us) {
  std::optional<Job> claimed;
  CLEW_CHECK(database_.transaction([&](meta::Session& session) -> Result<> {
    claimed.reset();
    const TimeUs now = clock_.now_us();
    const std::string name(kind);
    if (auto buried = session.run(sql::kBuryLost, {name, now}); !buried) return buried.error();
    CLEW_TRY(const meta::ResultSet rows, session.run(sql::kClaim, {name, now, now + lease_us, std::string(worker)}));
    if (!rows.empty()) claimed = read_row(rows, 0);
    return ok();
  }));
  return claimed;
}

Result<> JobStore::only(Result<meta::ResultSet> changed, const Job& job) const {
  if (!changed) return std::move(changed).error();
  if (changed->changed == 0) return Error{Errc::kConflict, "job " + job.id + " is in other hands"};
  return ok();
}

Result<> JobStore::extend(const Job& job, std::int64_t lease_us) {
  return only(database_.run(sql::kExtend, {job.id, job.fence, clock_.now_us() + lease_us}), job);
}

Result<> JobStore::checkpoint(const Job& job, const Progress& progress) {
  const meta::Value total = progress.total_items ? meta::Value(*progress.total_items) : meta::Value{};
  return only(
      database_.run(sql::kCheckpoint, {job.id, job.fence, progress.point, progress.done_items, total, clock_.now_us()}),
      job);
}

Result<> JobStore::finish(const Job& job) {
  return only(database_.run(sql::kFinish, {job.id, job.fence, clock_.now_us()}), job);
}

Result<State> JobStore::fail(const Job& job, std::string_view error) {
  if (job.attempts >= job.attempts_max) {
    CLEW_CHECK(bury(job, error));
    return State::kDead;
  }
  const TimeUs now = clock_.now_us();
  const TimeUs again = now + retry_pause_us(job.attempts, random_share());
  CLEW_CHECK(only(database_.run(sql::kPutBack, {job.id, job.fence, again, clean(error), std::int64_t{0}, now}), job));
  return State::kQueued;
}

Result<> JobStore::bury(const Job& job, std::string_view error) {
  return only(database_.run(sql::kBury, {job.id, job.fence, clean(error), clock_.now_us()}), job);
}

Result<> JobStore::put_back(const Job& job) {
  const TimeUs now = clock_.now_us();
  return only(database_.run(sql::kPutBack, {job.id, job.fence, now, or_null(job.error), std::int64_t{1}, now}), job);
}

Result<> JobStore::retry(std::string_view id) {
  CLEW_TRY(const meta::ResultSet changed, database_.run(sql::kRetryDead, {std::string(id), clock_.now_us()}));
  if (changed.changed == 0) return Error{Errc::kNotFound, "Job not found"};
  return ok();
}

Result<std::int64_t> JobStore::forget_old() {
  const TimeUs now = clock_.now_us();
  CLEW_TRY(const meta::ResultSet removed, database_.run(sql::kForget, {now - kDoneKept, now - kDeadKept}));
  return removed.changed;
}

}  // namespace clew::jobs
