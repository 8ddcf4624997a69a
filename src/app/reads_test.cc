// A read from the socket to the store: what happens when its client leaves, and when there is no room for it.
#include "app/reads.h"

#include <thread>

#include <gtest/gtest.h>

#include "analytics/remote/remote_engine.h"
#include "analytics/testing.h"
#include "api/endpoint_table.h"
#include "api/fake_authentication.h"
#include "http/test_client.h"

namespace clew::app {
namespace {

using http::testing::Client;

constexpr std::string_view kRequest =
    "GET /api/public/slow HTTP/1.1\r\nHost: x\r\nAuthorization: test project-key\r\n\r\n";

// A server with one route whose statement would take minutes.
class ReadsTest : public testing::TestWithParam<const char*> {
 protected:
  void SetUp() override {
    if (GetParam() == std::string_view("embedded")) {
      embedded_ = std::make_unique<analytics::TestEngine>();
      return;
    }
    clickhouse_ = std::make_unique<analytics::TestServer>();
    auto opened = analytics::RemoteEngine::open(
        {.url = clickhouse_->url(), .user = "clew", .password = "clew", .database = "clew"});
    ASSERT_TRUE(opened) << opened.error().message;
    remote_ = *std::move(opened);
  }

  void listen(const config::AnalyticsSettings& settings) {
    reads_ = std::make_unique<Reads>(settings, store(), metrics_);
    table_ = std::make_unique<api::EndpointTable>(api::EndpointOptions{.readers = &reads_->pool()}, authentication_,
                                                  pool_, telemetry::Logger(), metrics_);
    table_->add({.pattern = "/api/public/slow"}, [this](api::Context& context) -> Result<http::Response> {
      CLEW_TRY(const auto rows,
               reads_->engine().select("slow", "SELECT sum(cityHash64(number)) FROM numbers(1000000000000)",
                                       analytics::Params(context.project_id()), {.timeout_ms = 120'000}));
      return http::text_response(200, std::to_string(rows.size()));
    });
    auto started = http::Server::start({.io_threads = 1}, *table_);
    ASSERT_TRUE(started);
    server_ = *std::move(started);
  }

  void TearDown() override {
    if (server_) server_->stop(std::chrono::seconds(10));
    if (reads_) reads_->pool().stop();
    pool_.stop();
  }

  analytics::Engine& store() { return embedded_ ? **embedded_ : *remote_; }

  // Statements of the route at work in the store; not through the line.
  std::int64_t at_work() {
    auto rows =
        store().select("look", "SELECT count() FROM system.processes WHERE Settings['log_comment'] LIKE 'slow%'",
                       analytics::SystemParams());
    return rows ? rows->integer(0, 0) : -1;
  }
  bool comes_to(std::int64_t statements) {
    const auto deadline = std::chrono::steady_clock::now() + std::chrono::seconds(60);
    while (at_work() != statements) {
      if (std::chrono::steady_clock::now() > deadline) return false;
      std::this_thread::yield();
    }
    return true;
  }
  bool shows(std::string_view metric) {
    const auto deadline = std::chrono::steady_clock::now() + std::chrono::seconds(60);
    while (metrics_.to_prometheus().find(metric) == std::string::npos) {
      if (std::chrono::steady_clock::now() > deadline) return false;
      std::this_thread::yield();
    }
    return true;
  }

  api::FakeAuthentication authentication_;
  telemetry::Metrics metrics_;
  http::ThreadPool pool_{{.threads = 2, .queue_max = 16}};
  std::unique_ptr<analytics::TestEngine> embedded_;
  std::unique_ptr<analytics::TestServer> clickhouse_;
  std::unique_ptr<analytics::RemoteEngine> remote_;
  std::unique_ptr<Reads> reads_;
  std::unique_ptr<api::EndpointTable> table_;
  std::unique_ptr<http::Server> server_;
};

INSTANTIATE_TEST_SUITE_P(Engines, ReadsTest, testing::Values("embedded", "remote"),
                         [](const auto& info) { return std::string(info.param); });

TEST_P(ReadsTest, TheStatementEndsWhenItsClientLeaves) {
  listen({.reads_at_once = 1});
  Client client(server_->port());
  ASSERT_TRUE(client.send(kRequest));
  ASSERT_TRUE(comes_to(1));
  client.close();
  EXPECT_TRUE(comes_to(0));
  EXPECT_TRUE(shows("lf_read_cancelled_total{state=\"running\"} 1"));
}

TEST_P(ReadsTest, AConnectionThatBreaksEndsTheStatementToo) {
  listen({.reads_at_once = 1});
  Client client(server_->port());
  ASSERT_TRUE(client.send(kRequest));
  ASSERT_TRUE(comes_to(1));
  client.reset();
  EXPECT_TRUE(comes_to(0));
}

TEST_P(ReadsTest, WhoLeavesTheLineIsNotServedAndWhoStaysTooLongIsSentAway) {
  listen({.reads_at_once = 1, .read_wait = std::chrono::milliseconds(1'000)});
  Client busy(server_->port());
  ASSERT_TRUE(busy.send(kRequest));
  ASSERT_TRUE(comes_to(1));
  Client leaving(server_->port());
  ASSERT_TRUE(leaving.send(kRequest));
  ASSERT_TRUE(shows("lf_read_waiting 1"));
  leaving.close();
  EXPECT_TRUE(shows("lf_read_waiting 0"));

  Client waiting(server_->port());
  const auto answer = waiting.get("/api/public/slow", "Authorization: test project-key\r\n");
  EXPECT_EQ(answer.status, 503);
  ASSERT_TRUE(answer.headers.contains("retry-after"));
  EXPECT_GT(std::atoi(answer.headers.at("retry-after").c_str()), 0);
  EXPECT_EQ(at_work(), 1);
  busy.close();
  EXPECT_TRUE(comes_to(0));
}

}  // namespace
}  // namespace clew::app
