// The books of the doors: what arrived is accepted or refused, each item once, with a reason.
#include "ingest/intake/ledger.h"

#include <cstdio>

#include <gtest/gtest.h>

#include "ingest/intake/intake.h"
#include "ingest/intake/record.h"

namespace clew::ingest {
namespace {

// Takes everything at once, or nothing.
class InstantLog final : public Log {
 public:
  void append(std::string payload, Attachment, Appended done) override {
    if (full) return done(Error{Errc::kOverloaded, "the ingest backlog is full"});
    payloads.push_back(std::move(payload));
    done(LogPosition{payloads.size()});
  }
  std::vector<LogRecord> list(LogPosition, std::size_t, int) override { return {}; }
  Attachment take_attachment(LogPosition) override { return {}; }
  Result<std::string> read(LogPosition position) override { return payloads[position - 1]; }
  Result<> acknowledge(LogPosition) override { return ok(); }
  LogState state() const override { return {}; }
  void stop() override {}

  bool full = false;
  std::vector<std::string> payloads;
};

class Ledger : public testing::Test {
 protected:
  void send(Door door, const std::string& body, const std::string& project = "p1") {
    RequestContext context{.project_id = project, .door = door, .received_at_us = clock_.now_us()};
    context.request_id = "r-1";
    context.attribution.sdk_name = "python";
    auto batch = decode(body, context);
    ASSERT_TRUE(batch) << batch.error().message;
    intake_.accept(*std::move(batch), body, [&](const Result<>& done) { stored_ = done.has_value(); });
  }
  std::uint64_t items(const std::string& source, const std::string& outcome, const std::string& reason) {
    std::uint64_t out = 0;
    metrics_.visit([&](const telemetry::Metrics::Sample& sample) {
      if (sample.name == "lf_ingest_events_total" &&
          sample.labels == telemetry::Labels{{"source", source}, {"outcome", outcome}, {"reason", reason}}) {
        out = static_cast<std::uint64_t>(sample.value);
      }
    });
    return out;
  }

  FakeClock clock_{1'767'319'445'000'000};
  telemetry::Metrics metrics_;
  IntakeLedger ledger_{metrics_, telemetry::Logger{}, clock_};
  InstantLog log_;
  Intake intake_{log_, &ledger_};
  bool stored_ = false;
};

constexpr std::string_view kTwoGoodOneBad =
    R"({"batch":[{"id":"e1","type":"trace-create","timestamp":"2026-01-02T00:00:00Z","body":{"id":"t1"}},)"
    R"({"id":"e2","type":"trace-create","timestamp":"2026-01-02T00:00:00Z","body":{"id":"t2"}},)"
    R"({"id":"e3","type":"no-such-type","timestamp":"2026-01-02T00:00:00Z","body":{"secret":"sesame"}}]})";

TEST_F(Ledger, EveryItemOfARequestIsCountedOnce) {
  send(Door::kEventBatch, std::string(kTwoGoodOneBad));
  EXPECT_TRUE(stored_);
  EXPECT_EQ(items("events", "accepted", ""), 2U);
  EXPECT_EQ(items("events", "refused", "invalid"), 1U);
  EXPECT_EQ(ledger_.accepted_items(), 2U);
  EXPECT_EQ(ledger_.refused_items(), 1U);
  EXPECT_EQ(ledger_.last_accepted(), clock_.now_us());
}

TEST_F(Ledger, WhatTheLogDoesNotTakeIsRefusedNotAccepted) {
  log_.full = true;
  send(Door::kEventBatch, std::string(kTwoGoodOneBad));
  EXPECT_FALSE(stored_);
  EXPECT_EQ(items("events", "accepted", ""), 0U);
  EXPECT_EQ(items("events", "refused", "overloaded"), 2U);
  EXPECT_EQ(items("events", "refused", "invalid"), 1U);
  EXPECT_FALSE(ledger_.last_accepted());
}

TEST_F(Ledger, MembersSeeTheRefusalsOfTheirProjectOnly) {
  send(Door::kEventBatch, std::string(kTwoGoodOneBad), "p1");
  send(Door::kEventBatch, std::string(kTwoGoodOneBad), "p2");
  const auto mine = ledger_.examples("p1");
  ASSERT_EQ(mine.size(), 1U);
  EXPECT_EQ(mine.front().project_id, "p1");
  EXPECT_EQ(mine.front().item_id, "e3");
  EXPECT_FALSE(mine.front().detail.empty());
  EXPECT_EQ(ledger_.examples("p3").size(), 0U);
  EXPECT_EQ(ledger_.examples(std::nullopt).size(), 2U);
}

TEST_F(Ledger, ExamplesAreBoundedAndNewestFirst) {
  for (int i = 0; i < 100; ++i) {
    clock_.advance(1'000);
    send(Door::kEventBatch, std::string(kTwoGoodOneBad));
  }
  const auto kept = ledger_.examples("p1");
  ASSERT_EQ(kept.size(), 20U);
  EXPECT_EQ(kept.front().time_us, clock_.now_us());
  EXPECT_EQ(items("events", "refused", "invalid"), 100U);
}

TEST_F(Ledger, ARequestRefusedAtTheDoorHasItsReason) {
  ledger_.refused_request({.path = "/api/public/otel/v1/traces", .status = 401, .request_id = "r-9", .sdk = "otel"});
  ledger_.refused_request({.path = "/clew/api/public/ingestion", .status = 413, .request_id = "r-10"});
  const auto counts = ledger_.refused();
  ASSERT_EQ(counts.size(), 2U);
  EXPECT_EQ(counts[0].reason, "too_large");
  EXPECT_EQ(counts[1].reason, "unauthenticated");
  EXPECT_EQ(ledger_.accepted_items() + ledger_.refused_items(), 0U);  // nobody knows how many items they held
  EXPECT_EQ(ledger_.refused_requests(), 2U);
}

TEST_F(Ledger, MembersSeeWhichOfTheirRequestsWereRefusedAsAWhole) {
  ledger_.refused_request({.path = "/api/public/otel/v1/traces",
                           .status = 413,
                           .project_id = "p1",
                           .request_id = "r-1",
                           .told = "the body is too large"});
  ledger_.refused_request({.path = "/api/public/otel/v1/traces", .status = 401, .request_id = "r-2"});
  const auto mine = ledger_.examples("p1");
  ASSERT_EQ(mine.size(), 1U);
  EXPECT_EQ(mine.front().reason, "too_large");
  EXPECT_EQ(mine.front().source, "http");
  EXPECT_NE(mine.front().detail.find("the body is too large"), std::string::npos);
  EXPECT_EQ(ledger_.examples("p2").size(), 0U);
  EXPECT_EQ(ledger_.examples(std::nullopt).size(), 2U);
}

TEST_F(Ledger, ARequestWhoseItemsAreKnownIsNoSecondExample) {
  log_.full = true;
  send(Door::kEventBatch, std::string(kTwoGoodOneBad));  // both good ones are told "overloaded", the bad one "invalid"
  ledger_.refused_request(
      {.path = "/api/public/ingestion", .status = 503, .project_id = "p1", .request_id = "r-1", .told = "Overloaded"});
  for (const auto& one : ledger_.examples("p1"))
    EXPECT_NE(one.source, "http");
  EXPECT_EQ(ledger_.examples("p1").size(), 2U);
  EXPECT_EQ(ledger_.examples(std::nullopt).size(), 2U);
  EXPECT_EQ(ledger_.refused_requests(), 1U);
}

TEST(LedgerLog, LinesNameReasonsAndCountsButNothingThatWasSent) {
  std::FILE* file = std::tmpfile();
  const SystemClock clock;
  {
    telemetry::LogSink sink(::fileno(file), {.level = telemetry::Level::kTrace}, clock);
    telemetry::Metrics metrics;
    IntakeLedger ledger(metrics, telemetry::Logger(sink, "ingest"), clock);
    InstantLog log;
    RequestContext context{.project_id = "p1", .door = Door::kEventBatch};
    context.attribution.api_key = "pk-lf-open";
    auto batch = decode(kTwoGoodOneBad, context);
    ASSERT_TRUE(batch);
    Intake(log, &ledger).accept(*std::move(batch), kTwoGoodOneBad, [](const Result<>&) {});
    ledger.refused_request({.path = "/api/public/ingestion", .status = 401, .request_id = "r-1", .told = "sesame"});
  }
  std::rewind(file);
  std::string said(1 << 16, '\0');
  said.resize(std::fread(said.data(), 1, said.size(), file));
  std::fclose(file);
  EXPECT_NE(said.find("ingest.items_refused"), std::string::npos);
  EXPECT_NE(said.find("ingest.request_refused"), std::string::npos);
  for (const char* sent : {"sesame", "no-such-type", "trace-create", "pk-lf-open"})
    EXPECT_EQ(said.find(sent), std::string::npos) << sent;
}

TEST(Replay, AMarkedRecordDecodesAsBeforeAndKeepsWhatItDoesNotKnow) {
  RequestContext context{.project_id = "p1", .door = Door::kEventBatch, .received_at_us = 5};
  std::string bytes = encode_record(context, kTwoGoodOneBad);
  // A later version has added a key of its own to the context.
  const auto at = bytes.find("\"project\"");
  bytes.insert(at, "\"later\":1,");
  ASSERT_LT(static_cast<unsigned char>(bytes[0]) & 0x7F, 118);
  bytes[0] = static_cast<char>(bytes[0] + 10);
  const auto once = as_replay(bytes, 77);
  ASSERT_TRUE(once) << once.error().message;
  const auto twice = as_replay(*once, 99);
  ASSERT_TRUE(twice);
  const auto record = parse_record(*twice);
  ASSERT_TRUE(record);
  EXPECT_EQ(record->context.replay_of, 77U);  // where it stood first, however often it is replayed
  EXPECT_EQ(record->context.attempts, 2U);
  EXPECT_EQ(record->context.project_id, "p1");
  EXPECT_EQ(record->body, kTwoGoodOneBad);
  EXPECT_NE(twice->find("\"later\":1"), std::string::npos);
}

}  // namespace
}  // namespace clew::ingest
