// Spans that come again, and spans that messages of the JSON door speak about too: one row, whatever the order.
#include "ingest/worker/repeats.h"

#include <thread>

#include <fmt/format.h>
#include <gtest/gtest.h>

#include "ingest/worker/testing.h"

namespace clew::ingest {
namespace {

// ---- spans that come again -----------------------------------------------------------------------------------------

class RepeatedSpans : public Worker {
 protected:
  static std::string version(const std::string& start, const std::string& end, const std::string& name,
                             const std::string& attributes = "") {
    return R"({"resourceSpans":[{"scopeSpans":[{"spans":[{"traceId":"0af7651916cd43dd8448eb211c80319c",)"
           R"("spanId":"00f067aa0ba902b7","name":")" +
           name + R"(","startTimeUnixNano":")" + start + "\"" +
           (end.empty() ? "" : R"(,"endTimeUnixNano":")" + end + "\"") + R"(,"attributes":[)" + attributes + "]}]}]}]}";
  }
  // What a reader sees, whatever the store has merged so far.
  analytics::Rows seen() { return rows("name, start_time, end_time, created_at, input_preview", "observations"); }
};
constexpr const char* kEarly = "1700000000000000000";
constexpr const char* kLate = "1700000005000000000";
constexpr const char* kOtherMonth = "1710000000000000000";
constexpr const char* kEnd = "1710000001000000000";

TEST_F(RepeatedSpans, AnotherStartTimeMovesTheRow) {
  for (const char* start : {kLate, kEarly, kOtherMonth, kLate}) {
    send(Door::kOtlpJson, version(start, kEnd, "step"));
    settle();
    const auto narrow = seen();
    ASSERT_EQ(narrow.size(), 1U) << start;
    EXPECT_EQ(narrow.time(0, 1), std::stoll(start) / 1'000);
  }
  EXPECT_EQ(rows("span_id", "payloads").size(), 0U);
}

TEST_F(RepeatedSpans, AnotherStartTimeMovesTheRowAlsoAfterARestartAndInOneFlush) {
  send(Door::kOtlpJson, version(kLate, kEnd, "first"));
  settle();
  const TimeUs created = seen().time(0, 3);
  stop();
  start();
  engine_.failures = 2;  // so that both are in one flush
  send(Door::kOtlpJson, version(kEarly, kLate, "second"));
  send(Door::kOtlpJson, version(kOtherMonth, kEnd, "third"));
  settle();
  const auto narrow = seen();
  ASSERT_EQ(narrow.size(), 1U);
  EXPECT_EQ(narrow.text(0, 0), "third");
  EXPECT_EQ(narrow.time(0, 3), created) << "the first time it was received";
}

TEST_F(RepeatedSpans, AnotherStartTimeMovesTheRowAlsoWhileTheFirstIsBeingInserted) {
  engine_.hold();
  send(Door::kOtlpJson, span("00f067aa0ba902b7", "", "1700000000000000000"));
  engine_.wait_for_arrival();
  send(Door::kOtlpJson, span("00f067aa0ba902b7", "", "1700000001000000000"));
  engine_.release();
  settle();
  EXPECT_EQ(rows("start_time", "observations").size(), 1U);
}

TEST_F(RepeatedSpans, ACompleteVersionWinsOverALaterOneWithoutEnd) {
  send(Door::kOtlpJson, version(kEarly, "", "running", attribute("input.value", "question")));
  settle();
  EXPECT_EQ(seen().text(0, 0), "running");
  send(Door::kOtlpJson, version(kEarly, kLate, "done"));
  send(Door::kOtlpJson, version(kLate, "", "running again"));
  settle();
  send(Door::kOtlpJson, version(kEarly, "", "running again"));
  settle();
  const auto narrow = seen();
  ASSERT_EQ(narrow.size(), 1U);
  EXPECT_EQ(narrow.text(0, 0), "done");
  EXPECT_EQ(narrow.time(0, 2), std::stoll(kLate) / 1'000);
  EXPECT_EQ(narrow.text(0, 4), "");
  EXPECT_EQ(rows("input", "payloads").text(0, 0), "") << "the text of the version that lost is gone too";
}

// ---- one record, both doors ----------------------------------------------------------------------------------------

class BothDoors : public RepeatedSpans {
 protected:
  static constexpr const char* kId = R"("id":"00f067aa0ba902b7")";
  static constexpr const char* kTrace = R"("traceId":"0af7651916cd43dd8448eb211c80319c")";
  // The span ends at 22:13:25, between the two.
  static constexpr const char* kBefore = "2023-11-14T22:13:22Z";
  static constexpr const char* kAfter = "2023-11-14T22:14:00Z";

  void say(const std::string& type, const char* time, const std::string& fields) {
    send(Door::kEventBatch, event(type, time, std::string("{") + kId + "," + fields + "}"));
  }
  void send_span(const std::string& name = "span") {
    send(Door::kOtlpJson,
         version(kEarly, kLate, name,
                 attribute("langfuse.observation.type", "generation") + "," +
                     attribute("langfuse.observation.model.name", "gpt-4o") + "," +
                     attribute("langfuse.observation.usage_details", R"({"input":1000,"output":500})") + "," +
                     attribute("langfuse.observation.metadata.a", "from the span") + "," +
                     attribute("langfuse.observation.output", "answer") + "," + attribute("user.id", "u-1")));
  }
  void again() {  // after a restart, from what is stored
    stop();
    start();
  }

  struct Shown {
    std::string name, type, level, user, a, b, status, output;
    std::int64_t tokens = 0, cost = 0, rows = 0;
    friend bool operator==(const Shown&, const Shown&) = default;
    friend void PrintTo(const Shown& s, std::ostream* out) {
      *out << fmt::format("{} {} {} {} a={} b={} status={} output={} {} {} rows={}", s.name, s.type, s.level, s.user,
                          s.a, s.b, s.status, s.output, s.tokens, s.cost, s.rows);
    }
  };
  Shown shown() {
    const auto row = rows(
        "name, type, level, user_id, metadata['a'], metadata['b'], status_message, output_preview, total_tokens, "
        "total_cost",
        "observations");
    if (row.empty()) return {};
    return {.name = std::string(row.text(0, 0)),
            .type = std::string(row.text(0, 1)),
            .level = std::string(row.text(0, 2)),
            .user = std::string(row.text(0, 3)),
            .a = std::string(row.text(0, 4)),
            .b = std::string(row.text(0, 5)),
            .status = std::string(row.text(0, 6)),
            .output = std::string(row.text(0, 7)),
            .tokens = row.integer(0, 8),
            .cost = row.decimal(0, 9),
            .rows = static_cast<std::int64_t>(row.size())};
  }
  // What say_later() and send_span() make of it, in whatever order.
  void say_later() {
    say("generation-update", kAfter,
        std::string(kTrace) +
            R"(,"level":"ERROR","name":null,"metadata":{"b":"from the event"},"statusMessage":"late")");
  }
  const Shown later_ = {"",       "GENERATION", "ERROR",       "u-1", "from the span", "from the event", "late",
                        "answer", 1500,         7'500'000'000, 1};
};

TEST_F(BothDoors, AnEventChangesTheFieldsItNamesOfASpanThatIsThere) {
  send_span();
  settle();
  say_later();
  settle();
  EXPECT_EQ(shown(), later_);
  EXPECT_EQ(rows("output", "payloads").text(0, 0), "answer");
}

TEST_F(BothDoors, TheOrderOfTheDoorsDoesNotMatter) {
  say_later();
  settle();
  send_span();
  settle();
  EXPECT_EQ(shown(), later_);
}

TEST_F(BothDoors, NorDoesARestartInBetweenOrARepetition) {
  send_span();
  settle();
  again();
  say_later();
  settle();
  again();
  send_span();
  settle();
  EXPECT_EQ(shown(), later_);
}

TEST_F(BothDoors, BothInOneFlush) {
  engine_.failures = 2;
  send_span("first");
  say_later();
  send_span();
  settle();
  EXPECT_EQ(shown(), later_);
}

TEST_F(BothDoors, AnOlderEventOnlyFillsIn) {
  send_span();
  settle();
  say("span-create", kBefore,
      std::string(kTrace) + R"(,"name":"old","output":"old","statusMessage":"early","metadata":{"a":"old","b":"old"})");
  settle();
  EXPECT_EQ(shown(), (Shown{"span", "GENERATION", "DEFAULT", "u-1", "from the span", "old", "early", "answer", 1500,
                            7'500'000'000, 1}));
  EXPECT_EQ(rows("output", "payloads").text(0, 0), "answer");
}

TEST_F(BothDoors, AnEventWithoutTraceMeansTheSpanOfItsId) {
  say("generation-update", kAfter, R"("level":"ERROR")");
  settle();
  EXPECT_EQ(rows("trace_id", "observations").text(0, 0), "00f067aa0ba902b7") << "nobody has named a trace yet";
  again();
  send_span();
  settle();
  EXPECT_EQ(shown().level, "ERROR");
  EXPECT_EQ(shown().rows, 1);
  EXPECT_EQ(rows("trace_id", "observations").text(0, 0), "0af7651916cd43dd8448eb211c80319c");
  say("generation-update", kAfter, R"("statusMessage":"more")");
  settle();
  EXPECT_EQ(shown().status, "more");
  EXPECT_EQ(shown().rows, 1);
}

TEST_F(BothDoors, AnotherTracesSpanOfTheSameIdIsAnotherSpan) {
  send_span();
  settle();
  say("span-create", kAfter, R"("traceId":"another","name":"theirs")");
  settle();
  const auto stored = rows("trace_id, name", "observations");
  ASSERT_EQ(stored.size(), 2U);
  EXPECT_EQ(shown().rows, 2);
}

TEST_F(BothDoors, AnotherProjectsEventDoesNotTouchTheSpan) {
  send_span();
  settle();
  const std::string mine = std::exchange(project_, "other-" + project_);
  say_later();
  settle();
  EXPECT_EQ(shown().tokens, 0) << "nothing of my span is theirs";
  project_ = mine;
  EXPECT_EQ(shown().name, "span");
}

TEST_F(BothDoors, ACrashBetweenTheRowsAndTheirStateLeavesTheSpanWhole) {
  send_span();
  settle();
  for (int inserts = 0; inserts < 4; ++inserts) {
    say("generation-update", kAfter, std::string(kTrace) + R"(,"name":"said )" + std::to_string(inserts) + "\"");
    engine_.lost_answers = 1;  // stored, but not known to be
    settle();
    again();
  }
  say("generation-update", kBefore, std::string(kTrace) + R"(,"output":"old","statusMessage":"early")");
  settle();
  const Shown now = shown();
  EXPECT_EQ(now.name, "said 3");
  EXPECT_EQ(now.output, "answer");
  EXPECT_EQ(now.status, "early");
  EXPECT_EQ(now.tokens, 1500);
}

TEST_F(RepeatedSpans, AnotherProjectsSpanOfTheSameIdsStays) {
  send(Door::kOtlpJson, version(kEarly, kLate, "mine"));
  const std::string mine = std::exchange(project_, "other-" + project_);
  send(Door::kOtlpJson, version(kLate, "", "theirs"));
  settle();
  EXPECT_EQ(seen().text(0, 0), "theirs");
  project_ = mine;
  ASSERT_EQ(seen().size(), 1U);
  EXPECT_EQ(seen().text(0, 0), "mine");
}

TEST_F(RepeatedSpans, TheEngineHashesIdentitiesAsWeDo) {
  for (int length = 0; length < 20; ++length) {
    const std::string trace(static_cast<std::size_t>(length), 'x'), span = "ü" + std::to_string(length);
    analytics::Params params("p");
    params.text("trace", trace).text("span", span);
    const auto theirs = (**store_).select("hash",
                                          fmt::format("SELECT {} FROM (SELECT {{project_id:String}} AS project_id, "
                                                      "{{trace:String}} AS trace_id, {{span:String}} AS span_id)",
                                                      kSpanHashSql),
                                          params);
    ASSERT_TRUE(theirs) << theirs.error().message;
    EXPECT_EQ(static_cast<std::uint64_t>(theirs->integer(0, 0)), span_hash("p", trace, span)) << length;
  }
}

TEST_F(RepeatedSpans, TheFilterNeverForgetsAndRarelyErrs) {
  SpanFilter filter(**store_, {});
  filter.load();
  while (!filter.is_loaded())
    std::this_thread::yield();
  int wrong = 0;
  for (int i = 0; i < 200'000; ++i)
    wrong += filter.add(span_hash("f", "t", std::to_string(i))) ? 1 : 0;
  EXPECT_LT(wrong, 200);
  for (int i = 0; i < 200'000; ++i)
    ASSERT_TRUE(filter.add(span_hash("f", "t", std::to_string(i))));
}

}  // namespace
}  // namespace clew::ingest
