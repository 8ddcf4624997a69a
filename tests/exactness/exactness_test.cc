// What is stored and derived equals an oracle in memory, whatever clients send in whatever order, and whenever the
// server flushes, stops or loses its store in between.
//
// CLEW_EXACTNESS_SEED=N runs that sequence alone; CLEW_EXACTNESS_SEQUENCES=N runs N of them from a random first seed.
#include <chrono>
#include <condition_variable>
#include <cstdlib>
#include <filesystem>
#include <functional>
#include <future>
#include <mutex>
#include <optional>
#include <random>

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
#include "query/observation_reader.h"
#include "query/payloads.h"
#include "query/score_reader.h"
#include "query/session_reader.h"
#include "query/trace_deletion.h"
#include "query/trace_reader.h"
#include "sequence.h"

namespace clew::exactness {
namespace {

namespace fs = std::filesystem;

constexpr std::uint64_t kSequences = 6;
constexpr std::size_t kEverything = 1'000;

// Takes some inserts, then is away until it is healed.
class BreakingEngine final : public analytics::ForwardingEngine {
 public:
  using ForwardingEngine::ForwardingEngine;

  Result<> finish_insert(std::string_view, const analytics::NativeBlock&, analytics::PendingInsert& insert) override {
    {
      const std::lock_guard lock(mutex_);
      if (inserts_left_ && (*inserts_left_)-- <= 0) {
        refused_ = true;
        changed_.notify_all();
        return Error{Errc::kUnavailable, "the store is away"};
      }
    }
    return insert.finish();
  }

  void break_after(int inserts) {
    const std::lock_guard lock(mutex_);
    inserts_left_ = inserts;
  }
  // Waits until an insert was refused or `done`.
  void wait_refused(const std::function<bool()>& done) {
    std::unique_lock lock(mutex_);
    while (!refused_ && !done())
      changed_.wait_for(lock, std::chrono::milliseconds(5));
  }
  void heal() {
    const std::lock_guard lock(mutex_);
    inserts_left_.reset();
    refused_ = false;
  }

 private:
  std::mutex mutex_;
  std::condition_variable changed_;
  std::optional<int> inserts_left_;  // null: it works
  bool refused_ = false;
};

// A server without its doors: the log, the worker and a store.
class Server {
 public:
  Server(analytics::Engine& store, std::size_t records_per_flush)
      : store_(store), engine_(store), records_per_flush_(records_per_flush), project_("p-" + text::random_hex(6)) {
    std::string pattern = fs::temp_directory_path() / "clew-exactness-XXXXXX";
    dir_ = mkdtemp(pattern.data());
    models_ = *ingest::ModelCatalog::create(ingest::builtin_model_prices(), nullptr, clock_);
    start();
  }
  ~Server() {
    stop();
    fs::remove_all(dir_);
  }

  const std::string& project() const { return project_; }

  void send(ingest::Door door, const std::string& body, TimeUs received_us) {
    ingest::RequestContext context{.project_id = project_, .door = door, .received_at_us = received_us};
    context.request_id = text::random_hex(8);
    auto batch = ingest::decode(body, context);
    ASSERT_TRUE(batch) << batch.error().message;
    ASSERT_TRUE(batch->errors.empty()) << batch->errors[0].error << "\n" << body;
    std::promise<Result<>> promise;
    ingest::Intake(*log_).accept(*std::move(batch), body, [&](Result<> done) { promise.set_value(std::move(done)); });
    const auto done = promise.get_future().get();
    ASSERT_TRUE(done) << done.error().message;
  }

  void settle() {
    worker_->drain(60'000);
    ASSERT_EQ(log_->state().backlog_records, 0U);
  }

  void restart() {
    stop();
    start();
  }

  void crash(int inserts) {
    engine_.break_after(inserts);
    engine_.wait_refused([&] { return log_->state().backlog_records == 0; });
    stop();
    engine_.heal();
    start();
  }

  void delete_trace(const std::string& trace) {
    using Kind = ingest::Tombstones::Kind;
    const auto spans = query::merged_observations(store_, project_, {trace});
    ASSERT_TRUE(spans) << spans.error().message;
    ASSERT_TRUE(tombstones_->add(project_, Kind::kTrace, {trace}, clock_.now_us()));
    if (!spans->empty()) ASSERT_TRUE(tombstones_->add(project_, Kind::kObservation, *spans, clock_.now_us()));
    const auto deleted = query::delete_traces(store_, project_, {trace}, *spans);
    ASSERT_TRUE(deleted) << deleted.error().message;
  }

 private:
  void start() {
    auto log =
        ingest::SegmentLog::open({.dir = dir_ + "/log", .disk_free_bytes_min = 0, .disk_free_share_min = 0}, clock_);
    ASSERT_TRUE(log) << log.error().message;
    log_ = *std::move(log);
    dead_letters_ = std::make_unique<ingest::DeadLetters>(dir_ + "/dead-letters");
    tombstones_ = std::make_unique<ingest::Tombstones>(engine_, clock_);
    ingest::WorkerOptions options{.flush_interval_us_min = 1'000, .retry_us_min = 1'000};
    options.flush_records_max = records_per_flush_;
    worker_ =
        std::make_unique<ingest::IngestWorker>(*log_, log_->acknowledged(), engine_, *models_, *dead_letters_,
                                               *tombstones_, progress_, clock_, telemetry::Logger{}, metrics_, options);
    worker_->start();
  }
  void stop() {
    worker_->stop();
    worker_.reset();
    log_.reset();
  }

  analytics::Engine& store_;
  BreakingEngine engine_;
  const std::size_t records_per_flush_;
  const std::string project_;
  std::string dir_;
  SystemClock clock_;
  telemetry::Metrics metrics_;
  ingest::IngestProgress progress_;
  std::unique_ptr<ingest::ModelCatalog> models_;
  std::unique_ptr<ingest::SegmentLog> log_;
  std::unique_ptr<ingest::DeadLetters> dead_letters_;
  std::unique_ptr<ingest::Tombstones> tombstones_;
  std::unique_ptr<ingest::IngestWorker> worker_;
};

template <class T>
T must(Result<T> result) {
  EXPECT_TRUE(result) << result.error().message;
  return result ? *std::move(result) : T{};
}

std::int64_t tokens(const domain::UsageMap& usage, std::string_view key) {
  for (const auto& [name, count] : usage) {
    if (name == key) return static_cast<std::int64_t>(count);
  }
  return 0;
}

void read_observations(analytics::Engine& engine, const std::string& project, View& view) {
  using enum query::ObservationPart;
  const query::ObservationParts parts{kCore, kModel, kUsage, kTotals, kMetadata, kPreviews, kBookkeeping};
  query::ObservationReader reader(engine);
  const auto rows = must(reader.page_after(project, {}, {}, kEverything, parts));
  std::vector<query::PayloadKey> keys;
  for (const auto& row : rows)
    keys.emplace_back(row.trace_id, row.span_id);
  const auto payloads = must(query::read_payloads(engine, project, keys));
  for (const auto& row : rows) {
    ObservationView one{.parent = row.parent_span_id,
                        .name = row.name,
                        .type = std::string(domain::to_text(row.type)),
                        .level = std::string(domain::to_text(row.level)),
                        .status = row.status_message,
                        .model = row.model,
                        .version = row.version,
                        .start = row.start_time_us,
                        .end = row.end_time_us,
                        .input_tokens = tokens(row.usage, "input"),
                        .output_tokens = tokens(row.usage, "output"),
                        .cost = row.total_cost,
                        .created = row.created_at_us};
    if (const query::Payload* texts = payloads.find(row.trace_id, row.span_id)) {
      one.input = texts->input.value_or("");
      one.output = texts->output.value_or("");
    }
    EXPECT_EQ(one.input, row.input_preview) << "the narrow row and the text of " << row.span_id;
    EXPECT_EQ(one.output, row.output_preview) << "the narrow row and the text of " << row.span_id;
    EXPECT_EQ(one.input.size(), row.input_length) << row.span_id;
    for (const auto& [key, value] : row.metadata) {
      if (key.size() == 1) one.metadata[key] = value;  // the doors add where they come from
    }
    const auto [at, added] = view.observations.emplace(row.trace_id + "/" + row.span_id, one.text());
    EXPECT_TRUE(added) << "two rows of " << row.span_id << ": " << at->second << " and " << one.text();
  }
  EXPECT_EQ(must(reader.count(project, {})).observations, rows.size());
}

void read_traces(analytics::Engine& engine, const std::string& project, View& view) {
  using enum query::TracePart;
  const query::TraceParts parts{kTime, kIdentity, kLevels, kTotals, kPreviews};
  query::TraceReader reader(engine);
  const auto traces = must(reader.list(project, {}, {}, 0, kEverything, parts));
  for (const auto& trace : traces) {
    const TraceView one{.name = trace.name,
                        .user = trace.user_id,
                        .session = trace.session_id,
                        .level = std::string(domain::to_text(trace.level)),
                        .input = trace.input_preview,
                        .output = trace.output_preview,
                        .timestamp = trace.timestamp_us,
                        .latency = trace.latency_us,
                        .observations = trace.observation_count,
                        .errors = trace.error_count,
                        .input_tokens = static_cast<std::int64_t>(trace.input_tokens),
                        .output_tokens = static_cast<std::int64_t>(trace.output_tokens),
                        .cost = trace.total_cost,
                        .tags = trace.tags};
    EXPECT_TRUE(view.traces.emplace(trace.id, one.text()).second) << "trace " << trace.id << " twice in the list";
    const auto found = must(reader.find(project, trace.id, parts));
    ASSERT_TRUE(found) << "trace " << trace.id << " is in the list alone";
    EXPECT_EQ(found->name, trace.name);
    EXPECT_EQ(found->total_cost, trace.total_cost);
    EXPECT_EQ(found->observation_count, trace.observation_count);
  }
  EXPECT_EQ(must(reader.count(project, {})).traces, traces.size());
  query::SessionReader sessions(engine);
  for (const auto& session : must(sessions.list(project, {}, 0, kEverything))) {
    std::set<std::string> ids;
    for (const auto& trace : must(reader.in_session(project, session.id, parts)))
      ids.insert(trace.id);
    std::string& line = view.sessions[session.id];
    for (const std::string& id : ids)
      line += id + ",";
    EXPECT_TRUE(must(sessions.find(project, session.id))) << session.id;
  }
  EXPECT_EQ(must(sessions.count(project, {})), view.sessions.size());
}

View read_view(analytics::Engine& engine, const std::string& project) {
  View view;
  read_observations(engine, project, view);
  read_traces(engine, project, view);
  query::ScoreReader reader(engine);
  for (const auto& score : must(reader.list(project, {}, {}, 0, kEverything))) {
    view.scores[score.id] = score.trace_id + " " + score.name + "=" +
                            std::to_string(static_cast<std::int64_t>(score.value)) + " " + score.comment.value_or("");
  }
  EXPECT_EQ(must(reader.count(project, {})), view.scores.size());
  return view;
}

std::string describe(const Step& step) {
  struct Describe {
    std::string operator()(const Export& request) const { return "OTLP " + otlp_json(request); }
    std::string operator()(const Batch& request) const { return "JSON " + event_batch(request); }
    std::string operator()(const DeleteTrace& request) const { return "delete " + request.trace; }
    std::string operator()(const Settle&) const { return "settle"; }
    std::string operator()(const Restart&) const { return "restart"; }
    std::string operator()(const Crash& crash) const { return fmt::format("crash after {} inserts", crash.inserts); }
  };
  return std::visit(Describe{}, step);
}

class Exactness : public testing::Test {
 protected:
  static void SetUpTestSuite() { store_ = new analytics::TestEngine; }
  static void TearDownTestSuite() {
    delete store_;
    store_ = nullptr;
  }

  // False: the store shows something else.
  static bool run(std::uint64_t seed) {
    const Sequence sequence = random_sequence(seed);
    Server server(**store_, sequence.records_per_flush);
    Oracle oracle;
    TimeUs now = 1'767'300'000'000'000;  // each request is received a second after the one before
    for (const Step& step : sequence.steps) {
      now += 1'000'000;
      if (const auto* request = std::get_if<Export>(&step)) {
        server.send(ingest::Door::kOtlpJson, otlp_json(*request), now);
        for (const Span& span : request->spans)
          oracle.accept(span, now);
      } else if (const auto* batch = std::get_if<Batch>(&step)) {
        server.send(ingest::Door::kEventBatch, event_batch(*batch), now);
        for (const Message& message : batch->messages)
          oracle.accept(message, now);
      } else if (const auto* deletion = std::get_if<DeleteTrace>(&step)) {
        server.settle();
        server.delete_trace(deletion->trace);
        oracle.delete_trace(deletion->trace);
      } else if (std::holds_alternative<Settle>(step)) {
        server.settle();
      } else if (std::holds_alternative<Restart>(step)) {
        server.restart();
      } else {
        server.crash(std::get<Crash>(step).inserts);
      }
    }
    server.settle();
    const std::string difference = oracle.view().difference(read_view(**store_, server.project()));
    EXPECT_EQ(difference, "");
    if (difference.empty() && !HasFailure()) return true;
    std::string steps;
    for (const Step& step : sequence.steps)
      steps += describe(step) + "\n";
    ADD_FAILURE() << "CLEW_EXACTNESS_SEED=" << seed << " repeats this:\n" << steps;
    return false;
  }

  static inline analytics::TestEngine* store_ = nullptr;
};

std::optional<std::uint64_t> number_from(const char* name) {
  const char* text = std::getenv(name);  // NOLINT: tests only
  return text ? std::optional(std::strtoull(text, nullptr, 10)) : std::nullopt;
}

TEST_F(Exactness, WhatIsShownIsWhatTheAcceptedItemsSay) {
  if (const auto seed = number_from("CLEW_EXACTNESS_SEED")) {
    run(*seed);
    return;
  }
  const auto asked = number_from("CLEW_EXACTNESS_SEQUENCES");
  const std::uint64_t first = asked ? std::random_device{}() : 1;
  for (std::uint64_t i = 0; i < asked.value_or(kSequences); ++i) {
    if (!run(first + i)) return;
  }
}

}  // namespace
}  // namespace clew::exactness
