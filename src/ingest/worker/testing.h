// For tests of this module: a worker between a log of its own and a real store that can be made to fail.
#pragma once

#include <algorithm>
#include <chrono>
#include <filesystem>
#include <future>

#include <fmt/format.h>
#include <gtest/gtest.h>

#include "analytics/forwarding_engine.h"
#include "analytics/testing.h"
#include "base/text.h"
#include "ingest/enrich/model_definition.h"
#include "ingest/intake/intake.h"
#include "ingest/intake/record.h"
#include "ingest/log/segment_log.h"
#include "ingest/worker/worker.h"

namespace clew::ingest {

// Passes everything on until told to fail.
class FlakyEngine final : public analytics::ForwardingEngine {
 public:
  using ForwardingEngine::ForwardingEngine;

  Result<> finish_insert(std::string_view table, const analytics::NativeBlock& block,
                         analytics::PendingInsert& insert) override {
    {
      std::unique_lock<std::mutex> lock(mutex_);
      if (table == held_) ++arrived_;
      moves_.notify_all();
      moves_.wait(lock, [&] { return table != held_; });
    }
    if (failures > 0) {
      --failures;
      return Error{Errc::kUnavailable, "the store is away"};
    }
    if (!poison.empty() && block.finish().find(poison) != std::string::npos) {
      return Error{Errc::kInvalidArgument, "the store refuses this row"};
    }
    auto done = insert.finish();
    if (lost_answers > 0) {  // the rows are in, but nobody learns it
      --lost_answers;
      return Error{Errc::kUnavailable, "connection reset"};
    }
    return done;
  }

  // From now on rows of this table wait at the door.
  void hold(const std::string& table = "observations") {
    const std::lock_guard<std::mutex> lock(mutex_);
    held_ = table;
    arrived_ = 0;
  }
  void wait_for_arrival() {
    std::unique_lock<std::mutex> lock(mutex_);
    ASSERT_TRUE(moves_.wait_for(lock, std::chrono::seconds(60), [&] { return arrived_ > 0; }));
  }
  void release() {
    const std::lock_guard<std::mutex> lock(mutex_);
    held_.clear();
    moves_.notify_all();
  }

  std::atomic<int> failures = 0;
  std::atomic<int> lost_answers = 0;
  std::string poison;

 private:
  std::mutex mutex_;
  std::condition_variable moves_;
  std::string held_;
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
    std::string pattern = std::filesystem::temp_directory_path() / "clew-worker-XXXXXX";
    dir_ = mkdtemp(pattern.data());
    auto models = ModelCatalog::create(builtin_model_prices(), nullptr, clock_);
    EXPECT_TRUE(models);
    models_ = *std::move(models);
    project_ = "p-" + text::random_hex(6);
    start();
  }
  ~Worker() override {
    stop();
    std::filesystem::remove_all(dir_);
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

}  // namespace clew::ingest
