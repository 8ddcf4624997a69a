// The operator's view over real parts: dead letters that are replayed once, meters that tell stores that are away.
#include <algorithm>
#include <filesystem>
#include <future>

#include <fmt/format.h>
#include <gtest/gtest.h>

#include "analytics/forwarding_engine.h"
#include "analytics/testing.h"
#include "auth/audit.h"
#include "base/text.h"
#include "ingest/enrich/model_definition.h"
#include "ingest/intake/intake.h"
#include "ingest/intake/record.h"
#include "ingest/log/segment_log.h"
#include "ingest/worker/worker.h"
#include "meta/testing/databases.h"
#include "operations/dead_letter_desk.h"
#include "operations/metered_stores.h"
#include "operations/observer.h"

namespace clew::operations {
namespace {

using ingest::DeadLetters;
using ingest::Door;
using ingest::SegmentLog;

// Refuses blocks that hold a word, until told otherwise.
class PickyEngine final : public analytics::ForwardingEngine {
 public:
  using ForwardingEngine::ForwardingEngine;

  Result<analytics::Rows> select(std::string_view name, std::string_view sql, const analytics::Params& params,
                                 const analytics::QueryLimits& limits) override {
    if (away) return Error{Errc::kUnavailable, "the store is away"};
    return inner().select(name, sql, params, limits);
  }
  Result<> finish_insert(std::string_view, const analytics::NativeBlock& block,
                         analytics::PendingInsert& insert) override {
    if (is_picky && block.finish().find("POISON") != std::string::npos) {
      return Error{Errc::kInvalidArgument, "the store refuses this row"};
    }
    return insert.finish();
  }

  std::atomic<bool> is_picky = true, away = false;
};

class Operations : public testing::Test {
 protected:
  static void SetUpTestSuite() { store_ = new analytics::TestEngine; }
  static void TearDownTestSuite() {
    delete store_;
    store_ = nullptr;
  }

  Operations() {
    auto models = ingest::ModelCatalog::create(ingest::builtin_model_prices(), nullptr, clock_);
    models_ = *std::move(models);
    log_ = *SegmentLog::open({.dir = dir_.path() / "log", .disk_free_bytes_min = 0, .disk_free_share_min = 0}, clock_);
    worker_ = std::make_unique<ingest::IngestWorker>(
        *log_, log_->acknowledged(), engine_, *models_, letters_, tombstones_, progress_, clock_, telemetry::Logger{},
        metrics_, ingest::WorkerOptions{.flush_interval_us_min = 1'000, .retry_us_min = 1'000});
    worker_->start();
    desk_ = std::make_unique<DeadLetterDesk>(letters_, *log_, *database_, clock_, telemetry::Logger{}, metrics_);
    must("INSERT INTO organizations (id, name, metadata, created_at, updated_at) VALUES ('o1', 'o1', '{}', 0, 0)");
    must("INSERT INTO projects (id, organization_id, name, metadata, created_at, updated_at) VALUES ('" + project_ +
         "', 'o1', 'one', '{}', 0, 0)");
  }
  ~Operations() override { worker_->stop(); }

  void must(const std::string& sql) {
    const auto done = database_->run(sql);
    CLEW_ASSERT(done.has_value(), done.error().message.c_str());
  }
  std::int64_t audit_rows(const std::string& action) {
    return database_->run("SELECT count(*) FROM audit_log WHERE action = $1 AND project_id = $2", {action, project_})
        ->integer(0, 0);
  }

  void send(const std::string& span_id, const std::string& name) {
    const std::string body =
        R"({"resourceSpans":[{"scopeSpans":[{"spans":[{"traceId":"0af7651916cd43dd8448eb211c80319c","spanId":")" +
        span_id + R"(","name":")" + name +
        R"(","startTimeUnixNano":"1700000000000000000","endTimeUnixNano":"1700000001000000000"}]}]}]})";
    ingest::RequestContext context{.project_id = project_, .door = Door::kOtlpJson, .received_at_us = clock_.now_us()};
    auto batch = ingest::decode(body, context);
    ASSERT_TRUE(batch);
    std::promise<bool> stored;
    ingest::Intake(*log_, &ledger_).accept(*std::move(batch), body, [&](const Result<>& done) {
      stored.set_value(done.has_value());
    });
    ASSERT_TRUE(stored.get_future().get());
  }
  void settle() { worker_->drain(30'000); }
  std::vector<ingest::LogPosition> all() {
    std::vector<ingest::LogPosition> out;
    for (const auto& letter : *letters_.list())
      out.push_back(letter.position);
    return out;
  }
  std::string value(const std::string& what) {
    const auto rows = (**store_).select(
        "test", "SELECT toString(" + what + ") FROM observations FINAL WHERE project_id = {project_id:String}",
        analytics::Params(project_));
    EXPECT_TRUE(rows) << rows.error().message;
    return rows && !rows->empty() ? std::string(rows->text(0, 0)) : "";
  }

  static inline analytics::TestEngine* store_ = nullptr;
  meta::testing::TemporaryFolder dir_;
  meta::testing::TemporaryDatabase database_;
  SystemClock clock_;
  telemetry::Metrics metrics_;
  ingest::IntakeLedger ledger_{metrics_, telemetry::Logger{}, clock_};
  ingest::IngestProgress progress_;
  PickyEngine engine_{**store_};
  DeadLetters letters_{dir_.path() / "letters"};
  ingest::Tombstones tombstones_{engine_, clock_};
  std::string project_ = "p-" + text::random_hex(6);
  std::unique_ptr<ingest::ModelCatalog> models_;
  std::unique_ptr<SegmentLog> log_;
  std::unique_ptr<ingest::IngestWorker> worker_;
  std::unique_ptr<DeadLetterDesk> desk_;
};

constexpr int kLetters = 60;

TEST_F(Operations, ReplayedLettersAreAppliedOnceEachAndAudited) {
  for (int i = 0; i < kLetters; ++i)
    send(fmt::format("{:016x}", i + 1), "POISON");
  settle();
  ASSERT_EQ(letters_.totals().letters, static_cast<std::uint64_t>(kLetters));
  EXPECT_EQ(value("count()"), "0");

  engine_.is_picky = false;
  const auto outcome = desk_->replay(all(), {.type = "USER", .id = "u1"});
  ASSERT_TRUE(outcome) << outcome.error().message;
  EXPECT_EQ(outcome->done, static_cast<std::uint64_t>(kLetters));
  EXPECT_EQ(outcome->failed, 0U);
  settle();
  EXPECT_EQ(letters_.totals().letters, 0U);
  EXPECT_EQ(value("count()"), std::to_string(kLetters));
  EXPECT_EQ(value("uniqExact(span_id)"), std::to_string(kLetters));
  EXPECT_EQ(audit_rows("replay"), kLetters);
  const auto verdict = auth::verify_audit(*database_);
  ASSERT_TRUE(verdict);
  EXPECT_FALSE(verdict->first_bad);
}

TEST_F(Operations, AReplayNeverOverwritesWhatCameLater) {
  send("00000000000000aa", "POISON");
  settle();
  ASSERT_EQ(letters_.totals().letters, 1U);
  send("00000000000000aa", "sent again, mended");
  settle();
  engine_.is_picky = false;
  ASSERT_TRUE(desk_->replay(all(), {}));
  settle();
  EXPECT_EQ(value("count()"), "1");
  EXPECT_EQ(value("any(name)"), "sent again, mended");
}

TEST_F(Operations, WhatFailsAgainComesBackWithOneMoreAttempt) {
  send("00000000000000bb", "POISON");
  settle();
  const auto first = all();
  ASSERT_EQ(first.size(), 1U);
  ASSERT_TRUE(desk_->replay(first, {}));
  settle();
  const auto again = letters_.list();
  ASSERT_EQ(again->size(), 1U);
  EXPECT_EQ(again->front().attempts, 2U);
  EXPECT_EQ(again->front().replay_of, first.front());
  EXPECT_EQ(again->front().project_id, project_);
  engine_.is_picky = false;
  ASSERT_TRUE(desk_->replay(all(), {}));
  settle();
  EXPECT_EQ(value("count()"), "1");
}

TEST_F(Operations, DiscardingAndOpeningAreAuditedAndOpeningNeedsTheBody) {
  send("00000000000000cc", "POISON");
  settle();
  const auto position = all().front();
  const auto body = desk_->open(position, "the sender asked for help", {.type = "USER", .id = "u1"});
  ASSERT_TRUE(body);
  EXPECT_TRUE(body->starts_with(R"({"resourceSpans")"));
  EXPECT_EQ(audit_rows("open"), 1);
  const auto outcome = desk_->discard({position, 12345}, {.type = "USER", .id = "u1"});
  ASSERT_TRUE(outcome);
  EXPECT_EQ(outcome->done, 1U);
  EXPECT_EQ(outcome->failed, 1U);
  EXPECT_EQ(audit_rows("discard"), 1);
  EXPECT_EQ(letters_.totals().letters, 0U);
  settle();
  EXPECT_EQ(value("count()"), "0");
}

TEST_F(Operations, WithoutTheAuditTrailNothingHappens) {
  send("00000000000000dd", "POISON");
  settle();
  must("UPDATE audit_head SET hash = hash");  // the trail is there
  must("DELETE FROM audit_head");
  EXPECT_FALSE(desk_->discard(all(), {}));
  EXPECT_FALSE(desk_->replay(all(), {}));
  EXPECT_FALSE(desk_->open(all().front(), "because", {}));
  EXPECT_EQ(letters_.totals().letters, 1U);
}

TEST_F(Operations, TheObserverTellsLagStoresAndStorage) {
  QueryBook book(metrics_, clock_);
  auto inner = std::make_unique<PickyEngine>(**store_);
  PickyEngine& picky = *inner;
  MeteredEngine metered(std::move(inner), book, metrics_);
  Observer observer({.log = *log_,
                     .progress = progress_,
                     .ledger = ledger_,
                     .dead_letters = letters_,
                     .engine = metered,
                     .database = *database_,
                     .book = book,
                     .metrics = metrics_,
                     .clock = clock_,
                     .data_dir = dir_.path()});
  EXPECT_FALSE(observer.has_events_within(60'000'000) && ledger_.accepted_items() == 0);
  send("00000000000000ee", "fine");
  settle();
  observer.step();
  const auto points = observer.history().since(0, 100);
  ASSERT_EQ(points.size(), 1U);
  EXPECT_GT(points.front().accepted_per_second, 0);
  EXPECT_GT(points.front().visible_per_second, 0);
  EXPECT_GT(points.front().resident_bytes, 0U);
  EXPECT_TRUE(observer.has_events_within(60'000'000));
  EXPECT_TRUE(observer.stores_down().empty());
  picky.away = true;
  observer.step();
  EXPECT_EQ(observer.stores_down(), std::vector<std::string>{"analytics"});
  EXPECT_NE(metrics_.to_prometheus().find("lf_store_up{store=\"analytics\"} 0"), std::string::npos);
  picky.away = false;
  observer.step();
  EXPECT_TRUE(observer.stores_down().empty());

  const auto report = observer.storage().report(0);
  ASSERT_TRUE(report) << report.error().message;
  const auto mine = std::ranges::find(report->projects, project_, &ProjectStorage::project_id);
  ASSERT_NE(mine, report->projects.end());
  EXPECT_EQ(mine->name, "one");
  EXPECT_EQ(mine->observations, 1U);
  std::uint64_t tables = 0, projects = 0;
  for (const auto& table : report->tables)
    tables += table.bytes;
  for (const auto& project : report->projects)
    projects += project.estimated_bytes;
  EXPECT_GT(projects, 0U);
  EXPECT_LE(projects, tables);  // shares of what is there, never more
}

TEST(QueryBook, KnowsSlowStatementsWithoutTheirText) {
  telemetry::Metrics metrics;
  const FakeClock clock(1'000'000);
  QueryBook book(metrics, clock, 500'000);
  const Error late{Errc::kDeadlineExceeded, "SELECT secret"};
  book.note("analytics", "select", "list_traces", "p1", 20'000, nullptr);
  book.note("analytics", "select", "list_traces", "p1", 900'000, &late);
  const auto slow = book.slow();
  ASSERT_EQ(slow.size(), 1U);
  EXPECT_EQ(slow.front().name, "list_traces");
  EXPECT_EQ(slow.front().outcome, "timeout");
  EXPECT_TRUE(book.is_up("analytics"));  // too slow is not away
  const auto statements = book.statements();
  ASSERT_EQ(statements.size(), 1U);
  EXPECT_EQ(statements.front().calls, 2U);
  EXPECT_EQ(statements.front().failures, 1U);
  EXPECT_EQ(metrics.to_prometheus().find("secret"), std::string::npos);
}

TEST(HistoryTest, ThinningKeepsTheWorst) {
  History history;
  for (int i = 0; i < 100; ++i) {
    history.add({.time_us = i, .accepted_per_second = 10, .backlog_records = i == 57 ? 1'000U : 1U});
  }
  const auto few = history.since(50, 5);
  EXPECT_LE(few.size(), 5U);
  std::uint64_t worst = 0;
  for (const auto& point : few) {
    worst = std::max(worst, point.backlog_records);
    EXPECT_DOUBLE_EQ(point.accepted_per_second, 10);
  }
  EXPECT_EQ(worst, 1'000U);
  for (std::size_t i = 0; i < 2 * History::kPointsMax; ++i)
    history.add({.time_us = 1'000 + static_cast<TimeUs>(i)});
  EXPECT_EQ(history.since(0, 0).size(), History::kPointsMax);
}

}  // namespace
}  // namespace clew::operations
