#include "ingest/masking/masking.h"

#include <atomic>
#include <future>
#include <mutex>

#include <gtest/gtest.h>

#include "base/text.h"
#include "http/server.h"
#include "ingest/intake/record.h"

namespace clew::ingest {
namespace {

// A callback service: answers with what the test says, remembers what it was sent.
class Service final : public http::Application {
 public:
  struct Call {
    std::string body, content_type, organization, project, door, tenant;
  };
  using Answer = std::function<http::Response(const Call&)>;

  explicit Service(Answer answer) : answer_(std::move(answer)) {
    http::ServerOptions options;
    options.address = "127.0.0.1";
    options.port = 0;
    options.io_threads = 1;
    auto started = http::Server::start(options, *this);
    CLEW_ASSERT(started.has_value(), "cannot listen");
    server_ = *std::move(started);
  }
  ~Service() override { server_->stop(std::chrono::milliseconds(1'000)); }

  void admit(std::shared_ptr<http::Request> request, http::Admit admit) override {
    http::Admission admission;
    admission.body_bytes_max = 10'000'000;
    admission.wire_bytes_max = 10'000'000;
    admission.handle = [this, request](http::Respond respond) {
      Call call{.body = request->body,
                .content_type = std::string(request->headers.get("content-type")),
                .organization = std::string(request->headers.get("x-langfuse-org-id")),
                .project = std::string(request->headers.get("x-langfuse-project-id")),
                .door = std::string(request->headers.get("x-clew-door")),
                .tenant = std::string(request->headers.get("x-tenant"))};
      {
        const std::lock_guard lock(mutex_);
        calls_.push_back(call);
      }
      respond(answer_(call));
    };
    admit(std::move(admission));
  }
  http::Response failure(int status, std::string_view, std::string_view) override {
    return http::text_response(status, {});
  }
  void finished(const http::RequestSummary&) override {}

  std::string url() const { return "http://127.0.0.1:" + std::to_string(server_->port()) + "/mask"; }
  std::vector<Call> calls() const {
    const std::lock_guard lock(mutex_);
    return calls_;
  }

 private:
  Answer answer_;
  mutable std::mutex mutex_;
  std::vector<Call> calls_;
  std::unique_ptr<http::Server> server_;
};

std::string replaced(std::string text, std::string_view from, std::string_view to) {
  for (std::size_t at = 0; (at = text.find(from, at)) != std::string::npos; at += to.size())
    text.replace(at, from.size(), to);
  return text;
}

// Hides the word "secret".
http::Response hide(const Service::Call& call) {
  return http::json_response(200, replaced(call.body, "secret", "******"));
}

http::Response broken(const Service::Call&) {
  return http::text_response(500, "no");
}

constexpr std::string_view kSpan =
    R"({"resourceSpans":[{"scopeSpans":[{"spans":[{"traceId":"0af7651916cd43dd8448eb211c80319c",)"
    R"("spanId":"00f067aa0ba902b7","name":"the secret","startTimeUnixNano":"1700000000000000000"}]}]}]})";
constexpr std::string_view kEvents =
    R"({"batch":[{"id":"e","type":"trace-create","timestamp":"2026-01-01T00:00:00Z","body":{"id":"t","name":"secret"}}]})";
constexpr std::string_view kScore = R"({"id":"s","traceId":"t","name":"secret","value":1})";

class MaskingTest : public ::testing::Test {
 protected:
  static MaskableRequest request(std::string_view body, Door door) {
    RequestContext context{.project_id = "p", .door = door, .received_at_us = 1'700'000'000'000'000};
    context.request_id = "r";
    auto batch = decode(body, context);
    CLEW_ASSERT(batch.has_value(), batch.error().message.c_str());
    return {.batch = *std::move(batch),
            .body = std::string(body),
            .organization_id = "org",
            .headers = {{"x-tenant", "blue"}}};
  }
  Result<MaskedRequest> masked(Masker& masker, MaskableRequest wish) {
    std::promise<Result<MaskedRequest>> promise;
    masker.mask(std::move(wish), [&](Result<MaskedRequest> done) { promise.set_value(std::move(done)); });
    return promise.get_future().get();
  }
  static MaskingOptions options(const Service& service, bool fail_closed = true) {
    MaskingOptions out;
    out.callback_url = service.url();
    out.timeout = std::chrono::seconds(20);  // nothing here waits for it
    out.retry_pause = std::chrono::milliseconds(1);
    out.fail_closed = fail_closed;
    return out;
  }
  std::uint64_t counted(std::string_view outcome) {
    return metrics
        .counter("lf_ingest_masking_total", "Requests given to the masking callback, by outcome",
                 {{"outcome", std::string(outcome)}})
        .value();
  }

  telemetry::Metrics metrics;
};

TEST_F(MaskingTest, SpansComeBackMasked) {
  Service service(hide);
  Masker masker(options(service), {}, metrics);
  const auto done = masked(masker, request(kSpan, Door::kOtlpJson));
  ASSERT_TRUE(done) << done.error().message;
  EXPECT_EQ(done->batch.spans.at(0).name, "the ******");
  EXPECT_EQ(done->body.find("secret"), std::string::npos);
  const Service::Call call = service.calls().at(0);
  EXPECT_EQ(call.content_type, "application/json");
  EXPECT_EQ(call.organization, "org");
  EXPECT_EQ(call.project, "p");
  EXPECT_EQ(call.door, "otlp");
  EXPECT_EQ(call.tenant, "blue");
  EXPECT_TRUE(call.body.starts_with("[{"));
}

TEST_F(MaskingTest, WhatIsKeptIsWhatAReplayReads) {
  Service service(hide);
  Masker masker(options(service), {}, metrics);
  for (const auto& [body, door] :
       {std::pair(kSpan, Door::kOtlpJson), std::pair(kEvents, Door::kEventBatch), std::pair(kScore, Door::kScore)}) {
    const auto done = masked(masker, request(body, door));
    ASSERT_TRUE(done) << done.error().message;
    const std::string record = encode_record(done->batch.context, done->body);
    EXPECT_EQ(record.find("secret"), std::string::npos);
    const auto replayed = decode_record(record);
    ASSERT_TRUE(replayed);
    EXPECT_EQ(replayed->spans.size(), done->batch.spans.size());
    ASSERT_EQ(replayed->events.size(), done->batch.events.size());
    if (!replayed->events.empty()) {
      EXPECT_EQ(json::find_text(replayed->events[0].body, "name"), "******");
      EXPECT_EQ(replayed->events[0].entity_id, done->batch.events[0].entity_id);
    }
  }
}

TEST_F(MaskingTest, ListsOfScoresAreMasked) {
  Service service(hide);
  Masker masker(options(service), {}, metrics);
  const auto done = masked(masker, request("[" + std::string(kScore) + "]", Door::kScoreList));
  ASSERT_TRUE(done) << done.error().message;
  EXPECT_EQ(json::find_text(done->batch.events.at(0).body, "name"), "******");
  EXPECT_EQ(service.calls().at(0).door, "scores");
}

TEST_F(MaskingTest, AFailureClosedKeepsNothing) {
  Service service(broken);
  Masker masker(options(service), {}, metrics);
  const auto done = masked(masker, request(kSpan, Door::kOtlpJson));
  ASSERT_FALSE(done);
  EXPECT_EQ(done.error().code, Errc::kUnavailable);
  EXPECT_EQ(service.calls().size(), 2U);  // once more
  EXPECT_EQ(counted("failed_closed"), 1U);
}

TEST_F(MaskingTest, AFailureOpenKeepsTheOriginalAndCounts) {
  Service service(broken);
  Masker masker(options(service, false), {}, metrics);
  const auto done = masked(masker, request(kSpan, Door::kOtlpJson));
  ASSERT_TRUE(done);
  EXPECT_EQ(done->body, kSpan);
  EXPECT_EQ(done->batch.spans.at(0).name, "the secret");
  EXPECT_EQ(counted("failed_open"), 1U);
}

TEST_F(MaskingTest, ARetryThatSucceedsIsASuccess) {
  std::atomic<int> calls = 0;
  Service service([&](const Service::Call& call) { return calls++ == 0 ? broken(call) : hide(call); });
  Masker masker(options(service), {}, metrics);
  EXPECT_TRUE(masked(masker, request(kSpan, Door::kOtlpJson)));
  EXPECT_EQ(counted("masked"), 1U);
}

TEST_F(MaskingTest, AnswersThatAreNotTheSameRecordsAreFailures) {
  const std::vector<std::function<std::string(const std::string&)>> answers = {
      [](const std::string&) { return std::string("[]"); },
      [](const std::string&) { return std::string("{}"); },
      [](const std::string&) { return std::string("not JSON"); },
      [](const std::string&) { return std::string(); },
      [](const std::string& body) { return replaced(body, "00f067aa0ba902b7", "00f067aa0ba902b8"); },
      [](const std::string& body) { return body + "]"; },
  };
  for (const auto& answer : answers) {
    Service service([&](const Service::Call& call) { return http::json_response(200, answer(call.body)); });
    Masker masker(options(service), {}, metrics);
    EXPECT_FALSE(masked(masker, request(kSpan, Door::kOtlpJson))) << answer("x");
  }
}

TEST_F(MaskingTest, AServiceThatIsAwayIsAFailure) {
  MaskingOptions away;
  away.callback_url = "http://127.0.0.1:1/";
  away.retry_pause = std::chrono::milliseconds(1);
  away.fail_closed = true;
  Masker masker(away, {}, metrics);
  EXPECT_FALSE(masked(masker, request(kSpan, Door::kOtlpJson)));
}

TEST_F(MaskingTest, MetadataServicesAreNeverCalled) {
  MaskingOptions options;
  options.callback_url = "http://169.254.169.254/latest";
  options.retry_pause = std::chrono::milliseconds(1);
  options.fail_closed = true;
  Masker masker(options, {}, metrics);
  const auto done = masked(masker, request(kSpan, Door::kOtlpJson));
  ASSERT_FALSE(done);
}

TEST_F(MaskingTest, AStoppedMaskerTakesNothing) {
  Service service(hide);
  Masker masker(options(service), {}, metrics);
  masker.stop();
  const auto done = masked(masker, request(kSpan, Door::kOtlpJson));
  ASSERT_FALSE(done);
  EXPECT_EQ(done.error().code, Errc::kOverloaded);
}

}  // namespace
}  // namespace clew::ingest
