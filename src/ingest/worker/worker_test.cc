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

// Texts and rows get ready side by side; the rows show last all the same.
TEST_F(Worker, ARowNeverShowsBeforeItsTextAndItsWords) {
  for (const char* late : {"payloads", "text_index"}) {
    const std::string id = late == std::string("payloads") ? "00f067aa0ba902b7" : "00f067aa0ba902b8";
    const std::size_t before = rows("span_id", "observations").size();
    engine_.hold(late);
    send(Door::kOtlpJson, span(id, attribute("langfuse.observation.input", "whole")));
    engine_.wait_for_arrival();
    EXPECT_EQ(rows("span_id", "observations").size(), before) << late;
    engine_.release();
    settle();
    EXPECT_EQ(rows("span_id", "observations").size(), before + 1) << late;
  }
}

TEST_F(Worker, WhatWasPreparedForAFlushThatFailedIsNotLeftBehind) {
  engine_.failures = 2;  // the words and the text, when the rows have begun
  send(Door::kOtlpJson, span("00f067aa0ba902b7", attribute("langfuse.observation.input", "once")));
  settle();
  const auto plain =
      (**store_).select("plain",
                        "SELECT (SELECT count() FROM observations WHERE project_id = {project_id:String}), "
                        "(SELECT count() FROM payloads WHERE project_id = {project_id:String})",
                        analytics::Params(project_));
  ASSERT_TRUE(plain) << plain.error().message;
  EXPECT_EQ(plain->integer(0, 0), 1);
  EXPECT_EQ(plain->integer(0, 1), 1);
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

// A request of many spans with the same name but for some.
std::string spans_named(const std::map<int, std::string>& names, int count) {
  std::string spans;
  for (int i = 0; i < count; ++i) {
    const auto named = names.find(i);
    spans += std::string(i > 0 ? "," : "") +
             R"({"traceId":"0af7651916cd43dd8448eb211c80319c","startTimeUnixNano":"1700000000000000000","spanId":")" +
             fmt::format("{:016x}", i + 1) + R"(","name":")" + (named == names.end() ? "fine" : named->second) +
             R"("})";
  }
  return R"({"resourceSpans":[{"scopeSpans":[{"spans":[)" + spans + "]}]}]}";
}

TEST_F(Worker, ABadSpanIsPutAsideAloneAndStoredByItsReplay) {
  engine_.poison = "POISON";
  send(Door::kOtlpJson, spans_named({{17, "POISON"}, {40, "POISON too"}}, 50));
  settle();
  EXPECT_EQ(rows("span_id", "observations").size(), 48U);
  const auto letters = dead_letters_->list();
  ASSERT_TRUE(letters);
  ASSERT_EQ(letters->size(), 1U);
  const DeadLetter& letter = letters->front();
  EXPECT_EQ(letter.items, (std::vector<std::string>{"span:0af7651916cd43dd8448eb211c80319c:0000000000000012",
                                                    "span:0af7651916cd43dd8448eb211c80319c:0000000000000029"}));
  // The versions of the others, which a replay must not touch.
  const auto versions = [&] {
    std::map<std::string, std::int64_t> out;
    const auto found = rows("span_id, toInt64(seq)", "observations");
    for (std::size_t i = 0; i < found.size(); ++i)
      out.emplace(found.text(i, 0), found.integer(i, 1));
    return out;
  };
  const auto before = versions();
  engine_.poison.clear();
  const auto kept = dead_letters_->record(letter.position);
  ASSERT_TRUE(kept);
  const auto replayed = decode_record(*kept);
  ASSERT_TRUE(replayed);
  EXPECT_EQ(replayed->spans.size(), 2U);
  std::promise<void> appended;
  log_->append(*as_replay(*kept, letter.position), {}, [&](const Result<LogPosition>&) { appended.set_value(); });
  appended.get_future().get();
  settle();
  const auto after = versions();
  EXPECT_EQ(after.size(), 50U);
  EXPECT_GT(after.at("0000000000000012"), after.at("0000000000000011"));
  EXPECT_LT(after.at("0000000000000012"), after.at("0000000000000013")) << "its version is its first place in the log";
  for (const auto& [id, version] : before)
    EXPECT_EQ(after.at(id), version) << id;
}

TEST_F(Worker, ABadEventIsPutAsideAloneAndWhatFollowsItIsMerged) {
  engine_.poison = "POISON";
  const auto item = [](int number, const std::string& type, const std::string& body) {
    return fmt::format(R"({{"id":"e{}","type":"{}","timestamp":"2026-01-01T00:00:0{}Z","body":{}}})", number, type,
                       number, body);
  };
  send(Door::kEventBatch,
       R"({"batch":[)" + item(1, "span-create", R"({"id":"s","traceId":"t","name":"first","version":"1"})") + "," +
           item(2, "span-update", R"({"id":"s","traceId":"t","name":"POISON"})") + "," +
           item(3, "span-update", R"({"id":"s","traceId":"t","level":"ERROR"})") + "," +
           item(4, "score-create", R"({"id":"sc","traceId":"t","name":"quality","value":1})") + "]}");
  settle();
  const auto letters = dead_letters_->list();
  ASSERT_TRUE(letters);
  ASSERT_EQ(letters->size(), 1U);
  EXPECT_EQ(letters->front().items, (std::vector<std::string>{"event:1"}));
  const auto row = rows("name, version, level", "observations");
  ASSERT_EQ(row.size(), 1U);
  EXPECT_EQ(row.text(0, 0), "first");
  EXPECT_EQ(row.text(0, 1), "1");
  EXPECT_EQ(row.text(0, 2), "ERROR");
  EXPECT_EQ(rows("id", "scores").size(), 1U);
  // What is merged later finds all of it.
  send(Door::kEventBatch, event("span-update", "2026-01-01T00:00:09Z", R"({"id":"s","traceId":"t","release":"r"})"));
  settle();
  EXPECT_EQ(rows("level", "observations").text(0, 0), "ERROR");
}

TEST_F(Worker, WhatTheStoreItselfRefusesIsPutAsideAlone) {
  const auto alter = [&](const std::string& what) {
    const auto done = (**store_).execute("alter", "ALTER TABLE observations " + what, analytics::SystemParams());
    ASSERT_TRUE(done) << done.error().message;
  };
  alter("ADD COLUMN picky UInt8 MATERIALIZED toUInt8(if(toString(name) = 'POISON', 'x', '0'))");
  send(Door::kOtlpJson, spans_named({{3, "POISON"}}, 20));
  settle();
  alter("DROP COLUMN picky");
  EXPECT_EQ(rows("span_id", "observations").size(), 19U);
  const auto letters = dead_letters_->list();
  ASSERT_TRUE(letters);
  ASSERT_EQ(letters->size(), 1U);
  EXPECT_EQ(letters->front().items,
            (std::vector<std::string>{"span:0af7651916cd43dd8448eb211c80319c:0000000000000004"}));
}

TEST_F(Worker, ARequestThatIsBadThroughoutIsPutAsideWhole) {
  engine_.poison = "0af7651916cd43dd8448eb211c80319c";
  send(Door::kOtlpJson, spans_named({}, 300));
  settle();
  const auto letters = dead_letters_->list();
  ASSERT_TRUE(letters);
  ASSERT_EQ(letters->size(), 1U);
  EXPECT_TRUE(letters->front().items.empty());
  EXPECT_TRUE(rows("span_id", "observations").empty());
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
