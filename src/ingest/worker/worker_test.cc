// From accepted requests to rows in the real store: once, whole, in order, whatever fails in between.
#include "ingest/worker/worker.h"

#include <algorithm>
#include <filesystem>
#include <future>

#include <fmt/format.h>
#include <gtest/gtest.h>

#include "analytics/testing.h"
#include "base/text.h"
#include "ingest/enrich/model_definition.h"
#include "ingest/intake/intake.h"
#include "ingest/intake/record.h"
#include "ingest/log/segment_log.h"

namespace clew::ingest {
namespace {

namespace fs = std::filesystem;

// Passes everything on until told to fail.
class FlakyEngine final : public analytics::Engine {
 public:
  explicit FlakyEngine(analytics::Engine& real) : real_(real) {}

  Result<analytics::Rows> select(std::string_view name, std::string_view sql, const analytics::Params& params,
                                 const analytics::QueryLimits& limits) override {
    return real_.select(name, sql, params, limits);
  }
  Result<> execute(std::string_view name, std::string_view sql, const analytics::Params& params) override {
    return real_.execute(name, sql, params);
  }
  Result<> insert(std::string_view table, const analytics::NativeBlock& block, std::string_view token) override {
    if (table == "observations") {
      std::unique_lock<std::mutex> lock(mutex_);
      ++arrived_;
      moves_.notify_all();
      moves_.wait(lock, [&] { return !held_; });
    }
    if (failures > 0) {
      --failures;
      return Error{Errc::kUnavailable, "the store is away"};
    }
    auto done = real_.insert(table, block, token);
    if (lost_answers > 0) {  // the rows are in, but nobody learns it
      --lost_answers;
      return Error{Errc::kUnavailable, "connection reset"};
    }
    if (!poison.empty() && block.finish().find(poison) != std::string::npos) {
      return Error{Errc::kInvalidArgument, "the store refuses this row"};
    }
    return done;
  }
  std::string description() const override { return "flaky"; }

  // From now on rows of observations wait at the door.
  void hold() {
    const std::lock_guard<std::mutex> lock(mutex_);
    held_ = true;
    arrived_ = 0;
  }
  void wait_for_arrival() {
    std::unique_lock<std::mutex> lock(mutex_);
    ASSERT_TRUE(moves_.wait_for(lock, std::chrono::seconds(60), [&] { return arrived_ > 0; }));
  }
  void release() {
    const std::lock_guard<std::mutex> lock(mutex_);
    held_ = false;
    moves_.notify_all();
  }

  std::atomic<int> failures = 0;
  std::atomic<int> lost_answers = 0;
  std::string poison;

 private:
  analytics::Engine& real_;
  std::mutex mutex_;
  std::condition_variable moves_;
  bool held_ = false;
  int arrived_ = 0;
};

class Worker : public testing::Test {
 protected:
  static void SetUpTestSuite() { store_ = new analytics::TestEngine; }
  static void TearDownTestSuite() {
    delete store_;
    store_ = nullptr;
  }

  Worker() : engine_(**store_) {
    std::string pattern = fs::temp_directory_path() / "clew-worker-XXXXXX";
    dir_ = mkdtemp(pattern.data());
    auto models = ModelCatalog::create(builtin_model_prices(), nullptr, clock_);
    EXPECT_TRUE(models);
    models_ = *std::move(models);
    project_ = "p-" + text::random_hex(6);
    start();
  }
  ~Worker() override {
    stop();
    fs::remove_all(dir_);
  }

  void start() {
    auto log = SegmentLog::open({.dir = dir_ + "/log", .disk_free_bytes_min = 0, .disk_free_share_min = 0}, clock_);
    ASSERT_TRUE(log);
    log_ = *std::move(log);
    dead_letters_ = std::make_unique<DeadLetters>(dir_ + "/dead-letters");
    tombstones_ = std::make_unique<Tombstones>(engine_, clock_);
    worker_ = std::make_unique<IngestWorker>(
        *log_, log_->acknowledged(), engine_, *models_, *dead_letters_, *tombstones_, progress_, clock_,
        telemetry::Logger{}, metrics_,
        WorkerOptions{.flush_interval_us_min = 1'000, .tokenizers = &tokenizers_, .retry_us_min = 1'000});
    worker_->start();
  }
  void stop() {
    if (worker_) worker_->stop();
    worker_.reset();
    log_.reset();
  }
  void settle() { worker_->drain(20'000); }

  // One request; returns when it is durable.
  void send(Door door, const std::string& body) {
    RequestContext context{.project_id = project_, .door = door, .received_at_us = clock_.now_us()};
    context.request_id = text::random_hex(8);
    context.attribution.api_key = "pk";
    auto batch = decode(body, context);
    ASSERT_TRUE(batch) << batch.error().message;
    std::promise<Result<>> promise;
    Intake(*log_).accept(*std::move(batch), body, [&](Result<> done) { promise.set_value(std::move(done)); });
    const auto done = promise.get_future().get();
    ASSERT_TRUE(done) << done.error().message;
  }

  static std::string span(const std::string& id, const std::string& attributes = "",
                          const std::string& start = "1700000000000000000") {
    return R"({"resourceSpans":[{"scopeSpans":[{"spans":[{"traceId":"0af7651916cd43dd8448eb211c80319c","spanId":")" +
           id + R"(","name":"step","startTimeUnixNano":")" + start + R"(","endTimeUnixNano":")" + start +
           R"(","attributes":[)" + attributes + R"(]}]}]}]})";
  }
  static std::string attribute(const std::string& key, const std::string& value) {
    return R"({"key":")" + key + R"(","value":{"stringValue":)" + json::quoted(value) + "}}";
  }
  static std::string event(const std::string& type, const std::string& time, const std::string& body) {
    return R"({"batch":[{"id":")" + text::random_hex(6) + R"(","type":")" + type + R"(","timestamp":")" + time +
           R"(","body":)" + body + "}]}";
  }

  analytics::Rows rows(const std::string& columns, const std::string& table) {
    auto out = (**store_).select(
        "test", "SELECT " + columns + " FROM " + table + " FINAL WHERE project_id = {project_id:String}",
        analytics::Params(project_));
    EXPECT_TRUE(out) << out.error().message;
    return *std::move(out);
  }

  // Keys the text index has under a word.
  std::vector<text_index::Key> keys_with(const std::string& word) {
    std::vector<text_index::Key> keys;
    analytics::Params params(project_);
    const auto found = (**store_).select(
        "test",
        "SELECT blk, data FROM text_index WHERE project_id = {project_id:String} AND bucket = 0 AND blk IN "
        "(SELECT blk FROM text_index WHERE project_id = {project_id:String} AND position(words, {word:String}) > 0)",
        params.text("word", "\n" + word + "\n"));
    EXPECT_TRUE(found) << found.error().message;
    for (std::size_t row = 0; found && row < found->size(); ++row) {
      for (auto& key : *text_index::read_keys(found->text(row, 1)))
        keys.push_back(std::move(key));
    }
    return keys;
  }

  static inline analytics::TestEngine* store_ = nullptr;
  SystemClock clock_;
  FlakyEngine engine_;
  telemetry::Metrics metrics_;
  IngestProgress progress_;
  std::string dir_, project_;
  std::unique_ptr<ModelCatalog> models_;
  tokenizer::Tokenizers tokenizers_;
  std::unique_ptr<SegmentLog> log_;
  std::unique_ptr<DeadLetters> dead_letters_;
  std::unique_ptr<Tombstones> tombstones_;
  std::unique_ptr<IngestWorker> worker_;
};

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
