// What is deleted stays deleted, and what is too old leaves: through the real worker, the real store and real jobs.
#include "retention/retention.h"

#include <filesystem>
#include <future>

#include <fmt/format.h>
#include <gtest/gtest.h>

#include "analytics/testing.h"
#include "auth/testing.h"
#include "base/json.h"
#include "base/text.h"
#include "ingest/enrich/model_definition.h"
#include "ingest/intake/intake.h"
#include "ingest/intake/record.h"
#include "ingest/log/segment_log.h"
#include "ingest/worker/worker.h"
#include "projects/projects.h"
#include "query/session_reader.h"
#include "query/trace_reader.h"

namespace clew::retention {
namespace {

using auth::testing::kSecond;
constexpr std::int64_t kDay = 86'400 * kSecond;
constexpr TimeUs kNow = 1'800'000'000 * kSecond;

class RetentionTest : public ::testing::Test {
 protected:
  static void SetUpTestSuite() { store_ = new analytics::TestEngine; }
  static void TearDownTestSuite() {
    delete store_;
    store_ = nullptr;
  }

  RetentionTest() : engine(**store_) {
    models = *ingest::ModelCatalog::create(ingest::builtin_model_prices(), nullptr, world.clock);
    const std::string owner = world.user("ada@example.com");
    organization = organizations.create("Acme Labs", owner, "ada@example.com", world.actor)->id;
    project = projects.create(organization, {.name = "alpha"}, world.actor)->id;
    other = projects.create(organization, {.name = "beta"}, world.actor)->id;
    start();
  }
  ~RetentionTest() override { stop(); }

  void start() {
    log = *ingest::SegmentLog::open({.dir = folder.path() / "log", .disk_free_bytes_min = 0, .disk_free_share_min = 0},
                                    log_clock);
    worker = std::make_unique<ingest::IngestWorker>(*log, log->acknowledged(), engine, *models, dead_letters,
                                                    tombstones, progress, world.clock, telemetry::Logger{}, metrics,
                                                    ingest::WorkerOptions{.flush_interval_us_min = 1'000});
    worker->start();
  }
  void stop() {
    worker.reset();
    log.reset();
  }

  void send(ingest::Door door, const std::string& to, const std::string& body) {
    ingest::RequestContext context{.project_id = to, .door = door, .received_at_us = world.clock.now_us()};
    context.request_id = text::random_hex(8);
    auto batch = ingest::decode(body, context);
    ASSERT_TRUE(batch) << batch.error().message;
    std::promise<Result<>> promise;
    ingest::Intake(*log).accept(*std::move(batch), body, [&](Result<> done) { promise.set_value(std::move(done)); });
    ASSERT_TRUE(promise.get_future().get());
  }
  void settle() { worker->drain(60'000); }
  void span(const std::string& to, const std::string& trace, const std::string& id, TimeUs at = kNow) {
    send(
        ingest::Door::kOtlpJson, to,
        fmt::format(
            R"({{"resourceSpans":[{{"scopeSpans":[{{"spans":[{{"traceId":"{}","spanId":"{}","name":"step",)"
            R"("startTimeUnixNano":"{}","endTimeUnixNano":"{}","attributes":[{{"key":"input.value",)"
            R"("value":{{"stringValue":"hello"}}}},{{"key":"session.id","value":{{"stringValue":"s-{}"}}}}]}}]}}]}}]}})",
            trace, id, at * 1'000, (at + 1'000) * 1'000, trace));
  }
  void event(const std::string& to, const std::string& type, const std::string& body,
             const std::string& date = "2027-01-15") {
    send(ingest::Door::kEventBatch, to,
         fmt::format(R"({{"batch":[{{"id":"{}","type":"{}","timestamp":"{}T08:00:0{}Z","body":{}}}]}})",
                     text::random_hex(6), type, date, ++events % 10, body));
  }

  std::int64_t rows(const std::string& table, const std::string& of) {
    auto out = engine.select("test", "SELECT count() FROM " + table + " FINAL WHERE project_id = {project_id:String}",
                             analytics::Params(of));
    EXPECT_TRUE(out) << out.error().message;
    return out->integer(0, 0);
  }
  std::int64_t all_rows(const std::string& of) {
    std::int64_t sum = 0;
    for (const char* table : {"observations", "payloads", "trace_attributes", "scores", "merge_states"})
      sum += rows(table, of);
    return sum;
  }
  std::uint64_t traces(const std::string& of) { return query::TraceReader(engine).count(of, {})->traces; }

  // Runs the waiting job of a kind to its end.
  Result<> run(std::string_view kind, const std::function<Result<>(jobs::Running&)>& handler) {
    CLEW_TRY(const auto job, jobs.claim(kind, "test", 60 * kSecond));
    if (!job) return Error{Errc::kNotFound, "no such job waits"};
    const std::atomic<bool> no = false;
    jobs::Running running(jobs, *job, no, no);
    CLEW_CHECK(handler(running));
    return jobs.finish(*job);
  }

  static inline analytics::TestEngine* store_ = nullptr;
  auth::testing::World world;
  meta::testing::TemporaryFolder folder;
  analytics::Engine& engine;
  projects::Organizations organizations{world.database, world.clock};
  projects::Projects projects{world.database, world.clock};
  jobs::JobStore jobs{world.database, world.clock};
  ingest::Tombstones tombstones{engine, world.clock};
  Deletions deletions{engine, tombstones, world.database, world.clock};
  Retention retention{engine, tombstones, world.database, jobs, deletions, world.clock, {}};
  SystemClock log_clock;  // positions grow from test to test: the store knows blocks by them
  telemetry::Metrics metrics;
  ingest::IngestProgress progress;
  std::unique_ptr<ingest::ModelCatalog> models;
  std::unique_ptr<ingest::SegmentLog> log;
  ingest::DeadLetters dead_letters{folder.path() / "dead"};
  std::unique_ptr<ingest::IngestWorker> worker;
  std::string organization, project, other;
  int events = 0;
};

const std::string kTrace = "0af7651916cd43dd8448eb211c80319c";
const std::string kKept = "1af7651916cd43dd8448eb211c80319c";

TEST_F(RetentionTest, ADeletedTraceIsGoneWithEverythingAndItsNeighboursStay) {
  span(project, kTrace, "00f067aa0ba902b1");
  span(project, kKept, "00f067aa0ba902b2");
  span(other, kTrace, "00f067aa0ba902b1");
  event(project, "trace-create", R"({"id":")" + kTrace + R"(","name":"n","input":"in"})");
  event(project, "span-create", R"({"id":"j1","traceId":")" + kTrace + R"(","name":"n"})");
  event(project, "score-create", R"({"id":"sc","traceId":")" + kTrace + R"(","name":"q","value":1})");
  settle();
  const std::int64_t elsewhere = all_rows(other);
  ASSERT_TRUE(deletions.delete_traces(project, {kTrace}, world.actor));
  EXPECT_EQ(all_rows(project), 2) << "the kept span and its text";
  EXPECT_EQ(traces(project), 1U);
  EXPECT_EQ(query::SessionReader(engine).count(project, {}).value_or(9U), 1U);
  EXPECT_EQ(all_rows(other), elsewhere) << "the same id in another project";
}

TEST_F(RetentionTest, LateSpansEventsScoresAndReplaysDoNotBringItBack) {
  span(project, kTrace, "00f067aa0ba902b1");
  event(project, "span-create", R"({"id":"j1","traceId":")" + kTrace + R"(","name":"n"})");
  settle();
  ASSERT_TRUE(deletions.delete_traces(project, {kTrace}, world.actor));
  span(project, kTrace, "00f067aa0ba902b1");
  span(project, kTrace, "00f067aa0ba902b9");
  event(project, "trace-create", R"({"id":")" + kTrace + R"(","name":"again"})");
  event(project, "span-update", R"({"id":"j1","output":"late"})");
  event(project, "score-create", R"({"id":"sc","traceId":")" + kTrace + R"(","name":"q","value":1})");
  span(other, kTrace, "00f067aa0ba902b1");
  settle();
  EXPECT_EQ(all_rows(project), 0);
  EXPECT_EQ(traces(other), 1U);

  stop();  // a process that knows nothing yet reads the tombstones before it stores anything
  ingest::Tombstones fresh(engine, world.clock);
  log = *ingest::SegmentLog::open({.dir = folder.path() / "log", .disk_free_bytes_min = 0, .disk_free_share_min = 0},
                                  log_clock);
  worker = std::make_unique<ingest::IngestWorker>(*log, log->acknowledged(), engine, *models, dead_letters, fresh,
                                                  progress, world.clock, telemetry::Logger{}, metrics,
                                                  ingest::WorkerOptions{.flush_interval_us_min = 1'000});
  worker->start();
  span(project, kTrace, "00f067aa0ba902b1");
  settle();
  stop();
  EXPECT_EQ(all_rows(project), 0);
}

TEST_F(RetentionTest, SpansThatArriveWhileTheirTraceIsDeletedAreGoneToo) {
  std::atomic<bool> enough = false;
  std::thread sender([&] {
    for (int i = 0; i < 300 && !enough; ++i)
      span(project, kTrace, fmt::format("{:016x}", i + 1));
  });
  while (rows("observations", project) == 0)
    std::this_thread::yield();
  const auto deleted = deletions.delete_traces(project, {kTrace}, world.actor);
  enough = true;
  sender.join();
  settle();
  ASSERT_TRUE(deleted) << deleted.error().message;
  EXPECT_EQ(all_rows(project), 0);
}

TEST_F(RetentionTest, AFilterDeletesWhatMatchesAndNothingElse) {
  for (int i = 0; i < 30; ++i) {
    const std::string id = fmt::format("{:032x}", i + 1);
    event(project, "trace-create", fmt::format(R"({{"id":"{}","name":"{}"}})", id, i % 3 == 0 ? "bad" : "good"));
    event(other, "trace-create", fmt::format(R"({{"id":"{}","name":"bad"}})", id));
  }
  settle();
  const std::string filter = R"([{"type":"string","column":"name","operator":"=","value":"bad"}])";
  EXPECT_EQ(deletions.delete_matching(project, {}, world.actor).error().code, Errc::kInvalidArgument);
  EXPECT_EQ(deletions.delete_matching(project, {.filter = "nonsense"}, world.actor).error().code,
            Errc::kInvalidArgument);
  const auto job = deletions.delete_matching(project, {.filter = filter}, world.actor);
  ASSERT_TRUE(job) << job.error().message;
  world.clock.advance(kSecond);
  event(project, "trace-create", R"({"id":"later","name":"bad"})");
  settle();
  const auto done = run(Deletions::kJobKind, [&](jobs::Running& running) { return deletions.run_matching(running); });
  ASSERT_TRUE(done) << done.error().message;
  EXPECT_EQ(traces(project), 21U) << "20 good ones, and the one that came after the request";
  EXPECT_EQ(traces(other), 30U);
  const jobs::Job finished = *jobs.get(*job);
  EXPECT_EQ(finished.done_items, 10);
  EXPECT_EQ(finished.state, jobs::State::kDone);
}

TEST_F(RetentionTest, ATimeRangeDoesNotDeleteTracesThatBeganBeforeIt) {
  span(project, kTrace, "00f067aa0ba902b1", kNow - 5 * kDay);
  span(project, kTrace, "00f067aa0ba902b2", kNow);
  span(project, kKept, "00f067aa0ba902b3", kNow);
  settle();
  ASSERT_TRUE(deletions.delete_matching(project, {.from_us = kNow - kDay}, world.actor));
  ASSERT_TRUE(run(Deletions::kJobKind, [&](jobs::Running& running) { return deletions.run_matching(running); }));
  EXPECT_EQ(rows("observations", project), 2) << "the trace that began five days ago is whole";
}

TEST_F(RetentionTest, OldDataLeavesWithinTheHourAndYoungDataStays) {
  ASSERT_TRUE(projects.update(project, {.retention_days = 3}, world.actor));
  const auto fill = [&](const std::string& to) {
    span(to, kTrace, "00f067aa0ba902b1", kNow - 4 * kDay);
    span(to, kTrace, "00f067aa0ba902b2", kNow - 100 * kDay);
    span(to, kKept, "00f067aa0ba902b3", kNow - 2 * kDay);
    event(to, "trace-create", R"({"id":"old","timestamp":"2026-12-01T00:00:00Z","name":"n","input":"in"})");
    event(to, "trace-create", R"({"id":"new","timestamp":"2027-01-14T00:00:00Z","name":"n","input":"in"})");
    event(to, "score-create", R"({"id":"so","traceId":"old","name":"q","value":1})", "2026-12-01");
    event(to, "score-create", R"({"id":"sn","traceId":"new","name":"q","value":1})", "2027-01-14");
  };
  fill(project);
  fill(other);
  settle();
  const std::int64_t elsewhere = all_rows(other);
  for (int i = 0; i < 2; ++i) {  // two processes, one hour
    ASSERT_TRUE(jobs.enqueue({.kind = std::string(Retention::kHourJob)}));
    ASSERT_TRUE(run(Retention::kHourJob, [&](jobs::Running& running) { return retention.run_hour(running); }));
  }
  const auto done = run(Retention::kProjectJob, [&](jobs::Running& running) { return retention.run_project(running); });
  ASSERT_TRUE(done) << done.error().message;
  EXPECT_EQ(rows("observations", project), 1);
  EXPECT_EQ(rows("payloads", project), 2) << "of the young span and the young trace";
  EXPECT_EQ(rows("trace_attributes", project), 1);
  EXPECT_EQ(rows("scores", project), 1);
  EXPECT_EQ(all_rows(other), elsewhere) << "a project without a limit";
  EXPECT_EQ(jobs.claim(Retention::kProjectJob, "test", kSecond)->has_value(), false) << "one job for one project";
  const auto audited = world.database.run("SELECT count(*) FROM audit_log WHERE action = 'expire' AND project_id = $1",
                                          std::vector<meta::Value>{project});
  EXPECT_EQ(audited->integer(0, 0), 1);
  const auto masked = [&] {
    return engine
        .select("test",
                "SELECT count() FROM system.parts WHERE database = currentDatabase() AND active AND "
                "has_lightweight_delete AND table = 'scores'",
                analytics::SystemParams())
        ->integer(0, 0);
  };
  EXPECT_GT(masked(), 0);
  ASSERT_TRUE(jobs.enqueue({.kind = std::string(Retention::kNightJob)}));
  ASSERT_TRUE(run(Retention::kNightJob, [&](jobs::Running& running) { return retention.run_night(running); }));
  EXPECT_EQ(masked(), 0) << "marked rows leave the disk";

  world.clock.advance(3'600 * kSecond);
  ASSERT_TRUE(jobs.enqueue({.kind = std::string(Retention::kHourJob)}));
  ASSERT_TRUE(run(Retention::kHourJob, [&](jobs::Running& running) { return retention.run_hour(running); }));
  EXPECT_TRUE(jobs.claim(Retention::kProjectJob, "test", kSecond)->has_value()) << "the next hour has a job of its own";
}

TEST_F(RetentionTest, FollowersAreToldWhileAnInterruptedJobCanStillFindItsTraces) {
  event(project, "trace-create", R"({"id":"t","name":"bad"})");
  settle();
  bool is_away = true;
  std::vector<std::string> told;
  deletions.follow({.traces_deleted = [&](std::string_view, const std::vector<std::string>& ids) -> Result<> {
                      if (is_away) return Error{Errc::kUnavailable, "away"};
                      told = ids;
                      return ok();
                    },
                    .project_deleted = {},
                    .data_expired = {},
                    .would_expire = {}});
  const std::string filter = R"([{"type":"string","column":"name","operator":"=","value":"bad"}])";
  ASSERT_TRUE(deletions.delete_matching(project, {.filter = filter}, world.actor));
  world.clock.advance(kSecond);
  const auto handler = [&](jobs::Running& running) { return deletions.run_matching(running); };
  EXPECT_EQ(run(Deletions::kJobKind, handler).error().code, Errc::kUnavailable);
  is_away = false;
  world.clock.advance(120 * kSecond);  // its lease ends
  ASSERT_TRUE(run(Deletions::kJobKind, handler));
  EXPECT_EQ(told, std::vector<std::string>{"t"});
  EXPECT_EQ(traces(project), 0U);
}

TEST_F(RetentionTest, TheOutlookCountsWhatALimitWouldTakeAndTakesNothing) {
  span(project, kTrace, "00f067aa0ba902b1", kNow - 10 * kDay);
  span(project, kTrace, "00f067aa0ba902b2", kNow);
  span(other, kKept, "00f067aa0ba902b3", kNow - 10 * kDay);
  settle();
  const auto outlook = retention.outlook(project, 5);
  ASSERT_TRUE(outlook) << outlook.error().message;
  EXPECT_EQ(outlook->observations, 1);
  EXPECT_EQ(outlook->traces, 1);
  EXPECT_EQ(outlook->oldest_us, kNow - 10 * kDay);
  EXPECT_EQ(retention.outlook(project, 20)->observations, 0);
  EXPECT_EQ(rows("observations", project), 2);
  EXPECT_EQ(retention.outlook(project, 0).error().code, Errc::kInvalidArgument);
  EXPECT_EQ(Retention::next_run(0), 15 * 60 * kSecond);
  EXPECT_EQ(Retention::next_run(15 * 60 * kSecond), 75 * 60 * kSecond);
}

TEST_F(RetentionTest, TheOutlookCountsWhatWasWrittenTwiceOnce) {
  ASSERT_TRUE(engine.execute("test", "SYSTEM STOP MERGES", analytics::SystemParams()));
  event(project, "span-create", R"({"id":"o","traceId":"t","startTime":"2026-12-01T00:00:00Z","name":"n"})");
  settle();
  event(project, "span-update", R"({"id":"o","traceId":"t","level":"ERROR","input":"four"})");
  settle();
  for (const char* value : {"1", "2"}) {
    event(project, "score-create", fmt::format(R"({{"id":"s","traceId":"t","name":"q","value":{}}})", value),
          "2026-12-01");
    settle();
  }
  const auto stored = engine.select("test", "SELECT count() FROM observations WHERE project_id = {project_id:String}",
                                    analytics::Params(project));
  EXPECT_EQ(stored->integer(0, 0), 2) << "not merged yet";
  const auto outlook = retention.outlook(project, 5);
  ASSERT_TRUE(engine.execute("test", "SYSTEM START MERGES", analytics::SystemParams()));
  ASSERT_TRUE(outlook) << outlook.error().message;
  EXPECT_EQ(outlook->observations, 1);
  EXPECT_EQ(outlook->traces, 1);
  EXPECT_EQ(outlook->scores, 1);
  EXPECT_EQ(outlook->text_bytes, 4) << "of the newest version";
}

TEST_F(RetentionTest, ADryRunSaysItForEachProjectWithItsOwnLimit) {
  ASSERT_TRUE(projects.update(project, {.retention_days = 5}, world.actor));
  for (const std::string& to : {project, other})
    span(to, kTrace, "00f067aa0ba902b1", kNow - 10 * kDay);
  settle();
  const auto files = [](std::string_view, TimeUs) -> Result<Kept> { return Kept{.files = 2, .bytes = 30}; };
  const std::vector<Followers> followers{
      {.traces_deleted = {}, .project_deleted = {}, .data_expired = {}, .would_expire = files}};
  const auto all = dry_run(engine, world.database, followers, {}, {}, kNow);
  ASSERT_TRUE(all) << all.error().message;
  ASSERT_EQ(all->size(), 2U);
  EXPECT_EQ((*all)[0].project_id, project) << "alpha before beta";
  EXPECT_EQ((*all)[0].days, 5);
  EXPECT_EQ((*all)[0].outlook.observations, 1);
  EXPECT_EQ((*all)[0].outlook.files.bytes, 30);
  EXPECT_EQ((*all)[1].days, 0) << "keeps its data";
  EXPECT_EQ((*all)[1].outlook.observations, 0);
  const auto one = dry_run(engine, world.database, followers, other, 9, kNow);
  ASSERT_EQ(one->size(), 1U);
  EXPECT_EQ(one->front().outlook.observations, 1) << "with the limit that was asked about";
  EXPECT_EQ(dry_run(engine, world.database, followers, "nobody", {}, kNow).error().code, Errc::kNotFound);
  EXPECT_EQ(rows("observations", project), 1) << "nothing was taken";
}

TEST_F(RetentionTest, ADeletedProjectLeavesEveryStore) {
  span(project, kTrace, "00f067aa0ba902b1");
  event(project, "trace-create", R"({"id":"t","name":"n","input":"in"})");
  span(other, kTrace, "00f067aa0ba902b1");
  settle();
  bool told = false;
  deletions.follow({.traces_deleted = {},
                    .project_deleted = [&](std::string_view id) -> Result<> {
                      told = id == project;
                      return ok();
                    },
                    .data_expired = {},
                    .would_expire = {}});
  ASSERT_TRUE(projects.remove(project, world.actor));
  EXPECT_EQ(projects.get(project).error().code, Errc::kNotFound);
  EXPECT_EQ(projects.remove(project, world.actor).error().code, Errc::kNotFound);
  span(project, kTrace, "00f067aa0ba902b2");  // was accepted before, is stored after
  const auto done =
      run(projects::Projects::kRemovalJob, [&](jobs::Running& running) { return retention.run_removal(running); });
  ASSERT_TRUE(done) << done.error().message;
  span(project, kTrace, "00f067aa0ba902b3");
  settle();
  EXPECT_EQ(all_rows(project), 0);
  EXPECT_TRUE(told);
  EXPECT_EQ(rows("observations", other), 1);
  EXPECT_EQ(world.database.run("SELECT count(*) FROM projects WHERE id = $1", std::vector<meta::Value>{project})
                ->integer(0, 0),
            0);
}

}  // namespace
}  // namespace clew::retention
