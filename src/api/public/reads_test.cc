// The public read routes as a client sees them: keys, nulls, encodings, pages and errors of the contract.
#include <functional>
#include <set>

#include <gtest/gtest.h>

#include "analytics/forwarding_engine.h"
#include "api/public/experiments.h"
#include "api/public/observations.h"
#include "api/public/observations_v2.h"
#include "api/public/route_harness.h"
#include "api/public/scores.h"
#include "api/public/scores_v3.h"
#include "api/public/sessions.h"
#include "api/public/traces.h"
#include "meta/testing/databases.h"
#include "query/testing.h"

namespace clew::api {
namespace {

using query::test_observation;
using query::test_time;

class FixedPrices : public query::UnitPrices {
 public:
  std::optional<query::TierPrices> find(std::string_view, std::string_view model_id, std::string_view) const override {
    if (model_id != "m1") return {};
    return query::TierPrices{{"input", "0.0000025"}, {"output", "0.00001"}};
  }
};

class ReadsTest : public testing::Test {
 protected:
  static void SetUpTestSuite() { suite_store_ = new query::TestStore; }
  static void TearDownTestSuite() {
    delete suite_store_;
    suite_store_ = nullptr;
  }
  ReadsTest() {
    routes_.project = project_;
    register_traces(routes_, store_.engine(), deletions_);
    register_observations(routes_, store_.engine(), prices_);
    register_observations_v2(routes_, store_.engine(), prices_);
    register_sessions(routes_, store_.engine());
    register_scores(routes_, store_.engine());
    register_scores_v3(routes_, store_.engine());
    register_experiments(routes_, store_.engine());
  }

  query::ScoreRecord score(std::string id, std::string name, domain::ScoreDataType type, double value,
                           std::optional<std::string> text = {}) {
    query::ScoreRecord s;
    s.id = std::move(id), s.name = std::move(name), s.data_type = type, s.value = value,
    s.string_value = std::move(text);
    s.trace_id = "t";
    s.timestamp_us = s.created_at_us = s.updated_at_us = test_time(static_cast<std::int64_t>(++scores_));
    return s;
  }

  FixedPrices prices_;
  SystemClock clock_;
  meta::testing::TemporaryDatabase database_;
  ingest::Tombstones tombstones_{suite_store_->engine(), clock_};
  retention::Deletions deletions_{suite_store_->engine(), tombstones_, *database_, clock_};
  // One store for all tests, a pair of projects for each.
  static inline query::TestStore* suite_store_ = nullptr;
  static inline int tests_ = 0;
  query::TestStore& store_ = *suite_store_;
  const std::string project_ = "project-" + std::to_string(++tests_);
  const std::string other_ = project_ + "-other";  // after project_ in every order
  RouteHarness routes_;
  int scores_ = 0;
};

domain::ObservationType generation() {
  return domain::ObservationType::kGeneration;
}

query::ObservationRecord full_generation() {
  auto o = test_observation("t", "gen", "root", 10);
  o.type = generation();
  o.model = "gpt-4o", o.model_id = "m1", o.model_parameters = R"({"temperature":0.5})";
  o.usage = {{"input", 100}, {"output", 200}, {"total", 300}};
  o.cost = {{"input", 250'000'000}, {"output", 2'000'000'000}, {"total", 2'250'000'000}};
  o.total_cost = 2'250'000'000, o.input_cost = 250'000'000, o.output_cost = 2'000'000'000;
  o.input_tokens = 100, o.output_tokens = 200, o.total_tokens = 300;
  o.completion_start_time_us = test_time(35);
  o.prompt_name = "p", o.prompt_version = 2, o.prompt_id = "prompt-1";
  o.pricing_tier_name = "Standard";
  o.input = R"({"messages":[{"role":"user","content":"hi"}],"big":9007199254740993})";
  o.output = "plain text";
  o.metadata = {{"count", "7"}, {"typed", "7"}, {"o.x", "[1]"}, {"long", std::string(300, 'x')}};
  o.metadata_strings = {"typed"};
  return o;
}

TEST_F(ReadsTest, ASpanWithoutDataReadsAsOldClientsExpect) {
  store_.add(project_, test_observation("t", "bare"));
  const auto answer = routes_.get("/api/public/observations/bare");
  ASSERT_EQ(answer.status, 200);
  EXPECT_EQ(answer.text("modelParameters"), "null");
  EXPECT_EQ(answer.text("metadata"), "{}");
  EXPECT_EQ(answer.text("input"), "null");
  EXPECT_EQ(answer.text("output"), "null");
  EXPECT_EQ(answer.text("promptTokens"), "0");
  EXPECT_EQ(answer.text("totalTokens"), "0");
  EXPECT_EQ(answer.text("level"), "DEFAULT");
  EXPECT_EQ(answer.text("parentObservationId"), "null");
  EXPECT_EQ(answer.text("usage"), R"({"unit":"TOKENS","input":0,"output":0,"total":0})");
  EXPECT_EQ(answer.text("inputPrice"), "null");
  EXPECT_EQ(answer.text("calculatedTotalCost"), "null");
  EXPECT_EQ(answer.text("startTime"), "2026-01-02T03:04:05.000Z");
  for (const char* key : {"id",
                          "projectId",
                          "traceId",
                          "name",
                          "type",
                          "environment",
                          "endTime",
                          "version",
                          "createdAt",
                          "updatedAt",
                          "statusMessage",
                          "model",
                          "completionStartTime",
                          "promptId",
                          "promptName",
                          "promptVersion",
                          "usageDetails",
                          "costDetails",
                          "unit",
                          "completionTokens",
                          "modelId",
                          "usagePricingTierId",
                          "usagePricingTierName",
                          "outputPrice",
                          "totalPrice",
                          "calculatedInputCost",
                          "calculatedOutputCost",
                          "latency",
                          "timeToFirstToken"}) {
    EXPECT_TRUE(answer.has("", key)) << key;
  }
  for (const char* key : {"userId", "sessionId", "traceName", "release", "tags", "bookmarked", "public"}) {
    EXPECT_FALSE(answer.has("", key)) << key;
  }
}

TEST_F(ReadsTest, AGenerationInV1) {
  store_.add(project_, full_generation());
  const auto answer = routes_.get("/api/public/observations/gen");
  EXPECT_EQ(answer.text("input/messages/0/content"), "hi");
  EXPECT_EQ(answer.text("input/big"), "9007199254740993");
  EXPECT_TRUE(answer.at("input/big").is_string());  // a double would lose its last digit
  EXPECT_EQ(answer.text("output"), "plain text");
  EXPECT_EQ(answer.text("metadata/count"), "7");
  EXPECT_TRUE(answer.at("metadata/count").is_number());
  EXPECT_TRUE(answer.at("metadata/typed").is_string());
  EXPECT_EQ(json::to_text(*json::find(answer.at("metadata"), "o.x")), "[1]");
  EXPECT_EQ(answer.text("modelParameters/temperature"), "0.5");
  EXPECT_EQ(answer.text("usageDetails"), R"({"input":100,"output":200,"total":300})");
  EXPECT_EQ(answer.text("costDetails/output"), "0.002");
  EXPECT_EQ(answer.text("calculatedTotalCost"), "0.00225");
  EXPECT_EQ(answer.text("inputPrice"), "0.0000025");
  EXPECT_TRUE(answer.at("outputPrice").is_number());
  EXPECT_EQ(answer.text("latency"), "0.1");
  EXPECT_EQ(answer.text("timeToFirstToken"), "0.025");
  EXPECT_EQ(answer.text("promptVersion"), "2");
}

TEST_F(ReadsTest, V2HasTheGroupsAskedFor) {
  store_.add(project_, full_generation());
  const auto plain = routes_.get("/api/public/v2/observations");
  EXPECT_EQ(plain.text("data/0/id"), "gen");
  EXPECT_EQ(plain.text("data/0/isRootObservation"), "false");
  EXPECT_FALSE(plain.has("data/0", "input"));
  EXPECT_EQ(plain.text("data/0/modelId"), "null");
  EXPECT_EQ(plain.text("data/0/inputPrice"), "null");
  EXPECT_EQ(plain.text("data/0/latency"), "0.1");
  EXPECT_EQ(plain.text("meta"), "{}");

  const auto more = routes_.get("/api/public/v2/observations",
                                "fields=core,io,metadata,model,usage,prompt,time,trace_context,nonsense");
  EXPECT_FALSE(more.has("data/0", "name"));  // basic was not asked for
  EXPECT_EQ(more.text("data/0/model"), "gpt-4o");
  EXPECT_EQ(more.text("data/0/providedModelName"), "gpt-4o");
  EXPECT_EQ(more.text("data/0/internalModelId"), "m1");
  EXPECT_TRUE(more.at("data/0/inputPrice").is_string());
  EXPECT_EQ(more.text("data/0/inputPrice"), "0.0000025");
  EXPECT_TRUE(more.at("data/0/input").is_string());  // stored text, not parsed
  EXPECT_TRUE(more.at("data/0/metadata/typed").is_string());
  EXPECT_TRUE(more.at("data/0/metadata/count").is_number());
  EXPECT_EQ(more.text("data/0/metadata/long").size(), 200U);
  EXPECT_EQ(more.text("data/0/usagePricingTierName"), "Standard");
  EXPECT_EQ(more.text("data/0/tags"), "[]");
  const auto whole = routes_.get("/api/public/v2/observations", "fields=metadata&expandMetadata=long");
  EXPECT_EQ(whole.text("data/0/metadata/long").size(), 300U);
}

TEST_F(ReadsTest, V2PagesByCursorWithoutGapsOrRepeats) {
  for (int i = 0; i < 7; ++i)
    store_.add(project_, test_observation("t" + std::to_string(i % 2), "s" + std::to_string(i)));
  store_.add(project_, test_observation("t0", "s0"));  // a repeated row
  std::string cursor;
  std::vector<std::string> seen;
  int pages = 0;
  do {
    const auto answer =
        routes_.get("/api/public/v2/observations", "limit=3" + (cursor.empty() ? "" : "&cursor=" + cursor));
    ASSERT_EQ(answer.status, 200);
    for (std::size_t i = 0; i < answer.size("data"); ++i)
      seen.push_back(answer.text("data/" + std::to_string(i) + "/id"));
    cursor = answer.has("meta", "cursor") ? answer.text("meta/cursor") : "";
    ++pages;
  } while (!cursor.empty() && pages < 10);
  EXPECT_EQ(pages, 3);
  EXPECT_EQ(seen.size(), 7U);
  EXPECT_EQ(std::set<std::string>(seen.begin(), seen.end()).size(), 7U);
}

TEST_F(ReadsTest, V2Refuses) {
  EXPECT_EQ(routes_.get("/api/public/v2/observations", "parseIoAsJson=true").status, 400);
  EXPECT_EQ(routes_.get("/api/public/v2/observations", "limit=1001").status, 400);
  EXPECT_EQ(routes_.get("/api/public/v2/observations", "cursor=%25%25").text("message"), "Invalid cursor format");
  EXPECT_EQ(routes_.get("/api/public/v2/observations", "cursor=e30%3D").text("message"), "Invalid request data");
  EXPECT_EQ(routes_.get("/api/public/v2/observations", "fromStartTime=2026-01-01").text("error/0/path"),
            R"(["fromStartTime"])");
  EXPECT_EQ(routes_.get("/api/public/v2/observations", "limit=0").size("data"), 0U);
}

TEST_F(ReadsTest, V2ParametersOfTheirOwn) {
  store_.add(project_, test_observation("t", "root"));
  auto app = test_observation("t", "app", "elsewhere", 1);
  app.is_app_root = true;
  store_.add(project_, app);
  store_.add(project_, test_observation("t", "child", "root", 2));
  const auto ids = [&](std::string_view query) {
    const auto answer = routes_.get("/api/public/v2/observations", query);
    std::set<std::string> result;
    for (std::size_t i = 0; i < answer.size("data"); ++i) {
      result.insert(answer.text("data/" + std::to_string(i) + "/id"));
    }
    return result;
  };
  using Ids = std::set<std::string>;
  EXPECT_EQ(ids("parentObservationId="), (Ids{"root"}));
  EXPECT_EQ(ids("isRootObservation=true"), (Ids{"root", "app"}));
  EXPECT_EQ(ids("parentObservationId=root"), (Ids{"child"}));
  EXPECT_EQ(ids("traceId=t&name=app"), (Ids{"app"}));
  // The structured filter wins over the parameter on the same column.
  EXPECT_EQ(
      ids("name=app&filter=%5B%7B%22type%22%3A%22string%22%2C%22column%22%3A%22name%22%2C%22operator%22%3A%22%3D%22"
          "%2C%22value%22%3A%22child%22%7D%5D"),
      (Ids{"child"}));
}

TEST_F(ReadsTest, TheRecordOfATraceSpeaksForItsRows) {
  auto o = test_observation("t", "s");
  o.user_id = "row-user";
  store_.add(project_, o);
  domain::TraceAttributes record;
  record.trace_id = "t";
  record.user_id = "record-user";
  record.tags = {"vip"};
  store_.add(project_, record);
  const auto found = routes_.get("/api/public/v2/observations", "userId=record-user&fields=basic,trace_context");
  EXPECT_EQ(found.text("data/0/userId"), "record-user");
  EXPECT_EQ(found.text("data/0/tags"), R"(["vip"])");
  EXPECT_EQ(routes_.get("/api/public/v2/observations", "userId=row-user").size("data"), 0U);
  EXPECT_EQ(routes_.get("/api/public/observations", "userId=row-user").text("meta/totalItems"), "0");
  EXPECT_EQ(routes_.get("/api/public/traces", "userId=record-user").size("data"), 1U);
}

TEST_F(ReadsTest, TraceListAndPlaceholders) {
  auto root = test_observation("t", "root");
  root.input = R"({"q":1})", root.metadata = {{"k", "v"}};
  store_.add(project_, root);
  store_.add(project_, full_generation());
  store_.add(project_, score("s1", "quality", domain::ScoreDataType::kNumeric, 1));
  const auto all = routes_.get("/api/public/traces");
  EXPECT_EQ(all.text("data/0/id"), "t");
  EXPECT_EQ(all.text("data/0/externalId"), "null");
  EXPECT_EQ(all.text("data/0/input/q"), "1");
  EXPECT_EQ(all.text("data/0/observations"), R"(["root","gen"])");
  EXPECT_EQ(all.text("data/0/scores"), R"(["s1"])");
  EXPECT_EQ(all.text("data/0/totalCost"), "0.00225");
  EXPECT_EQ(all.text("data/0/latency"), "0.11");
  EXPECT_EQ(all.text("data/0/htmlPath"), "/project/" + project_ + "/traces/t");
  EXPECT_EQ(all.text("meta"), R"({"page":1,"limit":50,"totalItems":1,"totalPages":1})");
  const auto core = routes_.get("/api/public/traces", "fields=core");
  EXPECT_EQ(core.text("data/0/input"), "null");
  EXPECT_EQ(core.text("data/0/metadata"), "{}");
  EXPECT_EQ(core.text("data/0/observations"), "[]");
  EXPECT_EQ(core.text("data/0/totalCost"), "-1");
  EXPECT_EQ(core.text("data/0/latency"), "-1");
  const auto past = routes_.get("/api/public/traces", "page=2");
  EXPECT_EQ(past.size("data"), 0U);
  EXPECT_EQ(past.text("meta/totalItems"), "1");
}

TEST_F(ReadsTest, TraceDetailHoldsFullObservationsAndScores) {
  store_.add(project_, test_observation("t", "root"));
  store_.add(project_, full_generation());
  store_.add(project_, score("s1", "quality", domain::ScoreDataType::kNumeric, 0.5));
  store_.add(project_, score("fix", "output", domain::ScoreDataType::kCorrection, 0, "better"));
  const auto answer = routes_.get("/api/public/traces/t");
  ASSERT_EQ(answer.status, 200);
  ASSERT_EQ(answer.size("observations"), 2U);
  EXPECT_EQ(answer.text("observations/1/model"), "gpt-4o");
  EXPECT_EQ(answer.text("observations/1/inputPrice"), "0");  // prices read 0 inside of a trace
  ASSERT_EQ(answer.size("scores"), 1U);
  EXPECT_EQ(answer.text("scores/0/value"), "0.5");
  EXPECT_EQ(answer.text("scores/0/observationId"), "null");
  EXPECT_EQ(routes_.get("/api/public/traces/none").status, 404);
  EXPECT_EQ(routes_.get("/api/public/traces/none").text("message"), "Trace none not found within authorized project");
  EXPECT_EQ(routes_.get("/api/public/traces/none").text("error"), "LangfuseNotFoundError");
}

// A store in which something arrives after each of the first statements of a request.
class GrowingEngine : public analytics::ForwardingEngine {
 public:
  GrowingEngine(analytics::Engine& engine, std::function<void(int statement)> grow)
      : ForwardingEngine(engine), grow_(std::move(grow)) {}

  using Engine::select;
  Result<analytics::Rows> select(std::string_view name, std::string_view sql, const analytics::Params& params,
                                 const analytics::QueryLimits& limits) override {
    auto rows = ForwardingEngine::select(name, sql, params, limits);
    grow_(statements_++);
    return rows;
  }

 private:
  std::function<void(int)> grow_;
  int statements_ = 0;
};

TEST_F(ReadsTest, WhatATraceDetailListsIsAlsoInItsSums) {
  store_.add(project_, test_observation("t", "0", "root", 1));
  for (int arrival = 0; arrival < 4; ++arrival) {
    GrowingEngine growing(store_.engine(), [&](int statement) {
      if (statement == arrival) store_.add(project_, test_observation("t", "root", "", -1'000 * (arrival + 1)));
    });
    RouteHarness routes;
    routes.project = project_;
    register_traces(routes, growing, deletions_);
    const auto answer = routes.get("/api/public/traces/t");
    bool root_listed = false;
    for (std::size_t i = 0; i < answer.size("observations"); ++i) {
      root_listed |= answer.text("observations/" + std::to_string(i) + "/id") == "root";
    }
    if (root_listed) EXPECT_EQ(answer.text("name"), "root") << "arrived after statement " << arrival;
    EXPECT_EQ(routes_.call(http::Method::kDelete, "/api/public/traces/t").status, 200);
    store_.add(project_, test_observation("t", "0", "root", 1));
  }
}

TEST_F(ReadsTest, PagesAndOrderAreCheckedNotClamped) {
  for (const char* query : {"limit=0", "limit=101", "page=0", "limit=x", "page=1.5", "orderBy=cost.desc",
                            "orderBy=name.up", "fromTimestamp=2026-01-01T00:00:00", "filter=nope"}) {
    const auto answer = routes_.get("/api/public/traces", query);
    EXPECT_EQ(answer.status, 400) << query;
    EXPECT_TRUE(answer.has("", "message") && answer.has("", "error")) << query;
  }
  EXPECT_EQ(routes_.get("/api/public/traces", "limit=0").text("error/0/path"), R"(["limit"])");
  EXPECT_EQ(routes_.get("/api/public/traces", "filter=nope").text("error"), "InvalidRequestError");
  EXPECT_EQ(routes_.get("/api/public/traces", "limit=&page=&unknown=1").status, 200);
}

TEST_F(ReadsTest, DeletedTracesAreGoneWithTheirScores) {
  store_.add(project_, test_observation("t", "root"));
  store_.add(other_, test_observation("t", "root"));
  store_.add(project_, score("s1", "quality", domain::ScoreDataType::kNumeric, 0.5));
  const auto answer = routes_.call(http::Method::kDelete, "/api/public/traces/t");
  EXPECT_EQ(answer.text("message"), "Trace deleted successfully");
  EXPECT_EQ(routes_.get("/api/public/traces/t").status, 404);
  EXPECT_EQ(routes_.get("/api/public/observations/root").status, 404);
  EXPECT_EQ(routes_.get("/api/public/scores/s1").status, 404);
  EXPECT_EQ(routes_.call(http::Method::kDelete, "/api/public/traces/t").status, 200);
  routes_.project = other_;
  EXPECT_EQ(routes_.get("/api/public/traces/t").status, 200);
  EXPECT_EQ(routes_.call(http::Method::kDelete, "/api/public/traces", "", R"({"traceIds":[]})").status, 400);
  EXPECT_EQ(routes_.call(http::Method::kDelete, "/api/public/traces", "", R"({"traceIds":["a"],"x":1})").status, 400);
  EXPECT_EQ(routes_.call(http::Method::kDelete, "/api/public/traces", "", R"({"traceIds":["t"]})").text("message"),
            "Traces deleted successfully");
  EXPECT_EQ(routes_.get("/api/public/traces/t").status, 404);
}

TEST_F(ReadsTest, FiveScoreTypesInThreeVersions) {
  using enum domain::ScoreDataType;
  store_.add(project_, test_observation("t", "root"));
  store_.add(project_, score("n", "n", kNumeric, 0.25));
  store_.add(project_, score("b", "b", kBoolean, 1, "True"));
  store_.add(project_, score("c", "c", kCategorical, 2, "good"));
  store_.add(project_, score("x", "x", kText, 0, "words"));
  auto correction = score("k", "output", kCorrection, 0);
  correction.long_string_value = "fixed";
  store_.add(project_, correction);
  const auto v1 = [&](std::string_view id) { return routes_.get("/api/public/scores/" + std::string(id)); };
  const auto v2 = [&](std::string_view id) { return routes_.get("/api/public/v2/scores/" + std::string(id)); };
  EXPECT_EQ(v1("n").text("value"), "0.25");
  EXPECT_EQ(v1("n").text("stringValue"), "null");
  EXPECT_EQ(v1("b").text("value"), "1");
  EXPECT_EQ(v1("b").text("stringValue"), "True");
  EXPECT_EQ(v1("c").text("value"), "2");
  EXPECT_EQ(v1("c").text("stringValue"), "good");
  EXPECT_FALSE(v1("x").has("", "value"));
  EXPECT_EQ(v1("x").text("stringValue"), "words");
  EXPECT_EQ(v1("k").status, 404);
  EXPECT_EQ(v1("k").text("message"), "Score not found");
  EXPECT_EQ(v2("k").text("value"), "0");
  EXPECT_EQ(v2("k").text("stringValue"), "fixed");
  EXPECT_EQ(v1("n").text("observationId"), "null");

  EXPECT_EQ(routes_.get("/api/public/scores").text("meta/totalItems"), "4");
  EXPECT_EQ(routes_.get("/api/public/v2/scores").text("meta/totalItems"), "5");
  const auto v3 = routes_.get("/api/public/v3/scores", "fields=subject,details,annotation");
  ASSERT_EQ(v3.size("data"), 5U);  // newest first: k x c b n
  EXPECT_EQ(v3.text("data/0/value"), "fixed");
  EXPECT_EQ(v3.text("data/1/value"), "words");
  EXPECT_EQ(v3.text("data/2/value"), "good");
  EXPECT_EQ(v3.text("data/3/value"), "true");
  EXPECT_EQ(v3.text("data/4/value"), "0.25");
  EXPECT_EQ(v3.text("data/4/subject"), R"({"kind":"trace","id":"t"})");
  EXPECT_EQ(v3.text("data/4/queueId"), "null");
  EXPECT_FALSE(routes_.get("/api/public/v3/scores").has("data/0", "comment"));
}

TEST_F(ReadsTest, ScoreListsFilterByTheirTrace) {
  auto root = test_observation("t", "root");
  root.user_id = "ann", root.tags = {"vip", "eu"};
  store_.add(project_, root);
  store_.add(project_, score("mine", "q", domain::ScoreDataType::kNumeric, 1));
  auto session = score("session", "q", domain::ScoreDataType::kNumeric, 2);
  session.trace_id = "", session.session_id = "s";
  store_.add(project_, session);
  const auto total = [&](std::string_view query) {
    return routes_.get("/api/public/v2/scores", query).text("meta/totalItems");
  };
  EXPECT_EQ(total("userId=ann"), "1");
  EXPECT_EQ(total("userId=bob"), "0");
  EXPECT_EQ(total("traceTags=vip&traceTags=eu"), "1");
  EXPECT_EQ(total("traceTags=vip&traceTags=us"), "0");
  EXPECT_EQ(total("operator=%3E%3D&value=2"), "1");
  EXPECT_EQ(total("value=2"), "2");  // without an operator it does nothing
  EXPECT_EQ(total("scoreIds=mine,other"), "1");
  EXPECT_EQ(total("sessionId=s"), "1");
  EXPECT_EQ(routes_.get("/api/public/scores").text("meta/totalItems"), "1");
  const auto list = routes_.get("/api/public/v2/scores");
  EXPECT_EQ(list.text("data/0/trace"), "null");
  EXPECT_EQ(list.text("data/1/trace"),
            R"({"userId":"ann","tags":["vip","eu"],"environment":"default","sessionId":null})");
  EXPECT_EQ(routes_.get("/api/public/scores", "fields=trace").text("message"), "Scores needs to be selected always.");
  EXPECT_EQ(routes_.get("/api/public/scores", "fields=score&userId=ann").status, 400);
  EXPECT_FALSE(routes_.get("/api/public/scores", "fields=score").has("data/0", "trace"));
}

TEST_F(ReadsTest, UsageThatRepeatsOtherSpansIsShownAndInNoSum) {
  auto call = full_generation();
  call.parent_span_id = "agent";
  auto agent = test_observation("t", "agent");
  agent.type = domain::ObservationType::kAgent;
  agent.provided_usage = {{"input", 100}, {"output", 200}, {"total", 300}};  // and no `usage`: decision 47
  store_.add(project_, call);
  store_.add(project_, agent);
  EXPECT_EQ(routes_.get("/api/public/observations/agent").text("usageDetails"),
            R"({"input":100,"output":200,"total":300})");
  EXPECT_EQ(routes_.get("/api/public/observations/agent").text("calculatedTotalCost"), "null");
  EXPECT_EQ(routes_.get("/api/public/traces/t").text("totalCost"), "0.00225");
}

TEST_F(ReadsTest, V3ScoresAreStrict) {
  for (const char* query :
       {"nope=1", "limit=101", "value=1", "value=1&dataType=NUMERIC,BOOLEAN", "value=x&dataType=NUMERIC",
        "value=1&dataType=BOOLEAN", "valueMin=1", "valueMin=1&dataType=BOOLEAN", "observationId=o",
        "traceId=a&sessionId=b", "traceId=a&experimentId=b", "userId=u", "traceTags=x", "fields=nonsense",
        "source=nope", "cursor=%25"}) {
    EXPECT_EQ(routes_.get("/api/public/v3/scores", query).status, 400) << query;
  }
  EXPECT_EQ(routes_.get("/api/public/v3/scores", "name=&source=").status, 200);
}

TEST_F(ReadsTest, V3ScoresPageByCursorAndFilterByValue) {
  using enum domain::ScoreDataType;
  for (int i = 0; i < 5; ++i) {
    auto s = score("s" + std::to_string(i), "q", kNumeric, i);
    s.timestamp_us = test_time();  // all at once: the id decides
    store_.add(project_, s);
  }
  store_.add(project_, score("yes", "ok", kBoolean, 1, "True"));
  store_.add(other_, score("theirs", "q", kNumeric, 3));
  std::vector<std::string> seen;
  std::string cursor;
  do {
    const auto answer =
        routes_.get("/api/public/v3/scores", "limit=2&name=q" + (cursor.empty() ? std::string() : "&cursor=" + cursor));
    EXPECT_EQ(answer.text("meta/limit"), "2");
    for (std::size_t i = 0; i < answer.size("data"); ++i)
      seen.push_back(answer.text("data/" + std::to_string(i) + "/id"));
    cursor = answer.has("meta", "cursor") ? answer.text("meta/cursor") : "";
  } while (!cursor.empty() && seen.size() < 20);
  EXPECT_EQ(seen, (std::vector<std::string>{"s4", "s3", "s2", "s1", "s0"}));
  EXPECT_EQ(routes_.get("/api/public/v3/scores", "dataType=numeric&value=1,3").size("data"), 2U);
  EXPECT_EQ(routes_.get("/api/public/v3/scores", "dataType=NUMERIC&valueMin=3&valueMax=3").size("data"), 1U);
  EXPECT_EQ(routes_.get("/api/public/v3/scores", "dataType=BOOLEAN&value=true").size("data"), 1U);
}

TEST_F(ReadsTest, SessionsExistWithTheirFirstTrace) {
  auto a = test_observation("a", "1");
  a.session_id = "chat 1/ä", a.environment = "staging";
  auto b = test_observation("b", "2", "", 1'000);
  b.session_id = "chat 1/ä", b.environment = "staging";
  auto c = test_observation("c", "3", "", 500);
  c.session_id = "other";
  for (const auto& o : {a, b, c})
    store_.add(project_, o);
  domain::TraceAttributes record;
  record.trace_id = "d";
  record.timestamp_us = test_time(2'000);
  record.session_id = "from record";
  store_.add(project_, record);
  const auto list = routes_.get("/api/public/sessions");
  EXPECT_EQ(list.text("meta/totalItems"), "3");
  EXPECT_EQ(list.text("data/0/id"), "from record");
  EXPECT_EQ(list.text("data/2"), R"({"id":"chat 1/ä","createdAt":"2026-01-02T03:04:05.000Z","projectId":")" + project_ +
                                     R"(",)"
                                     R"("environment":"staging"})");
  EXPECT_EQ(routes_.get("/api/public/sessions", "environment=staging").text("meta/totalItems"), "1");
  EXPECT_EQ(routes_.get("/api/public/sessions", "fromTimestamp=2026-01-02T03:04:05.400Z").text("meta/totalItems"), "2");
  const auto one = routes_.get("/api/public/sessions/chat%201%2F%C3%A4");
  ASSERT_EQ(one.status, 200);
  ASSERT_EQ(one.size("traces"), 2U);
  EXPECT_EQ(one.text("traces/0/id"), "a");
  EXPECT_FALSE(one.has("traces/0", "observations"));
  EXPECT_EQ(routes_.get("/api/public/sessions/none").text("message"), "Session not found within authorized project");
}

// Another project holds everything under the very same ids; not one word of it may come out.
TEST_F(ReadsTest, EqualIdsOfAnotherProjectStayApart) {
  for (const bool theirs : {false, true}) {
    const std::string& project = theirs ? other_ : project_;
    const std::string word = theirs ? "LEAK" : "mine";
    auto o = full_generation();
    o.parent_span_id = "", o.name = o.user_id = o.status_message = o.trace_name = o.release = word, o.tags = {word};
    o.session_id = "s", o.input = o.output = word, o.metadata = {{word, word}};
    store_.add(project, o);
    auto s = score("s1", word, domain::ScoreDataType::kCategorical, 0, word);
    s.comment = word;
    store_.add(project, s);
    domain::TraceAttributes record;
    record.trace_id = "t";
    record.version = word;
    store_.add(project, record, word, word);
  }
  const std::string all = "fields=core,basic,io,metadata,trace_context,usage,model,prompt,time&expandMetadata=1";
  const std::pair<std::string, std::string> reads[] = {
      {"traces", ""},           {"traces/t", ""},  {"observations", ""}, {"observations/gen", ""},
      {"v2/observations", all}, {"sessions", ""},  {"sessions/s", ""},   {"scores", ""},
      {"scores/s1", ""},        {"v2/scores", ""}, {"v2/scores/s1", ""}, {"v3/scores", "fields=details,subject"}};
  for (const auto& [path, query] : reads) {
    const auto answer = routes_.get("/api/public/" + path, query);
    ASSERT_EQ(answer.status, 200) << path;
    const std::string body = json::to_text(answer.body);
    EXPECT_EQ(body.find("LEAK"), std::string::npos) << path << ": " << body;
    if (path != "sessions") EXPECT_NE(body.find("mine"), std::string::npos) << path;
    if (answer.has("", "data")) EXPECT_EQ(answer.size("data"), 1U) << path;
  }
}

TEST_F(ReadsTest, OtherProjectsReadNothing) {
  auto o = full_generation();
  o.session_id = "s";
  store_.add(project_, o);
  store_.add(project_, score("s1", "quality", domain::ScoreDataType::kNumeric, 1));
  routes_.project = other_;
  for (const char* path : {"/api/public/traces/t", "/api/public/observations/gen", "/api/public/sessions/s",
                           "/api/public/scores/s1", "/api/public/v2/scores/s1"}) {
    EXPECT_EQ(routes_.get(path).status, 404) << path;
  }
  for (const char* path :
       {"/api/public/traces", "/api/public/observations", "/api/public/v2/observations", "/api/public/sessions",
        "/api/public/scores", "/api/public/v2/scores", "/api/public/v3/scores"}) {
    EXPECT_EQ(routes_.get(path).size("data"), 0U) << path;
  }
}

}  // namespace
}  // namespace clew::api
