// The routes behind the lists and the detail of the UI: keys of contract/openapi/ui.yaml, paging, search, cost formula.
#include <gtest/gtest.h>

#include "api/public/route_harness.h"
#include "api/ui/facets.h"
#include "api/ui/observations.h"
#include "api/ui/status.h"
#include "api/ui/texts.h"
#include "api/ui/traces.h"
#include "query/testing.h"

namespace clew::api {
namespace {

using query::test_observation;
using query::test_time;

class FixedPrices : public query::UnitPrices {
 public:
  std::optional<query::TierPrices> find(std::string_view, std::string_view, std::string_view tier_id) const override {
    return query::TierPrices{{"input", tier_id == "large" ? "0.000005" : "0.0000025"}, {"output", "0.00001"}};
  }
};

class FixedIngestion : public IngestionView {
 public:
  IngestionStatus status(std::string_view) const override {
    return {.version = 7,
            .spans_per_second = 1.5,
            .visible_ms = 12,
            .accepting = true,
            .backlog_bytes = 3,
            .public_url = "http://localhost:3000",
            .otlp_grpc_port = {}};
  }
  std::vector<Arrival> arrivals(std::string_view project_id) const override {
    if (project_id.ends_with("-other")) return {};
    return {{.time_us = test_time(),
             .method = "POST",
             .path = "/api/public/ingestion",
             .status = 401,
             .sdk = "",
             .remote_address = "127.0.0.1",
             .items = 0,
             .hint = "wrong secret key"}};
  }
};

class UiReadsTest : public testing::Test {
 protected:
  static void SetUpTestSuite() { suite_store_ = new query::TestStore; }
  static void TearDownTestSuite() {
    delete suite_store_;
    suite_store_ = nullptr;
  }
  UiReadsTest() {
    routes_.project = project_;
    register_ui_traces(routes_, store_.engine());
    register_ui_observations(routes_, store_.engine(), prices_);
    register_ui_texts(routes_, store_.engine());
    register_ui_facets(routes_, store_.engine(), clock_);
    register_ui_status(routes_, store_.engine(), ingestion_);
    auto root = test_observation("t", "root");
    root.user_id = "ann", root.input = "question", root.output = "answer", root.metadata = {{"plan", "7"}};
    store_.add(project_, root);
    auto call = test_observation("t", "call", "root", 20);
    call.type = domain::ObservationType::kGeneration;
    call.level = domain::Level::kError;
    call.model = "gpt-4o", call.model_id = "m1", call.pricing_tier_id = "large";
    call.usage = {{"input", 100}, {"total", 100}};
    call.cost = {{"input", 500'000'000}, {"total", 500'000'000}};
    call.total_cost = 500'000'000;
    call.completion_start_time_us = test_time(45);
    call.tool_definitions = {{"search", R"({"description":"Finds","parameters":"{\"type\":\"object\"}"})"}};
    call.tool_calls = {R"({"id":"c1","name":"search","arguments":"{\"q\":1}","type":"function","index":"0"})"};
    call.tool_call_names = {"search"};
    call.input = R"([{"role":"user"}])";
    call.events = R"([{"name":"retry"}])";
    store_.add(project_, call);
    query::ScoreRecord score;
    score.id = "s1", score.trace_id = "t", score.observation_id = "call", score.name = "quality", score.value = 0.5;
    score.timestamp_us = test_time();
    store_.add(project_, score);
  }
  RouteHarness::Answer get(std::string_view path, std::string_view query = {}) {
    return routes_.get("/api/ui/projects/" + project_ + "/" + std::string(path), query);
  }

  FixedPrices prices_;
  FixedIngestion ingestion_;
  FakeClock clock_{test_time(3'600'000)};
  // One store for all tests, a pair of projects for each.
  static inline query::TestStore* suite_store_ = nullptr;
  static inline int tests_ = 0;
  query::TestStore& store_ = *suite_store_;
  const std::string project_ = "project-" + std::to_string(++tests_);
  const std::string other_ = project_ + "-other";  // after project_ in every order
  RouteHarness routes_;
};

TEST_F(UiReadsTest, TraceRowsCarryTrueSums) {
  const auto answer = get("traces", "from=2026-01-01T00:00:00Z&to=2026-01-03T00:00:00Z");
  ASSERT_EQ(answer.status, 200);
  EXPECT_EQ(answer.text("hasMore"), "false");
  EXPECT_EQ(answer.text("rows/0/id"), "t");
  EXPECT_EQ(answer.text("rows/0/name"), "root");
  EXPECT_EQ(answer.text("rows/0/durationMs"), "120");
  EXPECT_EQ(answer.text("rows/0/cost"), "0.0005");
  EXPECT_EQ(answer.text("rows/0/level"), "ERROR");
  EXPECT_EQ(answer.text("rows/0/errorCount"), "1");
  EXPECT_EQ(answer.text("rows/0/models"), R"(["gpt-4o"])");
  EXPECT_EQ(answer.text("rows/0/inputPreview"), "question");
  EXPECT_EQ(answer.text("rows/0/scores/0/level"), "observation");
  EXPECT_EQ(answer.text("rows/0/running"), "false");
  EXPECT_EQ(get("traces/count").text("errors"), "1");
  EXPECT_EQ(get("traces", "search=QUEST").size("rows"), 1U);
  EXPECT_EQ(get("traces", "search=nothing").size("rows"), 0U);
}

TEST_F(UiReadsTest, OfALargeTextAPageGetsTheBeginningAndTheRestOnDemand) {
  auto small = test_observation("big", "root");
  small.input = std::string(kShownTexts.whole_bytes_max, 'w');
  std::string large = "x";  // an odd place, so that a cut by bytes would break a character
  while (large.size() <= kShownTexts.whole_bytes_max)
    large += "\xC3\xA9";
  small.output = large;
  store_.add(project_, small);
  auto theirs = test_observation("big", "root");
  theirs.input = "theirs", theirs.output = "theirs";
  store_.add(other_, theirs);
  for (const std::string& page : {std::string("traces/big"), std::string("traces/big/observations/root")}) {
    const auto shown = get(page);
    const std::string at = page == "traces/big" ? "trace/" : "";
    EXPECT_EQ(shown.text(at + "input").size(), kShownTexts.whole_bytes_max);
    EXPECT_EQ(shown.text(at + "inputBytes"), "null");
    EXPECT_EQ(shown.text(at + "output"), large.substr(0, 2 * kShownTexts.head_characters - 1));
    EXPECT_EQ(shown.text(at + "outputBytes"), std::to_string(large.size()));
    const auto whole = get(page + "/texts/output");
    EXPECT_TRUE(whole.body == json::Value(large));
    EXPECT_EQ(get(page + "/texts/metadata").status, 404);
  }
  EXPECT_EQ(get("traces/t/observations/call/texts/output").status, 404);
}

TEST_F(UiReadsTest, ListsSayWhetherThereIsMore) {
  store_.add(project_, test_observation("t2", "x", "", 1'000));
  const auto first = get("traces", "limit=1");
  EXPECT_EQ(first.text("hasMore"), "true");
  EXPECT_EQ(first.text("rows/0/id"), "t2");
  const auto second = get("traces", "limit=1&page=2");
  EXPECT_EQ(second.text("hasMore"), "false");
  EXPECT_EQ(second.text("rows/0/id"), "t");
  EXPECT_EQ(get("traces", "sort=durationMs.desc").text("rows/0/id"), "t");
  EXPECT_EQ(get("observations", "limit=1&sort=latency.asc").size("rows"), 1U);
}

TEST_F(UiReadsTest, ObservationRows) {
  const auto answer = get("observations", "sort=startTime.desc");
  ASSERT_EQ(answer.size("rows"), 2U);
  EXPECT_EQ(answer.text("rows/0/id"), "call");
  EXPECT_EQ(answer.text("rows/0/timeToFirstTokenMs"), "25");
  EXPECT_EQ(answer.text("rows/0/parentObservationId"), "root");
  EXPECT_EQ(answer.text("rows/0/toolCallNames"), R"(["search"])");
  EXPECT_EQ(answer.text("rows/1/traceName"), "root");
  EXPECT_EQ(json::to_text(get("observations/count").body), R"({"count":2,"errors":1})");
}

TEST_F(UiReadsTest, TraceDetailIsASkeleton) {
  const auto answer = get("traces/t");
  ASSERT_EQ(answer.status, 200);
  EXPECT_EQ(answer.text("trace/input"), "question");
  EXPECT_EQ(answer.text("trace/metadata/plan"), "7");
  EXPECT_EQ(answer.text("trace/usage"), R"({"input":100,"total":100})");
  EXPECT_EQ(answer.text("trace/costs"), R"({"input":0.0005,"total":0.0005})");
  ASSERT_EQ(answer.size("observations"), 2U);
  EXPECT_EQ(answer.text("observations/0/id"), "root");
  EXPECT_FALSE(answer.has("observations/0", "input"));
  EXPECT_EQ(answer.text("scores/0/observationId"), "call");
  EXPECT_EQ(answer.text("truncated"), "false");
  const auto missing = get("traces/none");
  EXPECT_EQ(missing.status, 404);
  EXPECT_EQ(missing.text("code"), "resource_not_found");
  EXPECT_TRUE(missing.has("", "requestId"));
}

TEST_F(UiReadsTest, ObservationDetailShowsTheFormulaOfItsCost) {
  const auto answer = get("traces/t/observations/call");
  ASSERT_EQ(answer.status, 200);
  EXPECT_EQ(answer.text("costLines"), R"([{"key":"input","units":100,"unitPrice":0.000005,"amount":0.0005}])");
  EXPECT_EQ(answer.text("input"), R"([{"role":"user"}])");
  EXPECT_EQ(answer.text("toolDefinitions/0/parameters/type"), "object");
  EXPECT_EQ(answer.text("toolCalls/0"),
            R"({"name":"search","id":"c1","arguments":"{\"q\":1}","type":"function","index":0})");
  EXPECT_EQ(answer.text("events/0/name"), "retry");
  EXPECT_EQ(answer.text("sdkName"), "python");
  EXPECT_EQ(answer.text("scores/0/id"), "s1");
  EXPECT_EQ(get("traces/other/observations/call").status, 404);
}

TEST_F(UiReadsTest, FacetsAndPulse) {
  const auto facets = get("facets", "view=traces");
  EXPECT_EQ(
      facets.text("facets/0"),
      R"({"field":"environment","kind":"values","filterType":"stringOptions","values":[{"value":"default","count":1}]})");
  const auto pulse = get("pulse", "view=observations");
  ASSERT_EQ(pulse.status, 200);
  EXPECT_EQ(pulse.text("buckets/0/count"), "2");
  EXPECT_EQ(pulse.text("bucketMs"), "60000");
  EXPECT_EQ(get("facets", "view=nope").status, 400);
}

TEST_F(UiReadsTest, StatusAndArrivals) {
  EXPECT_EQ(get("status").text("hasData"), "true");
  EXPECT_EQ(get("status").text("version"), "7");
  EXPECT_EQ(get("arrivals").text("arrivals/0/hint"), "wrong secret key");
  routes_.project = other_;
  EXPECT_EQ(get("status").text("hasData"), "false");
  EXPECT_EQ(get("arrivals").size("arrivals"), 0U);
}

TEST_F(UiReadsTest, EqualIdsOfAnotherProjectStayApart) {
  auto theirs = test_observation("t", "call");
  theirs.name = theirs.user_id = theirs.trace_name = theirs.model = "LEAK", theirs.tags = {"LEAK"};
  theirs.input = theirs.output = "LEAK", theirs.metadata = {{"LEAK", "LEAK"}};
  store_.add(other_, theirs);
  domain::TraceAttributes record;
  record.trace_id = "t";
  record.name = record.session_id = "LEAK";
  store_.add(other_, record, "LEAK", "LEAK");
  query::ScoreRecord score;
  score.id = "s1", score.trace_id = "t", score.observation_id = "call", score.name = "LEAK";
  store_.add(other_, score);
  const std::pair<std::string, std::string> reads[] = {
      {"traces", ""},       {"traces/t", ""},          {"traces/t/observations/call", ""},
      {"observations", ""}, {"facets", "view=traces"}, {"facets", "view=observations"}};
  for (const auto& [path, query] : reads) {
    const std::string body = json::to_text(get(path, query).body);
    EXPECT_EQ(body.find("LEAK"), std::string::npos) << path << ": " << body;
  }
  for (const char* list : {"traces", "observations"})
    EXPECT_EQ(get(list, "search=LEAK").size("rows"), 0U) << list;
  EXPECT_EQ(json::to_text(get("traces/count").body), R"({"count":1,"errors":1})");
}

TEST_F(UiReadsTest, OtherProjectsSeeNothing) {
  routes_.project = other_;
  EXPECT_EQ(get("traces/t").status, 404);
  EXPECT_EQ(get("traces/t/observations/call").status, 404);
  for (const char* list : {"traces", "observations"})
    EXPECT_EQ(get(list).size("rows"), 0U) << list;
  EXPECT_EQ(get("facets", "view=observations").size("facets/0/values"), 0U);
}

TEST_F(UiReadsTest, BadParametersAreExplained) {
  for (const char* query :
       {"limit=0", "limit=201", "page=x", "from=soon", "sort=name", "sort=nope.asc", "filter=%5B1%5D"}) {
    const auto answer = get("traces", query);
    EXPECT_EQ(answer.status, 400) << query;
    EXPECT_EQ(answer.text("code"), "invalid_request") << query;
  }
}

}  // namespace
}  // namespace clew::api
