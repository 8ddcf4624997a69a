#include "api/public/health.h"

#include <gtest/gtest.h>

#include "api/version.h"
#include "base/json.h"

namespace clew::api {
namespace {

// Keeps the handlers and calls them as the dispatcher would.
class Collected : public Endpoints {
 public:
  void add(Route, Handler) override {}
  void add_deferred(Route route, DeferredHandler handler) override {
    EXPECT_EQ(route.scope, domain::Scope::kPublic);
    EXPECT_TRUE(route.on_io_thread) << "probes are answered also when every worker hangs";
    if (route.method == http::Method::kGet) handlers_[route.pattern] = std::move(handler);
  }
  http::Response get(const std::string& path, std::string_view query = {}, const std::string& from = "127.0.0.1",
                     const std::string& forwarded_for = {}) {
    http::Request request;
    request.remote_address = from;
    if (!forwarded_for.empty()) request.headers.add("X-Forwarded-For", forwarded_for);
    Context context{.request = request, .query = http::Query(query), .principal = {}, .path_params = {}};
    http::Response answer;
    handlers_.at(path)(context, [&](http::Response response) { answer = std::move(response); });
    return answer;
  }

 private:
  std::map<std::string, DeferredHandler> handlers_;
};

TEST(HealthTest, ReportsAVersionOfTheReferenceWithoutV) {
  Collected endpoints;
  register_health(endpoints, {});
  const auto answer = endpoints.get("/api/public/health");
  EXPECT_EQ(answer.status, 200);
  const auto body = json::parse(answer.body);
  ASSERT_TRUE(body);
  EXPECT_EQ(body->at("status").as_string(), "OK");
  EXPECT_EQ(body->at("version").as_string(), "4.80.0");
}

TEST(HealthTest, TouchesStoresOnlyWhenAsked) {
  Collected endpoints;
  register_health(endpoints, {.is_draining = {},
                              .unready = {},
                              .degraded = [] { return std::vector<std::string>{"clickhouse"}; },
                              .is_database_available = [] { return false; },
                              .has_recent_events = [] { return false; }});
  EXPECT_EQ(endpoints.get("/api/public/health").status, 200);
  EXPECT_NE(endpoints.get("/api/public/health").body.find("\"degraded\":[\"clickhouse\"]"), std::string::npos);
  EXPECT_EQ(endpoints.get("/api/public/health", "failIfDatabaseUnavailable=true").status, 503);
  EXPECT_EQ(endpoints.get("/api/public/health", "failIfNoRecentEvents=true").status, 503);
  EXPECT_EQ(endpoints.get("/api/public/health", "failIfNoRecentEvents=false").status, 200);
}

TEST(HealthTest, StuckQueuesFailWhenAskedAndByDefaultWhereOnlyWorkIsDone) {
  bool propagation = true, consumption = false;
  HealthChecks checks;
  checks.is_propagation_stuck = [&] { return propagation; };
  checks.is_consumption_stuck = [&] { return consumption; };
  Collected everything;
  register_health(everything, checks);
  EXPECT_EQ(everything.get("/api/health").status, 200);
  EXPECT_EQ(everything.get("/api/health", "failIfEventPropagationStuck=true").status, 503);
  EXPECT_EQ(everything.get("/api/health", "failIfQueueConsumptionStuck=true").status, 200);
  checks.checks_stuck_by_default = true;
  Collected worker;
  register_health(worker, checks);
  EXPECT_EQ(worker.get("/api/health").status, 503);
  EXPECT_EQ(worker.get("/api/health", "failIfEventPropagationStuck=false").status, 200);
  propagation = false;
  consumption = true;
  EXPECT_EQ(worker.get("/api/health").status, 503);
  EXPECT_EQ(worker.get("/api/ready").status, 200);
}

TEST(HealthTest, DetailsAreForCallersOnTheMachineItself) {
  HealthChecks checks;
  checks.details = [] {
    return std::vector<HealthDetail>{{.name = "ingest", .is_good = false, .text = "the disk is almost full"}};
  };
  Collected endpoints;
  register_health(endpoints, checks);
  const auto local = endpoints.get("/api/public/health", "verbose=true");
  EXPECT_NE(local.body.find(R"("checks":{"ingest":{"status":"failed","message":"the disk is almost full"}})"),
            std::string::npos)
      << local.body;
  EXPECT_EQ(endpoints.get("/api/public/health").body.find("checks"), std::string::npos);
  EXPECT_EQ(endpoints.get("/api/public/health", "verbose=true", "10.0.0.7").body.find("checks"), std::string::npos);
  EXPECT_EQ(endpoints.get("/api/public/health", "verbose=true", "127.0.0.1", "203.0.113.9").body.find("checks"),
            std::string::npos);
}

TEST(HealthTest, ReadinessTellsDrainingFromUnready) {
  bool draining = false;
  std::vector<std::string> reasons;
  Collected endpoints;
  register_health(endpoints, {.is_draining = [&] { return draining; },
                              .unready = [&] { return reasons; },
                              .degraded = {},
                              .is_database_available = {},
                              .has_recent_events = {}});
  EXPECT_EQ(endpoints.get("/api/public/ready").status, 200);
  reasons = {"migrating"};
  EXPECT_EQ(endpoints.get("/api/ready").status, 503);
  EXPECT_EQ(endpoints.get("/api/public/health").status, 200) << "liveness depends on nothing else";
  draining = true;
  EXPECT_EQ(endpoints.get("/api/public/ready").status, 500);
}

}  // namespace
}  // namespace clew::api
