#include "otlp_grpc/listener.h"

#include <future>
#include <latch>
#include <map>
#include <thread>

#include <grpcpp/create_channel.h>
#include <grpcpp/generic/generic_stub.h>
#include <gtest/gtest.h>

#include "otlp_grpc/call.h"
#include "otlp_grpc/message.h"
#include "otlp_grpc/test_application.h"

namespace clew::otlp_grpc {
namespace {

using std::chrono::milliseconds;
using testing::TestApplication;

constexpr const char* kTraces = "/opentelemetry.proto.collector.trace.v1.TraceService/Export";

struct Answer {
  grpc::Status status;
  std::string body;
  std::map<std::string, std::string> trailers;
};

grpc::ByteBuffer buffer_of(std::string_view bytes) {
  const grpc::Slice slice(bytes.data(), bytes.size());
  return {&slice, 1};
}

std::string bytes_of(const grpc::ByteBuffer& buffer) {
  std::string out;
  std::vector<grpc::Slice> slices;
  if (!buffer.Valid() || !buffer.Dump(&slices).ok()) return out;
  for (const grpc::Slice& slice : slices)
    out.append(reinterpret_cast<const char*>(slice.begin()), slice.size());
  return out;
}

class OtlpGrpcTest : public ::testing::Test {
 protected:
  // The library is not built for it: what gRPC hands from thread to thread would all be reported.
  void SetUp() override {
    if constexpr (__has_feature(thread_sanitizer)) GTEST_SKIP() << "gRPC comes without the thread sanitizer";
  }
  void start(ListenerOptions options = {}, std::size_t budget = 1UL << 30) {
    options.path_prefix = "/api/public/otel";
    budget_ = std::make_shared<http::MemoryBudget>(budget);
    auto started = Listener::start(std::move(options), application_, budget_);
    ASSERT_TRUE(started) << started.error().message;
    listener_ = *std::move(started);
    address_ = "127.0.0.1:" + std::to_string(listener_->port());
  }
  std::shared_ptr<grpc::Channel> channel() {
    grpc::ChannelArguments arguments;
    arguments.SetInt(GRPC_ARG_USE_LOCAL_SUBCHANNEL_POOL, 1);  // a connection of its own
    arguments.SetMaxSendMessageSize(-1);
    return grpc::CreateCustomChannel(address_, grpc::InsecureChannelCredentials(), arguments);
  }
  Answer call(std::string_view body, const std::map<std::string, std::string>& metadata = {},
              const char* method = kTraces, grpc_compression_algorithm compression = GRPC_COMPRESS_NONE) {
    grpc::GenericStub stub(channel());
    grpc::ClientContext context;
    context.set_compression_algorithm(compression);
    for (const auto& [name, value] : metadata)
      context.AddMetadata(name, value);
    const grpc::ByteBuffer request = buffer_of(body);
    grpc::ByteBuffer response;
    std::promise<grpc::Status> done;
    stub.UnaryCall(&context, method, {}, &request, &response, [&](grpc::Status status) { done.set_value(status); });
    Answer answer{.status = done.get_future().get(), .body = bytes_of(response), .trailers = {}};
    for (const auto& [name, value] : context.GetServerTrailingMetadata())
      answer.trailers[std::string(name.data(), name.size())] = std::string(value.data(), value.size());
    return answer;
  }
  // A call gives its share back when it goes away, which may be after the client has its answer.
  bool is_given_back() const {
    const auto deadline = std::chrono::steady_clock::now() + std::chrono::seconds(30);
    while (budget_->used() != 0 && std::chrono::steady_clock::now() < deadline)
      std::this_thread::yield();
    return budget_->used() == 0;
  }
  ~OtlpGrpcTest() override {
    if (listener_) listener_->stop(std::chrono::seconds(10));
  }

  TestApplication application_;
  std::shared_ptr<http::MemoryBudget> budget_;
  std::unique_ptr<Listener> listener_;
  std::string address_;
};

http::Response refused(int status, std::string_view retry_after = {}) {
  http::Response response = http::json_response(status, R"({"error":"the reason"})");
  if (!retry_after.empty()) response.headers.add("Retry-After", std::string(retry_after));
  return response;
}

TEST_F(OtlpGrpcTest, ACallIsTheHttpRequestThatSaysTheSame) {
  start();
  const Answer answer =
      call("message", {{"authorization", "Basic abc"}, {"x-langfuse-sdk-name", "python"}, {"extra-bin", "\x01"}});
  EXPECT_TRUE(answer.status.ok()) << answer.status.error_message();
  EXPECT_EQ(answer.body, "answer");
  EXPECT_EQ(application_.body(), "message");
  const auto request = application_.request();
  EXPECT_EQ(request->method, http::Method::kPost);
  EXPECT_EQ(request->path, "/api/public/otel/v1/traces");
  EXPECT_EQ(request->headers.get("authorization"), "Basic abc");
  EXPECT_EQ(request->headers.get("x-langfuse-sdk-name"), "python");
  EXPECT_EQ(request->headers.get("content-type"), "application/x-protobuf");
  EXPECT_EQ(request->headers.get("host"), address_);
  EXPECT_NE(request->headers.get("user-agent"), "");
  EXPECT_FALSE(request->headers.find("extra-bin"));
  EXPECT_EQ(request->remote_address, "127.0.0.1");
  EXPECT_EQ(request->request_id.size(), 32U);
}

TEST_F(OtlpGrpcTest, MetadataCannotPretendToBeTransport) {
  start();
  call("x", {{"content-encoding", "gzip"}, {"host", "elsewhere"}});
  const auto request = application_.request();
  EXPECT_FALSE(request->headers.find("content-encoding"));
  EXPECT_EQ(request->headers.get("host"), address_);
}

TEST_F(OtlpGrpcTest, EachSignalHasItsPath) {
  start();
  call("", {}, "/opentelemetry.proto.collector.metrics.v1.MetricsService/Export");
  call("", {}, "/opentelemetry.proto.collector.logs.v1.LogsService/Export");
  EXPECT_EQ(application_.request(0)->path, "/api/public/otel/v1/metrics");
  EXPECT_EQ(application_.request(1)->path, "/api/public/otel/v1/logs");
}

TEST_F(OtlpGrpcTest, UnknownMethodsAreUnimplemented) {
  start();
  const Answer answer = call("x", {}, "/opentelemetry.proto.collector.trace.v1.TraceService/Import");
  EXPECT_EQ(answer.status.error_code(), grpc::StatusCode::UNIMPLEMENTED);
  EXPECT_EQ(application_.handled(), 0U);
}

TEST_F(OtlpGrpcTest, EveryRefusalHasItsStatusAndKeepsItsText) {
  start();
  const std::map<int, grpc::StatusCode> expected = {
      {400, grpc::StatusCode::INVALID_ARGUMENT},  {401, grpc::StatusCode::UNAUTHENTICATED},
      {403, grpc::StatusCode::PERMISSION_DENIED}, {404, grpc::StatusCode::UNIMPLEMENTED},
      {413, grpc::StatusCode::INVALID_ARGUMENT},  {429, grpc::StatusCode::RESOURCE_EXHAUSTED},
      {500, grpc::StatusCode::INTERNAL},          {503, grpc::StatusCode::UNAVAILABLE},
  };
  for (const auto& [status, code] : expected) {
    application_.refusal = refused(status);
    const Answer answer = call("x");
    EXPECT_EQ(answer.status.error_code(), code) << status;
    EXPECT_EQ(answer.status.error_message(), "the reason") << status;
    const bool again = status == 429 || status == 503;
    EXPECT_EQ(answer.trailers.contains("google.rpc.retryinfo-bin"), again) << status;
    EXPECT_EQ(answer.status.error_details().empty(), !again) << status;
  }
  EXPECT_EQ(application_.handled(), 0U) << "nobody's message is read before they are admitted";
}

TEST_F(OtlpGrpcTest, AnOverloadSaysWhenToComeBackInEveryWayExportersRead) {
  start();
  application_.refusal = refused(503, "7");
  const Answer answer = call("x");
  const std::string retry_info("\x0a\x02\x08\x07", 4);  // RetryInfo{retry_delay: {seconds: 7}}
  EXPECT_EQ(answer.trailers.at("google.rpc.retryinfo-bin"), retry_info);
  EXPECT_EQ(answer.trailers.at("grpc-retry-pushback-ms"), "7000");
  EXPECT_TRUE(answer.status.error_details().ends_with("type.googleapis.com/google.rpc.RetryInfo\x12\x04" + retry_info));
}

TEST_F(OtlpGrpcTest, CompressedMessagesAreRead) {
  start();
  const std::string text(100'000, 'a');
  EXPECT_TRUE(call(text, {}, kTraces, GRPC_COMPRESS_GZIP).status.ok());
  EXPECT_TRUE(call(text, {}, kTraces, GRPC_COMPRESS_DEFLATE).status.ok());
  EXPECT_EQ(application_.body(0), text);
  EXPECT_EQ(application_.body(1), text);
  EXPECT_LT(application_.request(0)->body_wire_bytes, 5'000U) << "it came compressed";
}

TEST_F(OtlpGrpcTest, LargeMessagesArriveWhole) {
  start();
  std::string text;
  for (std::size_t i = 0; text.size() < 20UL << 20; ++i)
    text += std::to_string(i) + ",";
  EXPECT_TRUE(call(text).status.ok());
  EXPECT_EQ(application_.body(), text);
}

TEST_F(OtlpGrpcTest, ABombIsNotBlownUp) {
  start({.body_bytes_max = 4UL << 20}, 8UL << 20);
  const std::string zeros(64UL << 20, '\0');
  for (const auto coding : {GRPC_COMPRESS_GZIP, GRPC_COMPRESS_DEFLATE}) {
    EXPECT_EQ(call(zeros, {}, kTraces, coding).status.error_code(), grpc::StatusCode::INVALID_ARGUMENT);
    EXPECT_TRUE(is_given_back());
  }
  EXPECT_EQ(application_.handled(), 0U);
}

TEST_F(OtlpGrpcTest, ARatioThatNoTextHasIsRefused) {
  start({.compression_ratio_max = 50});
  const std::string zeros(16UL << 20, '\0');
  EXPECT_EQ(call(zeros, {}, kTraces, GRPC_COMPRESS_GZIP).status.error_code(), grpc::StatusCode::INVALID_ARGUMENT);
}

TEST_F(OtlpGrpcTest, DamagedCompressionIsTheClientsFault) {
  start();
  EXPECT_EQ(call("\x1f\x8b\x08 not gzip").status.error_code(), grpc::StatusCode::INVALID_ARGUMENT);
}

TEST_F(OtlpGrpcTest, MessagesOverTheLimitsAreRefused) {
  start({.wire_bytes_max = 1UL << 20});
  application_.body_bytes_max = 100'000;
  EXPECT_EQ(call(std::string(100'001, 'x')).status.error_code(), grpc::StatusCode::INVALID_ARGUMENT);
  EXPECT_FALSE(call(std::string(2UL << 20, 'x')).status.ok());  // by gRPC itself, in its own words
  EXPECT_EQ(application_.handled(), 0U);
  EXPECT_TRUE(call(std::string(100'000, 'x')).status.ok());
}

TEST_F(OtlpGrpcTest, WithoutMemoryForAllCallsTheClientComesBackLater) {
  start({}, 300'000);
  const Answer answer = call(std::string(200'000, 'x'));
  EXPECT_EQ(answer.status.error_code(), grpc::StatusCode::UNAVAILABLE);
  EXPECT_TRUE(answer.trailers.contains("google.rpc.retryinfo-bin"));
  EXPECT_TRUE(is_given_back()) << "the refused call has given back what it took";
  ASSERT_TRUE(budget_->take(300'000 - 1'000));
  EXPECT_EQ(call("x").status.error_code(), grpc::StatusCode::UNAVAILABLE) << "held by others, HTTP bodies say";
  budget_->give_back(300'000 - 1'000);
  EXPECT_TRUE(is_given_back());
  EXPECT_TRUE(call("x").status.ok());
}

TEST_F(OtlpGrpcTest, TheAnswerMayComeLaterFromAnyThread) {
  std::promise<http::Respond> waiting;
  application_.handle = [&](const http::Request&, http::Respond respond) { waiting.set_value(std::move(respond)); };
  start();
  auto answer = std::async(std::launch::async, [&] { return call("x"); });
  http::Respond respond = waiting.get_future().get();
  EXPECT_EQ(answer.wait_for(milliseconds(0)), std::future_status::timeout) << "no answer before it is given";
  respond(http::Response{});
  EXPECT_TRUE(answer.get().status.ok());
}

TEST_F(OtlpGrpcTest, WhatIsDroppedUnansweredIsAnInternalError) {
  start();
  application_.handle = [](const http::Request&, http::Respond) {};
  EXPECT_EQ(call("x").status.error_code(), grpc::StatusCode::INTERNAL);
  application_.drops_admission = true;
  EXPECT_EQ(call("x").status.error_code(), grpc::StatusCode::INTERNAL);
}

TEST_F(OtlpGrpcTest, EveryCallIsNotedOnce) {
  start();
  call("four");
  const auto summary = application_.summary();
  EXPECT_EQ(summary.path, "/api/public/otel/v1/traces");
  EXPECT_EQ(summary.status, 200);
  EXPECT_EQ(summary.route, 7U);
  EXPECT_EQ(summary.bytes_in, 4U);
  EXPECT_EQ(summary.bytes_out, 6U);
}

TEST_F(OtlpGrpcTest, AClientThatLeavesIsNoticed) {
  std::promise<http::Respond> waiting;
  application_.handle = [&](const http::Request&, http::Respond respond) { waiting.set_value(std::move(respond)); };
  start();
  grpc::GenericStub stub(channel());
  grpc::ClientContext context;
  const grpc::ByteBuffer request = buffer_of("x");
  grpc::ByteBuffer response;
  std::promise<grpc::Status> done;
  stub.UnaryCall(&context, kTraces, {}, &request, &response, [&](grpc::Status status) { done.set_value(status); });
  http::Respond respond = waiting.get_future().get();
  std::latch left(1);
  const std::stop_callback noticed(application_.request()->cancelled, [&] { left.count_down(); });
  context.TryCancel();
  EXPECT_EQ(done.get_future().get().error_code(), grpc::StatusCode::CANCELLED);
  left.wait();
  respond(http::Response{});
  EXPECT_EQ(application_.summary().status, 0);
}

class SilentClient final : public grpc::ClientBidiReactor<grpc::ByteBuffer, grpc::ByteBuffer> {
 public:
  void OnDone(const grpc::Status& status) override { done.set_value(status); }
  std::promise<grpc::Status> done;
};

TEST_F(OtlpGrpcTest, AMessageThatNeverComesIsNotAwaitedForEver) {
  start({.read_timeout = milliseconds(50)});
  grpc::GenericStub stub(channel());
  grpc::ClientContext context;
  SilentClient client;
  stub.PrepareBidiStreamingCall(&context, kTraces, {}, &client);
  client.StartCall();
  EXPECT_FALSE(client.done.get_future().get().ok());
  EXPECT_EQ(application_.summary().status, 0);
  EXPECT_TRUE(is_given_back());
}

TEST_F(OtlpGrpcTest, StoppingLetsCallsInWorkFinish) {
  std::promise<http::Respond> waiting;
  application_.handle = [&](const http::Request&, http::Respond respond) { waiting.set_value(std::move(respond)); };
  start();
  auto answer = std::async(std::launch::async, [&] { return call("x"); });
  http::Respond respond = waiting.get_future().get();
  std::thread stopping([&] { listener_->stop(std::chrono::seconds(60)); });
  // Once it stops, new calls are refused: only then is the answer given.
  while (call("y", {}, "/x/y").status.error_code() == grpc::StatusCode::UNIMPLEMENTED)
    std::this_thread::yield();
  respond(http::Response{});
  EXPECT_TRUE(answer.get().status.ok());
  stopping.join();
}

TEST_F(OtlpGrpcTest, ATakenPortIsSaidSo) {
  start();
  const auto second = Listener::start({.port = listener_->port()}, application_, budget_);
  ASSERT_FALSE(second);
  EXPECT_EQ(second.error().code, Errc::kUnavailable);
  const auto nonsense = Listener::start({.address = "somewhere"}, application_, budget_);
  ASSERT_FALSE(nonsense);
  EXPECT_EQ(nonsense.error().code, Errc::kInvalidArgument);
}

TEST(OtlpGrpcPeer, IsAnAddressWithoutAPort) {
  EXPECT_EQ(address_of("ipv4:10.0.0.7:4711"), "10.0.0.7");
  EXPECT_EQ(address_of("ipv6:%5B::1%5D:4711"), "::1");
  EXPECT_EQ(address_of("ipv6:[::1]:4711"), "::1");
  EXPECT_EQ(address_of("unix:/somewhere"), "unix:/somewhere");
}

TEST(OtlpGrpcMessage, IsTakenForCompressedOnlyByARealHeader) {
  EXPECT_EQ(coding_of("\x1f\x8b"), http::ContentCoding::kGzip);
  for (const char* header : {"\x78\x01", "\x78\x5e", "\x78\x9c", "\x78\xda"})
    EXPECT_EQ(coding_of(header), http::ContentCoding::kDeflate);
  // Every export request begins with field 1, a message.
  for (int length = 0; length < 256; ++length)
    EXPECT_EQ(coding_of(std::string("\x0a") + static_cast<char>(length)), http::ContentCoding::kIdentity);
  EXPECT_EQ(coding_of(""), http::ContentCoding::kIdentity);
  EXPECT_EQ(coding_of("\x1f"), http::ContentCoding::kIdentity);
}

}  // namespace
}  // namespace clew::otlp_grpc
