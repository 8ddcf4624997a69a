// What every feature may rely on from jobs. Runs on SQLite and, as jobs_test_on_postgres, on PostgreSQL.
#include <algorithm>
#include <set>

#include <gtest/gtest.h>

#include "jobs/job_runner.h"
#include "jobs/job_store.h"
#include "meta/testing/databases.h"

namespace clew::jobs {
namespace {

constexpr std::int64_t kSecond = 1'000'000;
constexpr std::int64_t kDay = 86'400 * kSecond;
constexpr std::int64_t kLease = 60 * kSecond;

class JobsTest : public ::testing::Test {
 protected:
  std::string add(const NewJob& job) {
    auto id = store.enqueue(job);
    EXPECT_TRUE(id.has_value()) << id.error().message;
    return id ? *id : "";
  }
  std::optional<Job> claim(std::string_view kind = "mend", std::string_view worker = "a") {
    auto job = store.claim(kind, worker, kLease);
    EXPECT_TRUE(job.has_value()) << job.error().message;
    return job ? *job : std::nullopt;
  }
  Job get(const std::string& id) { return *store.get(id); }

  meta::testing::TemporaryDatabase database;
  FakeClock clock{1'800'000'000 * kSecond};
  JobStore store{*database, clock};
};

TEST_F(JobsTest, AJobIsClaimedOnceAndFinished) {
  const std::string id = add({.kind = "mend", .project_id = "p1", .payload = R"({"n":1})"});
  const auto job = claim();
  ASSERT_TRUE(job.has_value());
  EXPECT_EQ(job->id, id);
  EXPECT_EQ(job->payload, R"({"n":1})");
  EXPECT_EQ(job->attempts, 1);
  EXPECT_FALSE(claim("mend", "b").has_value());
  ASSERT_TRUE(store.finish(*job).has_value());
  EXPECT_EQ(get(id).state, State::kDone);
  EXPECT_FALSE(claim().has_value());
}

TEST_F(JobsTest, AJobExistsExactlyWhenItsTransactionCommits) {
  const auto failed = database->transaction([&](meta::Session& session) -> Result<> {
    CLEW_TRY(const std::string id, enqueue(session, clock.now_us(), {.kind = "mend"}));
    return Error{Errc::kForbidden, "no: " + id};
  });
  EXPECT_FALSE(failed.has_value());
  EXPECT_FALSE(claim().has_value());
}

TEST_F(JobsTest, AnIdempotencyKeyMakesOneJobPerKind) {
  const std::string first = add({.kind = "mend", .idempotency_key = "k"});
  EXPECT_EQ(add({.kind = "mend", .idempotency_key = "k"}), first);
  EXPECT_NE(add({.kind = "other", .idempotency_key = "k"}), first);
  EXPECT_NE(add({.kind = "mend"}), add({.kind = "mend"}));
  ASSERT_TRUE(store.finish(*claim()).has_value());
  EXPECT_EQ(add({.kind = "mend", .idempotency_key = "k"}), first) << "also when it is done";
}

TEST_F(JobsTest, AJobWaitsForItsTime) {
  add({.kind = "mend", .run_at = clock.now_us() + kSecond});
  EXPECT_TRUE(store.due_kinds()->empty());
  EXPECT_FALSE(claim().has_value());
  clock.advance(kSecond);
  EXPECT_EQ(*store.due_kinds(), std::vector<std::string>{"mend"});
  EXPECT_TRUE(claim().has_value());
}

TEST_F(JobsTest, WhoLostTheLeaseCannotWrite) {
  const std::string id = add({.kind = "mend"});
  const auto slept = claim("mend", "a");
  clock.advance(kLease + 1);
  const auto taken = claim("mend", "b");
  ASSERT_TRUE(taken.has_value());
  EXPECT_GT(taken->fence, slept->fence);
  EXPECT_EQ(store.checkpoint(*slept, {.point = "x"}).error().code, Errc::kConflict);
  EXPECT_EQ(store.extend(*slept, kLease).error().code, Errc::kConflict);
  EXPECT_EQ(store.finish(*slept).error().code, Errc::kConflict);
  EXPECT_EQ(store.fail(*slept, "no").error().code, Errc::kConflict);
  EXPECT_EQ(get(id).state, State::kRunning);
  EXPECT_TRUE(store.finish(*taken).has_value());
}

TEST_F(JobsTest, ARenewedLeaseIsKept) {
  add({.kind = "mend"});
  const auto job = claim();
  clock.advance(kLease - 1);
  ASSERT_TRUE(store.extend(*job, kLease).has_value());
  clock.advance(kLease - 1);
  EXPECT_FALSE(claim("mend", "b").has_value());
}

TEST_F(JobsTest, ANextAttemptGoesOnAtThePoint) {
  const std::string id = add({.kind = "mend"});
  const auto job = claim();
  ASSERT_TRUE(store.checkpoint(*job, {.point = "row 7", .done_items = 7, .total_items = 10}).has_value());
  ASSERT_EQ(*store.fail(*job, "store away"), State::kQueued);
  const Job waiting = get(id);
  EXPECT_EQ(waiting.error, "store away");
  EXPECT_GT(waiting.run_at, clock.now_us());
  EXPECT_FALSE(claim().has_value()) << "not before its pause is over";
  clock.advance(900 * kSecond * 2);
  const auto again = claim();
  ASSERT_TRUE(again.has_value());
  EXPECT_EQ(again->point, "row 7");
  EXPECT_EQ(again->done_items, 7);
  EXPECT_EQ(again->total_items, 10);
  EXPECT_EQ(again->attempts, 2);
}

TEST_F(JobsTest, TheLastFailedAttemptIsDeadAndCanBeRetried) {
  const std::string id = add({.kind = "mend", .attempts_max = 2});
  ASSERT_EQ(*store.fail(*claim(), "one"), State::kQueued);
  clock.advance(kDay);
  ASSERT_EQ(*store.fail(*claim(), "two"), State::kDead);
  EXPECT_EQ(get(id).error, "two");
  clock.advance(kDay);
  EXPECT_FALSE(claim().has_value());
  EXPECT_EQ(store.state()->dead, 1);
  ASSERT_TRUE(store.retry(id).has_value());
  EXPECT_TRUE(claim().has_value());
  EXPECT_EQ(store.retry(id).error().code, Errc::kNotFound) << "only dead jobs";
}

TEST_F(JobsTest, AJobThatKillsItsWorkerIsDeadInTheEnd) {
  const std::string id = add({.kind = "mend", .attempts_max = 2});
  for (int attempt = 0; attempt < 2; ++attempt) {
    ASSERT_TRUE(claim().has_value());
    clock.advance(kLease + 1);
  }
  EXPECT_FALSE(claim().has_value());
  EXPECT_EQ(get(id).state, State::kDead);
}

TEST_F(JobsTest, AStopOfTheProcessIsNoAttempt) {
  const std::string id = add({.kind = "mend", .attempts_max = 1});
  ASSERT_TRUE(store.put_back(*claim()).has_value());
  EXPECT_EQ(get(id).attempts, 0);
  EXPECT_TRUE(claim().has_value());
}

TEST_F(JobsTest, PausesGrowUpToAQuarterOfAnHour) {
  EXPECT_EQ(retry_pause_us(1, 0.5), 2 * kSecond);
  EXPECT_EQ(retry_pause_us(2, 0.5), 4 * kSecond);
  EXPECT_EQ(retry_pause_us(60, 0.5), 900 * kSecond);
  EXPECT_LT(retry_pause_us(3, 0.0), retry_pause_us(3, 1.0));
}

TEST_F(JobsTest, AProjectSeesItsOwnJobs) {
  add({.kind = "mend", .project_id = "p1"});
  add({.kind = "mend", .project_id = "p2"});
  const auto jobs = *store.list_of_project("p1", 10);
  ASSERT_EQ(jobs.size(), 1U);
  EXPECT_EQ(jobs[0].project_id, "p1");
}

TEST_F(JobsTest, AnErrorOfAnyBytesIsKept) {
  const std::string id = add({.kind = "mend"});
  ASSERT_TRUE(store.fail(*claim(), std::string_view("bad \xff and \0 zero", 16)).has_value());
  EXPECT_TRUE(get(id).error.starts_with("bad "));
}

TEST_F(JobsTest, OldJobsAreForgottenAndWaitingOnesNever) {
  const std::string done = add({.kind = "mend"});
  ASSERT_TRUE(store.finish(*claim()).has_value());
  const std::string dead = add({.kind = "mend", .attempts_max = 1});
  ASSERT_TRUE(store.fail(*claim(), "x").has_value());
  const std::string waiting = add({.kind = "mend"});
  clock.advance(31 * kDay);
  EXPECT_EQ(*store.forget_old(), 1);
  EXPECT_EQ(store.get(done).error().code, Errc::kNotFound);
  clock.advance(60 * kDay);
  EXPECT_EQ(*store.forget_old(), 1);
  EXPECT_EQ(store.get(dead).error().code, Errc::kNotFound);
  EXPECT_TRUE(store.get(waiting).has_value());
}

// ---- the runner ----------------------------------------------------------------------------------------------------

class RunnerTest : public JobsTest {
 protected:
  // The clock stands still while threads run.
  void run_until(JobRunner& runner, const std::function<bool()>& fulfilled) {
    runner.start();
    const std::int64_t deadline = monotonic_us() + 60 * kSecond;
    while (!fulfilled() && monotonic_us() < deadline)
      std::this_thread::yield();
    runner.stop();
    EXPECT_TRUE(fulfilled());
  }
  bool is(const std::string& id, State state) {
    const auto job = store.get(id);
    return job && job->state == state;
  }

  telemetry::Metrics metrics;
  telemetry::Logger log;
  RunnerOptions options{.threads = 2, .poll_us = 2'000, .lease_us = 30'000'000};
};

TEST_F(RunnerTest, EveryJobRunsInOneOfManyRunners) {
  std::mutex mutex;
  std::multiset<std::string> seen;
  const auto handler = [&](Running& running) -> Result<> {
    const std::lock_guard<std::mutex> lock(mutex);
    seen.insert(running.job().id);
    return ok();
  };
  std::set<std::string> ids;
  for (int i = 0; i < 30; ++i)
    ids.insert(add({.kind = "mend"}));
  JobRunner first(store, clock, log, metrics, options), second(store, clock, log, metrics, options);
  first.handle("mend", handler, 2);
  second.handle("mend", handler, 2);
  second.start();
  run_until(first, [&] { return std::ranges::all_of(ids, [&](const auto& id) { return is(id, State::kDone); }); });
  second.stop();
  EXPECT_EQ(seen.size(), ids.size()) << "each exactly once";
}

TEST_F(RunnerTest, AFailedJobWaitsAndAHopelessOneIsDead) {
  const std::string later = add({.kind = "later"}), never = add({.kind = "never"});
  JobRunner runner(store, clock, log, metrics, options);
  runner.handle("later", [](Running&) -> Result<> { return Error{Errc::kUnavailable, "away"}; });
  runner.handle("never", [](Running&) -> Result<> { return Error{Errc::kInvalidArgument, "wrong"}; });
  run_until(runner, [&] { return is(never, State::kDead) && get(later).error == "away"; });
  EXPECT_EQ(get(later).state, State::kQueued);
  EXPECT_NE(metrics.to_prometheus().find(R"(lf_queue_jobs_total{queue="never",outcome="dead"} 1)"), std::string::npos);
}

TEST_F(RunnerTest, AStopPutsTheJobBackAtItsPoint) {
  const std::string id = add({.kind = "long"});
  std::atomic<int> steps = 0;
  JobRunner runner(store, clock, log, metrics, options);
  runner.handle("long", [&](Running& running) -> Result<> {
    for (int i = 0;; ++i) {
      CLEW_CHECK(running.checkpoint({.point = std::to_string(i), .done_items = i}));
      ++steps;
    }
  });
  run_until(runner, [&] { return steps > 3; });
  const Job job = get(id);
  EXPECT_EQ(job.state, State::kQueued);
  EXPECT_EQ(job.attempts, 0);
  EXPECT_GE(job.done_items, 3);
}

TEST_F(RunnerTest, ASlotRunsOnceInAllProcessesAndIsMadeUpFor) {
  std::atomic<int> nights = 0;
  const auto handler = [&](Running&) -> Result<> {
    ++nights;
    return ok();
  };
  const auto two_runners = [&](int expected) {
    JobRunner first(store, clock, log, metrics, options), second(store, clock, log, metrics, options);
    for (JobRunner* runner : {&first, &second}) {
      runner->handle("night", handler);
      runner->every("night", kDay, 3 * 3'600 * kSecond);
    }
    second.start();
    run_until(first, [&] { return nights >= expected && store.state()->running == 0 && store.state()->queued == 0; });
    second.stop();
    EXPECT_EQ(nights, expected);
  };
  two_runners(1);
  two_runners(1);
  clock.advance(3 * kDay);
  two_runners(2);
}

}  // namespace
}  // namespace clew::jobs
