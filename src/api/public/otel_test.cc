// OTLP over HTTP, rule by rule (contract/otel-mapping.md 1): requests as bytes, through the real server and dispatcher.
#include "api/public/otel.h"

#include <future>
#include <mutex>

#include <gtest/gtest.h>

#include "api/endpoint_table.h"
#include "api/fake_authentication.h"
#include "api/public/otel_local.h"
#include "http/compression.h"
#include "http/test_client.h"
#include "ingest/intake/record.h"

namespace clew::api {
namespace {

using http::testing::Answer;
using http::testing::Client;

constexpr std::string_view kKey = "Authorization: test project-key\r\n";
constexpr std::string_view kJson = "Content-Type: application/json\r\n";
constexpr std::string_view kProtobuf = "Content-Type: application/x-protobuf\r\n";
constexpr std::string_view kSpan =
    R"({"traceId":"0af7651916cd43dd8448eb211c80319c","spanId":"00f067aa0ba902b7","name":"n",)"
    R"("startTimeUnixNano":"1700000000000000000"})";

std::string export_of(std::string_view spans) {
  return R"({"resourceSpans":[{"scopeSpans":[{"scope":{"name":"tests"},"spans":[)" + std::string(spans) + "]}]}]}";
}

std::string bytes(std::string_view hex) {
  return text::from_hex(hex).value();
}

// resourceSpans{scopeSpans{spans{trace_id, span_id}}}
const std::string kProtobufSpan = bytes("0a20121e121c0a100af7651916cd43dd8448eb211c80319c120800f067aa0ba902b7");

// A log that keeps records in memory and lets a test decide when they are durable.
class HeldLog final : public ingest::Log {
 public:
  void append(std::string payload, ingest::Attachment, Appended done) override {
    const std::lock_guard<std::mutex> lock(mutex_);
    if (refuses) return done(Error{Errc::kOverloaded, "the log is full"});
    records_.push_back(std::move(payload));
    if (holds) {
      held.set_value(std::move(done));
    } else {
      done(records_.size());
    }
  }
  Result<> has_room(std::uint32_t, std::uint64_t bytes) override {
    return bytes <= room ? ok() : Result<>(Error{Errc::kOverloaded, "the log is full"});
  }
  std::vector<ingest::LogRecord> list(ingest::LogPosition, std::size_t, int) override { return {}; }
  ingest::Attachment take_attachment(ingest::LogPosition) override { return {}; }
  Result<std::string> read(ingest::LogPosition) override { return Error{Errc::kNotFound, "none"}; }
  Result<> acknowledge(ingest::LogPosition) override { return ok(); }
  ingest::LogState state() const override { return {}; }
  void stop() override {}

  std::vector<ingest::Record> records() {
    const std::lock_guard<std::mutex> lock(mutex_);
    std::vector<ingest::Record> out;
    for (const std::string& record : records_)
      out.push_back(*ingest::parse_record(record));
    return out;
  }

  std::uint64_t room = ~std::uint64_t{0};
  bool refuses = false;
  bool holds = false;
  std::promise<Appended> held;

 private:
  std::mutex mutex_;
  std::vector<std::string> records_;
};

class OtelTest : public ::testing::Test {
 protected:
  void listen(OtelOptions options = {}, http::ServerOptions server = {}) {
    listen_with(authentication_, std::move(options), std::move(server));
  }
  void listen_with(Authentication& authentication, OtelOptions options, http::ServerOptions server = {}) {
    pool_ = std::make_unique<http::ThreadPool>(http::ThreadPoolOptions{.threads = 1, .queue_max = 16});
    table_ = std::make_unique<EndpointTable>(EndpointOptions{}, authentication, *pool_, telemetry::Logger(), metrics_);
    register_otel(*table_, {.intake = intake_, .arrivals = arrivals_, .clock = clock_}, std::move(options));
    server.io_threads = 1;
    auto started = http::Server::start(std::move(server), *table_);
    ASSERT_TRUE(started);
    server_ = *std::move(started);
  }
  std::unique_ptr<Client> client() { return std::make_unique<Client>(server_->port()); }
  Answer post(std::string_view body, std::string_view headers, std::string_view path = "/api/public/otel/v1/traces") {
    return client()->post(path, body, headers);
  }
  Answer post_with_key(std::string_view body, std::string_view headers) {
    return post(body, std::string(kKey) + std::string(headers));
  }
  ~OtelTest() override {
    if (server_) server_->stop(std::chrono::seconds(10));
    if (pool_) pool_->stop();
  }

  FakeAuthentication authentication_;
  SystemClock clock_;
  HeldLog log_;
  ingest::Intake intake_{log_};
  ingest::ArrivalLog arrivals_;
  telemetry::Metrics metrics_;
  std::unique_ptr<http::ThreadPool> pool_;
  std::unique_ptr<EndpointTable> table_;
  std::unique_ptr<http::Server> server_;
};

TEST_F(OtelTest, SuccessIsAnExportResponseInTheEncodingOfTheRequest) {
  listen();
  const Answer json = post_with_key(export_of(kSpan), kJson);
  EXPECT_EQ(json.status, 200);
  EXPECT_EQ(json.body, "{}");
  EXPECT_TRUE(json.headers.at("content-type").starts_with("application/json"));
  const Answer protobuf = post_with_key(kProtobufSpan, kProtobuf);
  EXPECT_EQ(protobuf.status, 200);
  EXPECT_EQ(protobuf.body, "");
  EXPECT_EQ(protobuf.headers.at("content-type"), "application/x-protobuf");
  ASSERT_EQ(log_.records().size(), 2U);
  EXPECT_EQ(log_.records()[1].body, kProtobufSpan) << "stored as it came";
  EXPECT_EQ(log_.records()[1].context.project_id, "project-1");
}

TEST_F(OtelTest, TheAnswerWaitsForTheCommit) {
  log_.holds = true;
  listen();
  auto answer = std::async(std::launch::async, [&] { return post_with_key(kProtobufSpan, kProtobuf); });
  ingest::Log::Appended done = log_.held.get_future().get();
  EXPECT_EQ(answer.wait_for(std::chrono::milliseconds(0)), std::future_status::timeout);
  done(ingest::LogPosition{1});
  EXPECT_EQ(answer.get().status, 200);
}

TEST_F(OtelTest, WhatCannotBeMadeDurableIsSentAgainLater) {
  log_.refuses = true;
  listen();
  const Answer answer = post_with_key(kProtobufSpan, kProtobuf);
  EXPECT_EQ(answer.status, 503);
  EXPECT_TRUE(answer.headers.contains("retry-after"));
}

TEST_F(OtelTest, WhatTheLogHasNoRoomForIsRefusedUnread) {
  log_.room = 1000;
  listen();
  const auto sender = client();
  sender->send("POST /api/public/otel/v1/traces HTTP/1.1\r\nHost: x\r\nContent-Length: 1001\r\n" + std::string(kKey) +
               std::string(kJson) + "\r\n");
  const Answer refused = sender->receive();
  EXPECT_EQ(refused.status, 503) << "although nothing of the body was sent";
  EXPECT_TRUE(refused.headers.contains("retry-after"));
  EXPECT_EQ(post_with_key(kProtobufSpan, kProtobuf).status, 200);
  EXPECT_EQ(post(kProtobufSpan, kProtobuf).status, 401) << "first it is asked who sends";
}

TEST_F(OtelTest, AnEmptyExportIsStoredAsNothing) {
  listen();
  EXPECT_EQ(post_with_key(R"({"resourceSpans":[]})", kJson).body, "{}");
  EXPECT_EQ(post_with_key("{}", kJson).status, 200);
  EXPECT_EQ(post_with_key("", kProtobuf).status, 200);
  EXPECT_TRUE(log_.records().empty());
}

TEST_F(OtelTest, ValidSpansAreStoredAndTheOthersReported) {
  listen();
  const std::string body = export_of(std::string(kSpan) + R"(,{"traceId":"0af7651916cd43dd8448eb211c80319c"})");
  const Answer json = post_with_key(body, kJson);
  EXPECT_EQ(json.status, 200);
  EXPECT_EQ(json.body,
            R"({"partialSuccess":{"rejectedSpans":"1","errorMessage":"1 of 2 span(s) rejected: spanId:absent"}})");
  // The same with a span without an id: resourceSpans{scopeSpans{spans{trace_id}, spans{trace_id, span_id}}}
  const std::string mixed = bytes(
      "0a3412321212"
      "0a100af7651916cd43dd8448eb211c80319c"
      "121c0a100af7651916cd43dd8448eb211c80319c120800f067aa0ba902b7");
  const Answer protobuf = post_with_key(mixed, kProtobuf);
  EXPECT_EQ(protobuf.status, 200);
  EXPECT_EQ(protobuf.body.substr(2, 2), bytes("0801")) << "partial_success{rejected_spans: 1";
  EXPECT_NE(protobuf.body.find("spanId:absent"), std::string::npos);
  EXPECT_EQ(log_.records().size(), 2U);
}

TEST_F(OtelTest, InRejectModeAnInvalidSpanRefusesTheWholeExport) {
  listen({.reject_invalid = true});
  const Answer answer =
      post_with_key(export_of(std::string(kSpan) + R"(,{"traceId":"0af7651916cd43dd8448eb211c80319c"})"), kJson);
  EXPECT_EQ(answer.status, 400);
  EXPECT_EQ(answer.body, R"({"error":"Invalid OTLP trace export: 1 of 2 span(s) rejected: spanId:absent"})");
  EXPECT_TRUE(log_.records().empty());
}

TEST_F(OtelTest, NothingUsableIsRefused) {
  listen();
  const Answer answer = post_with_key(export_of(R"({"name":"a log record"})"), kJson);
  EXPECT_EQ(answer.status, 400);
  EXPECT_TRUE(answer.body.starts_with(R"({"error":"Invalid OTLP trace export: 1 of 1 span(s))")) << answer.body;
}

TEST_F(OtelTest, UnreadableBodiesHaveTheTextsOfTheContract) {
  listen();
  const std::string gzip = std::string(kProtobuf) + "Content-Encoding: gzip\r\n";
  EXPECT_EQ(post_with_key("{", kJson).body, R"({"error":"Failed to parse OTel JSON Trace"})");
  EXPECT_EQ(post_with_key("\x0a\xff", kProtobuf).body, R"({"error":"Failed to parse OTel Protobuf Trace"})");
  EXPECT_EQ(post_with_key("no gzip", gzip).body, R"({"error":"Failed to decompress request body"})");
  EXPECT_EQ(post_with_key(http::gzip(kProtobufSpan, 6).substr(0, 20), gzip).body,
            R"({"error":"Failed to decompress request body"})");
  EXPECT_EQ(post_with_key("x", "Content-Type: text/plain\r\n").body, R"({"error":"Invalid content type"})");
  EXPECT_EQ(post_with_key("x", "").status, 400);
}

TEST_F(OtelTest, ContentTypesMayHaveParametersAndAnyCase) {
  listen();
  EXPECT_EQ(post_with_key(export_of(kSpan), "Content-Type: Application/JSON; charset=utf-8\r\n").status, 200);
  EXPECT_EQ(post_with_key(kProtobufSpan, "Content-Type: APPLICATION/X-PROTOBUF;v=1\r\n").status, 200);
  EXPECT_EQ(log_.records().size(), 2U);
}

TEST_F(OtelTest, GzipIsReadAndOtherCodingsAreRefused) {
  listen();
  const std::string compressed = http::gzip(kProtobufSpan, 6);
  EXPECT_EQ(post_with_key(compressed, std::string(kProtobuf) + "Content-Encoding: GZIP\r\n").status, 200);
  EXPECT_EQ(log_.records().at(0).body, kProtobufSpan);
  const Answer brotli = post_with_key("x", std::string(kProtobuf) + "Content-Encoding: br\r\n");
  EXPECT_EQ(brotli.status, 415);
  EXPECT_TRUE(brotli.body.starts_with(R"({"error":")"));
}

TEST_F(OtelTest, ABodyThatGrowsTooLargeIsRefused) {
  listen({}, {.body_bytes_max = 2UL << 20, .compression_ratio_max = 100'000});
  const std::string bomb = http::gzip(std::string(3UL << 20, ' '), 9);
  const Answer answer = post_with_key(bomb, std::string(kJson) + "Content-Encoding: gzip\r\n");
  EXPECT_EQ(answer.status, 413);
  EXPECT_TRUE(answer.body.starts_with(R"({"error":")"));
}

TEST_F(OtelTest, IngestionVersionsUpToFourAreAccepted) {
  listen();
  const auto with_version = [&](std::string_view header) {
    return post_with_key(export_of(kSpan), std::string(kJson) + std::string(header) + "\r\n");
  };
  EXPECT_EQ(with_version("x-langfuse-ingestion-version: 4").status, 200);
  EXPECT_EQ(with_version("x_langfuse_ingestion_version: 3").status, 200)
      << "underscores: some exporters can do no other";
  EXPECT_EQ(with_version("x-langfuse-ingestion-version: 5").body,
            R"({"error":"Unsupported x-langfuse-ingestion-version: \"5\". Maximum supported: \"4\"."})");
  EXPECT_EQ(with_version("x_langfuse_ingestion_version: four").status, 400);
}

TEST_F(OtelTest, OnlyProjectKeysMayWrite) {
  listen();
  const auto as = [&](std::string_view who) {
    return post(export_of(kSpan), std::string(kJson) + "Authorization: test " + std::string(who) + "\r\n");
  };
  EXPECT_EQ(post(export_of(kSpan), kJson).status, 401);
  EXPECT_EQ(as("nobody").status, 401);
  EXPECT_TRUE(as("nobody").body.starts_with(R"({"message":")"));
  for (const std::string_view who : {"public-key", "organization-key"}) {
    EXPECT_EQ(as(who).status, 403) << who;
    EXPECT_EQ(as(who).body, R"({"message":"Access denied - insufficient permissions for this endpoint"})") << who;
  }
  EXPECT_TRUE(log_.records().empty());
}

TEST_F(OtelTest, OtherMethodsAreNotAllowedAndASlashAtTheEndIsTolerated) {
  listen();
  const auto send = [&](std::string_view method, bool head) {
    const auto connection = client();
    connection->send(std::string(method) + " /api/public/otel/v1/traces HTTP/1.1\r\nHost: x\r\n\r\n");
    return connection->receive(head);
  };
  EXPECT_EQ(send("GET", false).status, 405);
  EXPECT_EQ(send("GET", false).headers.at("allow"), "POST");
  EXPECT_EQ(send("HEAD", true).status, 405);
  EXPECT_EQ(send("PUT", false).status, 405);
  EXPECT_EQ(send("OPTIONS", false).status, 204) << "browsers may send spans with a key";
  EXPECT_EQ(post(export_of(kSpan), std::string(kKey) + std::string(kJson), "/api/public/otel/v1/traces/").status, 200);
  EXPECT_EQ(post(export_of(kSpan), std::string(kKey) + std::string(kJson), "/api/public/otel/v1/traces/x").status, 404);
}

TEST_F(OtelTest, MetricsAreAcceptedAndThrownAwayAndLogsDoNotExist) {
  listen();
  const Answer json = post("{}", std::string(kKey) + std::string(kJson), "/api/public/otel/v1/metrics");
  EXPECT_EQ(json.status, 200);
  EXPECT_EQ(json.body, "{}");
  const Answer protobuf = post("\x0a", std::string(kKey) + std::string(kProtobuf), "/api/public/otel/v1/metrics");
  EXPECT_EQ(protobuf.status, 200);
  EXPECT_EQ(protobuf.body, "");
  EXPECT_EQ(protobuf.headers.at("content-type"), "application/x-protobuf");
  EXPECT_EQ(post("{}", kJson, "/api/public/otel/v1/metrics").status, 401);
  EXPECT_EQ(post("{}", std::string(kKey) + std::string(kJson), "/api/public/otel/v1/logs").status, 404);
  EXPECT_TRUE(log_.records().empty());
}

// The listener without keys ----------------------------------------------------------------------------------------

class LocalOtelTest : public OtelTest {
 protected:
  LocalOtelTest() { listen_with(local_, {.prefix = ""}); }

  // As a program on this machine sends it, with `headers` on top.
  Answer send(std::string_view headers = {}, std::string_view type = kJson, std::string_view host = "localhost:4318") {
    const auto connection = client();
    const std::string body = export_of(kSpan);
    connection->send("POST /v1/traces HTTP/1.1\r\nHost: " + std::string(host) + "\r\nContent-Length: " +
                     std::to_string(body.size()) + "\r\n" + std::string(type) + std::string(headers) + "\r\n" + body);
    return connection->receive();
  }

  LocalOtlpAuthentication local_{authentication_, "local-project", "local-organization"};
};

TEST_F(LocalOtelTest, AProgramWithoutAKeyWritesIntoTheProject) {
  EXPECT_EQ(send().status, 200);
  for (const std::string_view host : {"127.0.0.1:4318", "[::1]:4318", "LOCALHOST", "127.0.0.1"})
    EXPECT_EQ(send("", kJson, host).status, 200) << host;
  ASSERT_EQ(log_.records().size(), 5U);
  EXPECT_EQ(log_.records()[0].context.project_id, "local-project");
  EXPECT_EQ(log_.records()[0].context.attribution.api_key, kLocalOtlpKey);
}

TEST_F(LocalOtelTest, AKeyThatIsGivenCounts) {
  EXPECT_EQ(send("Authorization: test project-key\r\n").status, 200);
  EXPECT_EQ(log_.records().at(0).context.project_id, "project-1") << "the key's project, not ours";
  EXPECT_EQ(send("Authorization: test wrong\r\n").status, 401);
  EXPECT_EQ(send("Authorization: \r\n").status, 401);
  EXPECT_EQ(log_.records().size(), 1U);
}

TEST_F(LocalOtelTest, AWebPageCannotWrite) {
  EXPECT_EQ(send("Origin: http://evil.example\r\n").status, 403);
  EXPECT_EQ(send("Origin: null\r\n").status, 403);
  EXPECT_EQ(send("Origin: http://localhost:4318\r\n").status, 403);
  EXPECT_EQ(send("Sec-Fetch-Site: cross-site\r\n").status, 403);
  for (const std::string_view host :
       {"evil.example:4318", "localhost.evil.example", "127.0.0.1.evil.example", "10.0.0.1"})
    EXPECT_EQ(send("", kJson, host).status, 403) << host;
  // What a form or a fetch without CORS may send.
  for (const std::string_view type :
       {"text/plain", "text/plain; application/json", "application/x-www-form-urlencoded", "multipart/form-data"}) {
    EXPECT_EQ(send("", "Content-Type: " + std::string(type) + "\r\n").status, 403) << type;
  }
  EXPECT_EQ(send("", "").status, 403);
  const auto preflight = client();
  preflight->send(
      "OPTIONS /v1/traces HTTP/1.1\r\nHost: localhost:4318\r\nOrigin: http://evil.example\r\n"
      "Access-Control-Request-Method: POST\r\nAccess-Control-Request-Headers: content-type\r\n\r\n");
  const Answer answer = preflight->receive();
  EXPECT_EQ(answer.status, 405);
  EXPECT_FALSE(answer.headers.contains("access-control-allow-origin"));
  EXPECT_TRUE(log_.records().empty());
}

TEST_F(LocalOtelTest, AProxyOnThisMachineDoesNotOpenItToOthers) {
  for (const std::string_view header :
       {"X-Forwarded-For: 10.0.0.1", "Forwarded: for=10.0.0.1", "X-Real-IP: 10.0.0.1", "Via: 1.1 proxy"}) {
    EXPECT_EQ(send(std::string(header) + "\r\n").status, 403) << header;
  }
  EXPECT_TRUE(log_.records().empty());
}

TEST_F(LocalOtelTest, NothingButOtlpIsServed) {
  const std::string headers = std::string(kKey) + std::string(kJson);
  EXPECT_EQ(post(export_of(kSpan), headers, "/api/public/otel/v1/traces").status, 404);
  EXPECT_EQ(client()->get("/").status, 404);
  EXPECT_EQ(client()->get("/api/public/health").status, 404);
  EXPECT_EQ(post("{}", headers, "/v1/logs").status, 404);
  EXPECT_EQ(post("{}", headers, "/v1/metrics").status, 200);
}

TEST(LocalOtlpRules, RefuseAPeerThatIsNotThisMachine) {
  http::Request request;
  request.headers.add("Host", "localhost:4318");
  request.headers.add("Content-Type", "application/x-protobuf");
  for (const std::string_view peer : {"127.0.0.1", "127.9.9.9", "::1", "::ffff:127.0.0.1"}) {
    request.remote_address = peer;
    EXPECT_TRUE(check_local_otlp(request)) << peer;
  }
  for (const std::string_view peer : {"10.0.0.1", "192.168.1.5", "fe80::1", "", "unix:/x"}) {
    request.remote_address = peer;
    const auto checked = check_local_otlp(request);
    ASSERT_FALSE(checked) << peer;
    EXPECT_EQ(checked.error().code, Errc::kForbidden);
  }
}

}  // namespace
}  // namespace clew::api
