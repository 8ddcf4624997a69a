// Who gets a place, who waits, who is turned away.
#include "analytics/read_line.h"

#include <chrono>
#include <future>
#include <optional>
#include <thread>

#include <gtest/gtest.h>

#include "analytics/admitted_engine.h"
#include "analytics/testing.h"
#include "base/cancellation.h"
#include "base/time.h"

namespace clew::analytics {
namespace {

using std::chrono::seconds;

// Waits for a fact that another thread brings about.
template <class Fact>
[[nodiscard]] bool comes_true(const Fact& fact) {
  const auto deadline = std::chrono::steady_clock::now() + seconds(20);
  while (!fact()) {
    if (std::chrono::steady_clock::now() > deadline) return false;
    std::this_thread::yield();
  }
  return true;
}

// One reader in line on a thread of its own; it waits and keeps its place until it is told to leave.
class Reader {
 public:
  Reader(ReadLine& line, std::string name, std::string project, std::optional<Served> served = {})
      : thread_([this, &line, name = std::move(name), project = std::move(project), served]() mutable {
          auto place = line.enter(name, project, client_.get_token(), served ? &*served : nullptr);
          if (!place) code_ = place.error().code;
          state_ = place ? State::kInside : State::kRefused;
          if (place) leave_.get_future().wait();
        }) {}
  ~Reader() { leave(); }
  Reader(const Reader&) = delete;
  Reader& operator=(const Reader&) = delete;

  bool is_inside() const { return state_ == State::kInside; }
  bool is_refused() const { return state_ == State::kRefused; }
  Errc code() const { return code_; }
  void leave() {
    if (!thread_.joinable()) return;
    client_.request_stop();
    leave_.set_value();
    thread_.join();
  }

 private:
  enum class State { kWaiting, kInside, kRefused };
  std::atomic<State> state_ = State::kWaiting;
  std::atomic<Errc> code_ = Errc::kInternal;
  std::stop_source client_;
  std::promise<void> leave_;
  std::thread thread_;
};

TEST(ReadLine, TheSecondWaitsUntilTheFirstLeaves) {
  telemetry::Metrics metrics;
  ReadLine line({.places = 1, .guests = 0}, metrics);
  Reader first(line, "list", "p");
  ASSERT_TRUE(comes_true([&] { return first.is_inside(); }));
  Reader second(line, "list", "p");
  ASSERT_TRUE(comes_true([&] { return line.waiting() == 1; }));
  EXPECT_FALSE(second.is_inside());
  first.leave();
  EXPECT_TRUE(comes_true([&] { return second.is_inside(); }));
}

TEST(ReadLine, AFullLineRefusesAtOnce) {
  telemetry::Metrics metrics;
  ReadLine line({.places = 1, .guests = 0, .waiting_max = 1}, metrics);
  Reader first(line, "list", "p");
  ASSERT_TRUE(comes_true([&] { return first.is_inside(); }));
  Reader second(line, "list", "p");
  ASSERT_TRUE(comes_true([&] { return line.waiting() == 1; }));
  const auto third = line.enter("list", "p", {});
  ASSERT_FALSE(third);
  EXPECT_EQ(third.error().code, Errc::kOverloaded);
  EXPECT_NE(metrics.to_prometheus().find("lf_read_refused_total{reason=\"line_full\"} 1"), std::string::npos);
}

TEST(ReadLine, WhoWaitsTooLongIsRefused) {
  telemetry::Metrics metrics;
  ReadLine line({.places = 1, .guests = 0, .wait_ms_max = 1}, metrics);
  Reader first(line, "list", "p");
  ASSERT_TRUE(comes_true([&] { return first.is_inside(); }));
  const auto second = line.enter("list", "p", {});
  ASSERT_FALSE(second);
  EXPECT_EQ(second.error().code, Errc::kOverloaded);
  EXPECT_EQ(line.waiting(), 0);
}

TEST(ReadLine, AShortStatementOvertakesALongOneThatCameBefore) {
  telemetry::Metrics metrics;
  ReadLine line({.places = 1, .guests = 0}, metrics);
  line.learn("search", "p", 2'000'000);
  Reader first(line, "list", "p");
  ASSERT_TRUE(comes_true([&] { return first.is_inside(); }));
  Reader slow(line, "search", "p");
  ASSERT_TRUE(comes_true([&] { return line.waiting() == 1; }));
  Reader quick(line, "list", "p");
  ASSERT_TRUE(comes_true([&] { return line.waiting() == 2; }));
  first.leave();
  ASSERT_TRUE(comes_true([&] { return quick.is_inside(); }));
  EXPECT_FALSE(slow.is_inside());
  quick.leave();
  EXPECT_TRUE(comes_true([&] { return slow.is_inside(); }));
}

// A list is six short statements: it lines up once.
TEST(ReadLine, ALaterStatementOfARequestComesBeforeOneThatWasAskedAfterIt) {
  telemetry::Metrics metrics;
  ReadLine line({.places = 1, .guests = 0}, metrics);
  Reader first(line, "list", "p");
  ASSERT_TRUE(comes_true([&] { return first.is_inside(); }));
  const std::int64_t now = monotonic_us();
  Reader newer(line, "list", "p", Served{.since_us = now});
  ASSERT_TRUE(comes_true([&] { return line.waiting() == 1; }));
  Reader older(line, "list", "p", Served{.since_us = now - 1'000'000, .used_us = 30'000});
  ASSERT_TRUE(comes_true([&] { return line.waiting() == 2; }));
  first.leave();
  ASSERT_TRUE(comes_true([&] { return older.is_inside(); }));
  EXPECT_FALSE(newer.is_inside());
}

// A search is many short statements, too.
TEST(ReadLine, ARequestThatHasUsedMuchWaitsForOneThatHasNot) {
  telemetry::Metrics metrics;
  ReadLine line({.places = 1, .guests = 0}, metrics);
  Reader first(line, "text", "p");
  ASSERT_TRUE(comes_true([&] { return first.is_inside(); }));
  const std::int64_t now = monotonic_us();
  Reader heavy(line, "text", "p", Served{.since_us = now - 1'000'000, .used_us = 1'000'000});
  ASSERT_TRUE(comes_true([&] { return line.waiting() == 1; }));
  Reader light(line, "text", "p", Served{.since_us = now});
  ASSERT_TRUE(comes_true([&] { return line.waiting() == 2; }));
  first.leave();
  ASSERT_TRUE(comes_true([&] { return light.is_inside(); }));
  EXPECT_FALSE(heavy.is_inside());
}

TEST(ReadLine, WhatAPlaceTookIsAddedToItsRequest) {
  telemetry::Metrics metrics;
  ReadLine line({}, metrics);
  const CancellationScope scope{std::stop_token()};
  const std::int64_t before = monotonic_us();
  {
    const auto place = line.enter("list", "p", {}, current_served());
    ASSERT_TRUE(place);
    while (monotonic_us() < before + 2'000)
      std::this_thread::yield();
  }
  EXPECT_GT(current_served()->used_us, 1'000);
  EXPECT_GE(before, current_served()->since_us);
}

TEST(ReadLine, LongStatementsLeaveAPlaceForShortOnes) {
  telemetry::Metrics metrics;
  ReadLine line({.places = 2, .long_places = 1, .guests = 0}, metrics);
  line.learn("search", "p", 2'000'000);
  Reader slow(line, "search", "p"), other(line, "search", "p");
  ASSERT_TRUE(comes_true([&] { return line.running() == 1 && line.waiting() == 1; }));
  Reader quick(line, "list", "p");
  EXPECT_TRUE(comes_true([&] { return quick.is_inside(); }));
  EXPECT_EQ(line.waiting(), 1);
}

TEST(ReadLine, OneProjectCannotTakeAllPlaces) {
  telemetry::Metrics metrics;
  ReadLine line({.places = 2, .guests = 1}, metrics);
  Reader a(line, "list", "greedy"), b(line, "list", "greedy"), c(line, "list", "greedy"), d(line, "list", "greedy");
  ASSERT_TRUE(comes_true([&] { return line.running() == 2 && line.waiting() == 2; }));
  Reader guest(line, "list", "modest");
  EXPECT_TRUE(comes_true([&] { return guest.is_inside(); }));
  EXPECT_EQ(line.waiting(), 2);
}

TEST(ReadLine, TheProjectWithFewerAtWorkIsNext) {
  telemetry::Metrics metrics;
  ReadLine line({.places = 2, .guests = 0}, metrics);
  Reader a(line, "list", "greedy");
  ASSERT_TRUE(comes_true([&] { return a.is_inside(); }));
  Reader b(line, "list", "greedy");
  ASSERT_TRUE(comes_true([&] { return b.is_inside(); }));
  Reader c(line, "list", "greedy");
  ASSERT_TRUE(comes_true([&] { return line.waiting() == 1; }));
  Reader modest(line, "list", "modest");
  ASSERT_TRUE(comes_true([&] { return line.waiting() == 2; }));
  a.leave();
  EXPECT_TRUE(comes_true([&] { return modest.is_inside(); }));
  EXPECT_FALSE(c.is_inside());
}

TEST(ReadLine, OneProjectCannotFillTheLine) {
  telemetry::Metrics metrics;
  ReadLine line({.places = 1, .guests = 0, .waiting_max = 3, .waiting_per_project_max = 1}, metrics);
  Reader a(line, "list", "greedy");
  ASSERT_TRUE(comes_true([&] { return a.is_inside(); }));
  Reader b(line, "list", "greedy");
  ASSERT_TRUE(comes_true([&] { return line.waiting() == 1; }));
  EXPECT_FALSE(line.enter("list", "greedy", {}));
  Reader modest(line, "list", "modest");
  EXPECT_TRUE(comes_true([&] { return line.waiting() == 2; }));
}

TEST(ReadLine, WhoLeavesWhileWaitingIsOutOfTheLine) {
  telemetry::Metrics metrics;
  ReadLine line({.places = 1, .guests = 0}, metrics);
  Reader first(line, "list", "p");
  ASSERT_TRUE(comes_true([&] { return first.is_inside(); }));
  Reader second(line, "list", "p");
  ASSERT_TRUE(comes_true([&] { return line.waiting() == 1; }));
  second.leave();
  ASSERT_TRUE(comes_true([&] { return second.is_refused(); }));
  EXPECT_EQ(second.code(), Errc::kCancelled);
  EXPECT_EQ(line.waiting(), 0);
}

TEST(AdmittedEngine, OnlyReadsWaitNeverWhatIngestionDoes) {
  TestEngine store;
  telemetry::Metrics metrics;
  ReadLine line({.places = 1, .guests = 0, .wait_ms_max = 1}, metrics);
  AdmittedEngine reads(*store, line, {}, metrics);
  Reader busy(line, "list", "p");
  ASSERT_TRUE(comes_true([&] { return busy.is_inside(); }));
  const auto refused = reads.select("list", "SELECT 1", Params("p"));
  ASSERT_FALSE(refused);
  EXPECT_EQ(refused.error().code, Errc::kOverloaded);
  EXPECT_TRUE(store->select("read_merge_states", "SELECT 1", Params("p")));
  EXPECT_TRUE(reads.execute("delete", "ALTER TABLE scores DELETE WHERE project_id = {project_id:String}", Params("p")));
}

TEST(AdmittedEngine, AStatementMayUseNoMoreMemoryThanItsShare) {
  TestEngine store;
  telemetry::Metrics metrics;
  ReadLine line({}, metrics);
  AdmittedEngine reads(*store, line, {.memory_bytes_each = 8 << 20}, metrics);
  const auto rows =
      reads.select("group", "SELECT length(groupArray(toString(number))) FROM numbers(5000000)", Params("p"));
  ASSERT_FALSE(rows);
  EXPECT_EQ(rows.error().code, Errc::kTooLarge);
}

}  // namespace
}  // namespace clew::analytics
