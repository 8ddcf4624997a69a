// From accepted requests to rows in the real store: once, whole, in order, whatever fails in between.
#include "ingest/worker/worker.h"

#include <algorithm>
#include <chrono>
#include <filesystem>
#include <map>
#include <set>

#include <fmt/format.h>
#include <gtest/gtest.h>

#include "ingest/worker/testing.h"

namespace clew::ingest {
namespace {

TEST_F(Worker, AnOtlpSpanBecomesOneNarrowRowAndItsText) {
  send(Door::kOtlpJson,
       span("00f067aa0ba902b7", attribute("langfuse.observation.type", "generation") + "," +
                                    attribute("langfuse.observation.model.name", "gpt-4o") + "," +
                                    attribute("langfuse.observation.usage_details", R"({"input":1000,"output":500})") +
                                    "," + attribute("langfuse.observation.input", std::string(1000, 'i')) + "," +
                                    attribute("langfuse.observation.output", "answer")));
  settle();
  const auto narrow = rows(
      "span_id, type, model, total_tokens, total_cost, input_preview, input_length, output_preview", "observations");
  ASSERT_EQ(narrow.size(), 1U);
  EXPECT_EQ(narrow.text(0, 0), "00f067aa0ba902b7");
  EXPECT_EQ(narrow.text(0, 1), "GENERATION");
  EXPECT_EQ(narrow.integer(0, 3), 1500);
  EXPECT_EQ(narrow.decimal(0, 4), 7'500'000'000);
  EXPECT_EQ(narrow.text(0, 5).size(), 200U);
  EXPECT_EQ(narrow.integer(0, 6), 1000);
  const auto texts = rows("input, output", "payloads");
  ASSERT_EQ(texts.size(), 1U);
  EXPECT_EQ(texts.text(0, 0).size(), 1000U);
  EXPECT_EQ(texts.text(0, 1), "answer");
  EXPECT_EQ(progress_.version(project_), 1U);
}

TEST_F(Worker, TokensAreCountedAlsoWhenInputAndOutputComeApart) {
  const auto usage = [&] {
    const auto row = rows("toString(usage), toString(provided_usage)", "observations");
    EXPECT_EQ(row.text(0, 1), "{}") << "what marks usage as counted";
    return std::string(row.text(0, 0));
  };
  send(Door::kEventBatch, event("generation-create", "2026-01-01T00:00:00Z",
                                R"({"id":"g","traceId":"t","model":"gpt-4o","input":"Hello world"})"));
  settle();
  EXPECT_EQ(usage(), "{'input':2,'total':2}");
  send(Door::kEventBatch, event("generation-update", "2026-01-01T00:00:01Z", R"({"id":"g","output":"Hello"})"));
  settle();
  EXPECT_EQ(usage(), "{'input':2,'output':1,'total':3}") << "the input is read back from where it is stored";
  send(Door::kEventBatch, event("generation-update", "2026-01-01T00:00:02Z", R"({"id":"g","level":"ERROR"})"));
  settle();
  EXPECT_EQ(usage(), "{}") << "failed calls are not counted";
}

TEST_F(Worker, ACallAroundAnotherIsNotCountedByEitherDoor) {
  const auto call = [](const std::string& id, const std::string& parent) {
    return R"({"traceId":"0af7651916cd43dd8448eb211c80319c","spanId":")" + id + R"(","parentSpanId":")" + parent +
           R"(","name":")" + id + R"(","startTimeUnixNano":"1700000000000000000",)" +
           R"("endTimeUnixNano":"1700000001000000000","attributes":[)" +
           attribute("langfuse.observation.model.name", "gpt-4o") + "," +
           attribute("langfuse.observation.input", "Hello world") + "]}";
  };
  send(Door::kOtlpJson, R"({"resourceSpans":[{"scopeSpans":[{"spans":[)" +
                            call("00f067aa0ba902b2", "00f067aa0ba902b1") + "," + call("00f067aa0ba902b1", "") +
                            "]}]}]}");
  const auto record = [](const std::string& id, const std::string& more) {
    return R"({"id":"e-)" + id + R"(","type":"generation-create","timestamp":"2026-01-01T00:00:00Z","body":{"id":")" +
           id + R"(","traceId":"t","model":"gpt-4o","input":"Hello world")" + more + "}}";
  };
  send(Door::kEventBatch, R"({"batch":[)" + record("outer", "") + "," +
                              record("inner", R"(,"parentObservationId":"outer","usage":{"input":7})") + "]}");
  settle();
  const auto usage = rows("span_id, toString(usage['total'])", "observations");
  std::map<std::string, std::string> totals;
  for (std::size_t i = 0; i < usage.size(); ++i)
    totals.emplace(usage.text(i, 0), usage.text(i, 1));
  EXPECT_EQ(totals, (std::map<std::string, std::string>{
                        {"00f067aa0ba902b1", "0"}, {"00f067aa0ba902b2", "2"}, {"inner", "7"}, {"outer", "0"}}));
}

TEST_F(Worker, UsageThatRepeatsTheCallsBelowIsCountedOnceWhenItComesLater) {
  const auto step = [](const std::string& id, const std::string& parent, const std::string& type, int input,
                       const std::string& usage) {
    return R"({"traceId":"0af7651916cd43dd8448eb211c80319c","spanId":")" + id + R"(","parentSpanId":")" + parent +
           R"(","name":"n","startTimeUnixNano":"170000000)" + std::to_string(input) +
           R"(000000000","endTimeUnixNano":"1700000009000000000","attributes":[)" +
           attribute("langfuse.observation.type", type) +
           (usage.empty() ? "" : "," + attribute("langfuse.observation.model.name", "gpt-4o")) +
           (usage.empty()
                ? ""
                : R"(,{"key":"langfuse.observation.usage_details","value":{"stringValue":")" + usage + R"("}})") +
           "]}";
  };
  const auto send_steps = [&](const std::string& steps) {
    send(Door::kOtlpJson, R"({"resourceSpans":[{"scopeSpans":[{"spans":[)" + steps + "]}]}]}");
    settle();
  };
  const auto usage_of = [](int input, int output) {
    return R"({\"input\":)" + std::to_string(input) + R"(,\"output\":)" + std::to_string(output) + "}";
  };
  // Two calls below a tool of the agent come first, then the agent, then a chain around it with another call of its
  // own.
  send_steps(step("00f067aa0ba902b3", "00f067aa0ba902b2", "generation", 3, usage_of(10, 5)) + "," +
             step("00f067aa0ba902b2", "00f067aa0ba902b1", "tool", 2, ""));
  send_steps(step("00f067aa0ba902b4", "00f067aa0ba902b1", "generation", 4, usage_of(20, 1)));
  send_steps(step("00f067aa0ba902b1", "00f067aa0ba902b0", "agent", 1, usage_of(30, 6)));
  send_steps(step("00f067aa0ba902b0", "", "chain", 0, usage_of(31, 6)));
  const auto stored =
      rows("right(span_id, 1), toString(total_tokens), toString(isNull(total_cost)), toString(provided_usage['input'])",
           "observations");
  std::map<std::string, std::string> seen;
  for (std::size_t i = 0; i < stored.size(); ++i) {
    seen[std::string(stored.text(i, 0))] =
        std::string(stored.text(i, 1)) + " " + std::string(stored.text(i, 2)) + " " + std::string(stored.text(i, 3));
  }
  EXPECT_EQ(seen, (std::map<std::string, std::string>{{"0", "37 0 31"},  // is not the sum of anything
                                                      {"1", "0 1 30"},
                                                      {"2", "0 1 0"},
                                                      {"3", "15 0 10"},
                                                      {"4", "21 0 20"}}));
}

TEST_F(Worker, SendingASpanAgainChangesNothingAndALaterVersionWins) {
  for (int i = 0; i < 3; ++i)
    send(Door::kOtlpJson, span("00f067aa0ba902b7", attribute("input", "same")));
  send(Door::kOtlpJson, span("00f067aa0ba902b7", attribute("input", "newer")));
  settle();
  const auto narrow = rows("input_preview", "observations");
  ASSERT_EQ(narrow.size(), 1U);
  EXPECT_EQ(narrow.text(0, 0), "newer");
  EXPECT_EQ(rows("input", "payloads").text(0, 0), "newer");
}

TEST_F(Worker, WordsOfEveryTextAreIndexedUnderItsKey) {
  using Keys = std::vector<text_index::Key>;
  send(Door::kOtlpJson, span("00f067aa0ba902b7", attribute("langfuse.observation.input", "What is a Quaternion?")));
  settle();
  EXPECT_EQ(keys_with("quaternion"), (Keys{{"0af7651916cd43dd8448eb211c80319c", "00f067aa0ba902b7"}}));
  EXPECT_TRUE(keys_with("octonion").empty());
  // A text that moves with its observation to another trace.
  send(Door::kEventBatch, event("span-create", "2026-01-01T00:00:00Z", R"({"id":"o","input":"wandering"})"));
  settle();
  send(Door::kEventBatch, event("span-update", "2026-01-01T00:00:05Z", R"({"id":"o","traceId":"t"})"));
  settle();
  const Keys moved = keys_with("wandering");
  EXPECT_NE(std::ranges::find(moved, text_index::Key{"t", "o"}), moved.end());
}

TEST_F(Worker, ALateUpdateMergesFieldByFieldAndKeepsTheText) {
  send(Door::kEventBatch, event("generation-create", "2026-01-01T00:00:00Z",
                                R"({"id":"g1","traceId":"t1","name":"call","startTime":"2026-01-01T00:00:00Z",)"
                                R"("model":"gpt-4o","input":"question"})"));
  settle();
  send(Door::kEventBatch, event("generation-update", "2026-01-01T00:00:05Z",
                                R"({"id":"g1","endTime":"2026-01-01T00:00:04Z","output":"answer",)"
                                R"("usageDetails":{"input":10,"output":5}})"));
  settle();
  const auto narrow = rows("name, end_time, total_tokens, total_cost, input_preview, output_preview", "observations");
  ASSERT_EQ(narrow.size(), 1U);
  EXPECT_EQ(narrow.text(0, 0), "call");
  EXPECT_EQ(narrow.time(0, 1), *parse_iso_time("2026-01-01T00:00:04Z"));
  EXPECT_EQ(narrow.integer(0, 2), 15);
  EXPECT_GT(narrow.decimal(0, 3), 0);
  EXPECT_EQ(narrow.text(0, 4), "question");
  const auto texts = rows("input, output", "payloads");
  ASSERT_EQ(texts.size(), 1U);
  EXPECT_EQ(texts.text(0, 0), "question");
  EXPECT_EQ(texts.text(0, 1), "answer");
}

TEST_F(Worker, AnUpdateThatMovesTheStartLeavesOneRow) {
  send(Door::kEventBatch, event("span-create", "2026-01-01T00:00:00Z", R"({"id":"s1","traceId":"t1","input":"x"})"));
  settle();
  send(Door::kEventBatch,
       event("span-update", "2026-01-01T00:00:05Z", R"({"id":"s1","startTime":"2025-12-31T23:00:00Z"})"));
  settle();
  const auto narrow = rows("start_time, input_preview", "observations");
  ASSERT_EQ(narrow.size(), 1U);
  EXPECT_EQ(narrow.time(0, 0), *parse_iso_time("2025-12-31T23:00:00Z"));
  EXPECT_EQ(narrow.text(0, 1), "x");
}

TEST_F(Worker, ScoresAndTraceAttributesAreStored) {
  send(Door::kEventBatch, event("trace-create", "2026-01-01T00:00:00Z",
                                R"({"id":"t1","name":"checkout","userId":"u","tags":["b","a"],"output":{"k":1}})"));
  send(Door::kScore, R"({"id":"sc1","traceId":"t1","name":"quality","value":0.5})");
  settle();
  const auto trace = rows("name, user_id, tags", "trace_attributes");
  ASSERT_EQ(trace.size(), 1U);
  EXPECT_EQ(trace.text(0, 0), "checkout");
  EXPECT_EQ(trace.texts(0, 2), (std::vector<std::string>{"a", "b"}));
  EXPECT_EQ(rows("output", "payloads").text(0, 0), R"({"k":1})");
  const auto score = rows("id, value", "scores");
  ASSERT_EQ(score.size(), 1U);
  EXPECT_EQ(score.real(0, 1), 0.5);
}

TEST_F(Worker, WhatTheStoreRefusesForAWhileIsStoredOnceItReturns) {
  engine_.failures = 5;
  engine_.lost_answers = 2;
  for (int i = 0; i < 5; ++i)
    send(Door::kOtlpJson, span("00000000000000a" + std::to_string(i), attribute("input", "x")));
  settle();
  EXPECT_EQ(rows("span_id", "observations").size(), 5U);
  EXPECT_EQ(log_->state().backlog_records, 0U);
  const auto plain = (**store_).select(
      "plain", "SELECT count() FROM observations WHERE project_id = {project_id:String}", analytics::Params(project_));
  EXPECT_EQ(plain->integer(0, 0), 5) << "an insert whose answer was lost is not stored twice";
}

TEST_F(Worker, ARestartReplaysWhatWasNotStoredYet) {
  engine_.failures = 1'000'000;
  send(Door::kOtlpJson, span("00000000000000b1", attribute("input", "x")));
  send(Door::kEventBatch, event("span-create", "2026-01-01T00:00:00Z", R"({"id":"s9","traceId":"t9","name":"n"})"));
  stop();
  EXPECT_TRUE(rows("span_id", "observations").empty());
  engine_.failures = 0;
  start();
  settle();
  EXPECT_EQ(rows("span_id", "observations").size(), 2U);
}

// The next flush is built while one is inserted; what it must know of it, it waits for.
TEST_F(Worker, AnUpdateThatArrivesWhileItsSpanIsBeingInsertedMergesIntoIt) {
  engine_.hold();
  send(Door::kEventBatch, event("generation-create", "2026-01-01T00:00:00Z",
                                R"({"id":"g","traceId":"t","name":"first","model":"gpt-4o"})"));
  engine_.wait_for_arrival();
  send(Door::kEventBatch, event("generation-update", "2026-01-01T00:00:01Z", R"({"id":"g","name":"second"})"));
  engine_.release();
  settle();
  const auto row = rows("name, model", "observations");
  ASSERT_EQ(row.size(), 1U);
  EXPECT_EQ(row.text(0, 0), "second");
  EXPECT_EQ(row.text(0, 1), "gpt-4o");
}

TEST_F(Worker, ADeletionWhileAFlushIsInsertedReachesTheNextOne) {
  engine_.hold();
  send(Door::kOtlpJson, span("00f067aa0ba902b7"));
  engine_.wait_for_arrival();
  send(Door::kEventBatch, event("span-create", "2026-01-01T00:00:00Z", R"({"id":"s","traceId":"gone"})"));
  auto deletion = std::async(std::launch::async, [&] {
    return tombstones_->add(project_, Tombstones::Kind::kTrace, {"gone"}, clock_.now_us());
  });
  const std::int64_t deadline = monotonic_us() + 60'000'000;
  while (!tombstones_->contains(project_, Tombstones::Kind::kTrace, "gone") && monotonic_us() < deadline)
    std::this_thread::yield();
  engine_.release();
  ASSERT_TRUE(deletion.get());
  settle();
  const auto row = rows("span_id", "observations");
  ASSERT_EQ(row.size(), 1U);
  EXPECT_EQ(row.text(0, 0), "00f067aa0ba902b7");
}

TEST_F(Worker, APoisonRequestIsPutAsideAndItsNeighboursAreStored) {
  engine_.poison = "POISON";
  engine_.failures = 3;  // so that all three are in one flush
  send(Door::kOtlpJson, span("00000000000000c1", attribute("input", "fine")));
  send(Door::kOtlpJson, span("00000000000000c2", attribute("langfuse.trace.name", "POISON")));
  send(Door::kOtlpJson, span("00000000000000c3", attribute("input", "fine")));
  settle();
  const auto letters = dead_letters_->list();
  ASSERT_TRUE(letters);
  ASSERT_EQ(letters->size(), 1U);
  EXPECT_EQ(letters->front().project_id, project_);
  const auto kept = dead_letters_->record(letters->front().position);
  ASSERT_TRUE(kept);
  EXPECT_NE(kept->find("POISON"), std::string::npos);
  const auto stored = rows("span_id", "observations");
  std::set<std::string_view> ids;
  for (std::size_t i = 0; i < stored.size(); ++i)
    ids.insert(stored.text(i, 0));
  EXPECT_TRUE(ids.contains("00000000000000c1") && ids.contains("00000000000000c3"));
}

TEST_F(Worker, OneRequestMaySpanManyYears) {
  std::string spans;
  for (int month = 0; month < 60; ++month) {
    if (month > 0) spans += ",";
    spans += R"({"traceId":"0af7651916cd43dd8448eb211c80319d","spanId":")" + fmt::format("{:016x}", month + 1) +
             R"(","name":"m","startTimeUnixNano":")" + std::to_string(946684800000000000 + month * 2629800000000000LL) +
             R"("})";
  }
  send(Door::kOtlpJson, R"({"resourceSpans":[{"scopeSpans":[{"spans":[)" + spans + "]}]}]}");
  settle();
  EXPECT_EQ(rows("span_id", "observations").size(), 60U);
}

}  // namespace
}  // namespace clew::ingest
