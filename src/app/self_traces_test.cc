// The spans an operator's collector gets about our own requests.
#include "app/self_traces.h"

#include <atomic>
#include <chrono>
#include <memory>
#include <mutex>
#include <string>
#include <vector>

#include <gtest/gtest.h>

#include "base/json.h"

namespace clew::app {
namespace {

// A collector that remembers what it was sent.
class Collector final : public http::Application {
 public:
  Collector() {
    http::ServerOptions options;
    options.address = "127.0.0.1";
    options.port = 0;
    options.io_threads = 1;
    auto started = http::Server::start(options, *this);
    CLEW_ASSERT(started.has_value(), "cannot listen");
    server_ = *std::move(started);
  }
  ~Collector() override { server_->stop(std::chrono::milliseconds(1'000)); }

  void admit(std::shared_ptr<http::Request> request, http::Admit admit) override {
    http::Admission admission;
    admission.body_bytes_max = admission.wire_bytes_max = 10'000'000;
    admission.handle = [this, request](http::Respond respond) {
      {
        const std::lock_guard lock(mutex_);
        requests_.push_back(request);
      }
      respond(http::json_response(status, "{}"));
    };
    admit(std::move(admission));
  }
  http::Response failure(int code, std::string_view, std::string_view) override {
    return http::text_response(code, {});
  }
  void finished(const http::RequestSummary&) override {}

  std::vector<std::shared_ptr<http::Request>> requests() const {
    const std::lock_guard lock(mutex_);
    return requests_;
  }
  config::TelemetrySettings settings() const {
    config::TelemetrySettings out;
    out.otlp_endpoint = "http://127.0.0.1:" + std::to_string(server_->port()) + "/";
    return out;
  }

  std::atomic<int> status = 200;

 private:
  mutable std::mutex mutex_;
  std::vector<std::shared_ptr<http::Request>> requests_;
  std::unique_ptr<http::Server> server_;
};

class SelfTracing : public testing::Test {
 protected:
  // These requests are over, and the exporter stopped.
  void exported(const config::TelemetrySettings& settings, const std::vector<http::Request>& requests, int status = 200,
                std::string_view route = "/api/public/traces/{traceId}") {
    const auto traces = SelfTraces::start(settings, clock_, metrics_, {});
    for (const http::Request& request : requests) {
      traces->finished({.request = request, .status = status, .bytes_in = 7, .bytes_out = 9, .duration_us = 1'500},
                       route);
    }
  }
  json::Value spans() const {
    const auto requests = collector_.requests();
    if (requests.empty()) return json::Array{};
    const auto body = json::try_parse(requests.back()->body);
    return body->at("resourceSpans").at(0).at("scopeSpans").at(0).at("spans");
  }

  Collector collector_;
  FakeClock clock_{1'800'000'000'000'000};
  telemetry::Metrics metrics_;
};

http::Request request(std::string_view traceparent = {}) {
  http::Request out;
  out.method = http::Method::kGet;
  out.path = "/api/public/traces/secret-id";
  out.query = "token=hidden";
  out.request_id = "r1";
  out.headers.add("authorization", "Basic hidden");
  if (!traceparent.empty()) out.headers.add("traceparent", std::string(traceparent));
  return out;
}

TEST_F(SelfTracing, ARequestBecomesASpanWithoutItsContent) {
  config::TelemetrySettings settings = collector_.settings();
  settings.otlp_headers = config::Secret("authorization=Basic abc, x-tenant=t");
  settings.otlp_service_name = "clew-eu";
  exported(settings, {request()}, 503);
  ASSERT_EQ(collector_.requests().size(), 1U);
  const http::Request& sent = *collector_.requests()[0];
  EXPECT_EQ(sent.path, "/v1/traces");
  EXPECT_EQ(sent.headers.get("authorization"), "Basic abc");
  EXPECT_EQ(sent.headers.get("x-tenant"), "t");
  EXPECT_TRUE(sent.body.contains("clew-eu"));
  EXPECT_FALSE(sent.body.contains("hidden") || sent.body.contains("secret-id"));
  const json::Value span = spans().at(0);
  EXPECT_EQ(span.at("name"), "GET /api/public/traces/{traceId}");
  EXPECT_EQ(span.at("startTimeUnixNano"), "1799999999998500000");
  EXPECT_EQ(span.at("endTimeUnixNano"), "1800000000000000000");
  EXPECT_EQ(span.at("status").at("code"), 2);
  EXPECT_EQ(span.at("traceId").as_string().size(), 32U);
}

TEST_F(SelfTracing, ATraceparentIsContinuedAndItsFlagFollowed) {
  exported(collector_.settings(), {request("00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01"),
                                   request("00-1af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-00")});
  ASSERT_EQ(spans().as_array().size(), 1U);
  EXPECT_EQ(spans().at(0).at("traceId"), "0af7651916cd43dd8448eb211c80319c");
  EXPECT_EQ(spans().at(0).at("parentSpanId"), "b7ad6b7169203331");
}

TEST_F(SelfTracing, OurOwnExportMakesNoSpan) {
  http::Request own;
  own.headers.add("user-agent", "clew-self-traces");
  exported(collector_.settings(), {own}, 200, "/v1/traces");
  EXPECT_TRUE(collector_.requests().empty());
}

TEST_F(SelfTracing, NothingIsSampledAtZeroAndNothingStartsWithoutAnEndpoint) {
  config::TelemetrySettings none = collector_.settings();
  none.trace_sampling_ratio = "0";
  exported(none, {request(), request()});
  EXPECT_TRUE(collector_.requests().empty());
  EXPECT_EQ(SelfTraces::start({}, clock_, metrics_, {}), nullptr);
}

TEST_F(SelfTracing, WhatTheCollectorRefusesIsCountedAndDropped) {
  collector_.status = 500;
  exported(collector_.settings(), {request()});
  EXPECT_EQ(collector_.requests().size(), 1U);
  EXPECT_EQ(metrics_.counter("lf_self_spans_total", "", {{"result", "dropped"}}).value(), 1U);
}

}  // namespace
}  // namespace clew::app
