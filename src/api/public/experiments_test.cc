// Experiments as the API shows them (contract/api.md B.12; cases S07, E04 and E05 of sdk5.md 9).
#include "api/public/experiments.h"

#include <gtest/gtest.h>

#include "api/public/route_harness.h"
#include "query/testing.h"

namespace clew::api {
namespace {

using query::test_observation;
using query::test_time;

constexpr std::string_view kFrom = "fromStartTime=2026-01-02T00:00:00Z";

class ExperimentsTest : public testing::Test {
 protected:
  static void SetUpTestSuite() { suite_store_ = new query::TestStore; }
  static void TearDownTestSuite() {
    delete suite_store_;
    suite_store_ = nullptr;
  }
  ExperimentsTest() {
    routes_.project = project_;
    register_experiments(routes_, store_.engine());
  }

  // The run span, the item root below it and a span below that, as SDK 5 sends them.
  void add_item(const std::string& experiment, const std::string& item, std::int64_t ms, const std::string& to) {
    const std::string trace = experiment + item;
    auto run = test_observation(trace, item + "-run", "", ms);
    auto task = test_observation(trace, item + "-task", item + "-run", ms + 1);
    auto inner = test_observation(trace, item + "-inner", item + "-task", ms + 2);
    for (auto* row : {&run, &task, &inner}) {
      row->environment = "sdk-experiment";
      row->experiment = {.id = experiment, .name = "name of " + experiment, .metadata = {{"k", "v"}}, .item_id = item};
      row->experiment.item_root_span_id = item + "-task";
      if (row != &inner) row->experiment.description = "why";
      if (dataset_) row->experiment.dataset_id = *dataset_;
      store_.add(to, *row);
    }
    store_.add_payload(to, trace, item + "-task", test_time(ms + 1), "in " + item, "out");
  }
  void add_item(const std::string& experiment, const std::string& item, std::int64_t ms) {
    add_item(experiment, item, ms, project_);
  }

  query::ScoreRecord score(std::string id, double value) {
    query::ScoreRecord s;
    s.id = std::move(id), s.name = "accuracy", s.value = value;
    s.timestamp_us = s.created_at_us = s.updated_at_us = test_time(static_cast<std::int64_t>(++scores_));
    return s;
  }
  RouteHarness::Answer experiments(const std::string& query = {}) {
    return routes_.get("/api/public/experiments", std::string(kFrom) + query);
  }
  RouteHarness::Answer items(const std::string& query = {}) {
    return routes_.get("/api/public/experiment-items", std::string(kFrom) + query);
  }
  // The ids of all pages.
  std::vector<std::string> walk(const std::string& path, const std::string& query) {
    std::vector<std::string> ids;
    std::string cursor;
    do {
      const auto page = routes_.get(path, std::string(kFrom) + query + (cursor.empty() ? "" : "&cursor=" + cursor));
      EXPECT_EQ(page.status, 200);
      for (std::size_t i = 0; i < page.size("data"); ++i)
        ids.push_back(page.text("data/" + std::to_string(i) + "/id"));
      cursor = page.has("meta", "cursor") ? page.text("meta/cursor") : "";
    } while (!cursor.empty() && ids.size() < 50);
    return ids;
  }

  static inline query::TestStore* suite_store_ = nullptr;
  static inline int tests_ = 0;
  query::TestStore& store_ = *suite_store_;
  const std::string project_ = "experiments-" + std::to_string(++tests_);
  const std::string other_ = project_ + "-other";
  std::optional<std::string> dataset_;
  RouteHarness routes_;
  int scores_ = 0;
};

TEST_F(ExperimentsTest, S07AScoreOfAnExperimentWithoutDatasetIsListedWithIt) {
  add_item("e1", "a", 0);
  auto of_run = score("s-run", 0.5), of_item = score("s-item", 1), theirs = score("s-theirs", 9);
  of_run.dataset_run_id = "e1";
  of_item.trace_id = "e1a", of_item.observation_id = "a-task";
  theirs.dataset_run_id = "e1";
  store_.add(project_, of_run);
  store_.add(project_, of_item);
  store_.add(other_, theirs);
  const auto answer = experiments("&fields=scores");
  ASSERT_EQ(answer.size("data"), 1U);
  EXPECT_EQ(answer.text("data/0/datasetId"), "null");
  ASSERT_EQ(answer.size("data/0/scores"), 1U) << "only those of the experiment itself, and only ours";
  EXPECT_EQ(answer.text("data/0/scores/0/id"), "s-run");
  EXPECT_EQ(answer.text("data/0/scores/0/subject/kind"), "experiment");
  EXPECT_FALSE(experiments().has("data/0", "scores"));
}

TEST_F(ExperimentsTest, E05AnExperimentIsWhatItsObservationsSay) {
  add_item("e1", "a", 0);
  add_item("e1", "b", 500);
  add_item("e1", "c", 900, other_);
  store_.add(project_, test_observation("t", "no-experiment"));
  const auto answer = experiments("&fields=core,metadata");
  ASSERT_EQ(answer.size("data"), 1U);
  EXPECT_EQ(answer.text("data/0/id"), "e1");
  EXPECT_EQ(answer.text("data/0/name"), "name of e1");
  EXPECT_EQ(answer.text("data/0/description"), "why");
  EXPECT_EQ(answer.text("data/0/startTime"), "2026-01-02T03:04:05.000Z");
  EXPECT_EQ(answer.text("data/0/endTime"), "2026-01-02T03:04:05.602Z");
  EXPECT_EQ(answer.text("data/0/itemCount"), "2");
  EXPECT_EQ(answer.text("data/0/metadata"), R"({"k":"v"})");
  EXPECT_EQ(experiments("&toStartTime=2026-01-02T03:04:05.400Z").text("data/0/itemCount"), "1")
      << "counted within the range";
}

TEST_F(ExperimentsTest, ExperimentsPageByTheirLatestActivityEachOnce) {
  for (const char* id : {"e1", "e2", "e3"})
    add_item(id, "a", 0);
  add_item("e1", "z", 2'000);
  EXPECT_EQ(walk("/api/public/experiments", "&limit=1"), (std::vector<std::string>{"e1", "e3", "e2"}));
}

TEST_F(ExperimentsTest, ListsAndFiltersChooseAndAStructuredFilterWins) {
  dataset_ = "d1";
  add_item("e1", "a", 0);
  dataset_ = "d2";
  add_item("e2", "a", 10);
  EXPECT_EQ(walk("/api/public/experiments", "&id=e1,e2").size(), 2U);
  EXPECT_EQ(walk("/api/public/experiments", "&datasetId=d2"), (std::vector<std::string>{"e2"}));
  EXPECT_EQ(walk("/api/public/experiments", "&name=name+of+e1"), (std::vector<std::string>{"e1"}));
  const std::string filter =
      "&filter=%5B%7B%22type%22%3A%22stringOptions%22%2C%22column%22%3A%22id%22%2C%22operator%22%3A%22any+of%22%2C"
      "%22value%22%3A%5B%22e1%22%5D%7D%5D";
  EXPECT_EQ(walk("/api/public/experiments", filter + "&id=e2"), (std::vector<std::string>{"e1"}));
  EXPECT_EQ(walk("/api/public/experiment-items", "&experimentId=e1"), (std::vector<std::string>{"a-task"}));
  EXPECT_EQ(walk("/api/public/experiment-items", "&experimentItemId=a&datasetId=d1").size(), 1U);
}

TEST_F(ExperimentsTest, E04AnItemIsItsRootSpanWithWhatWasAskedFor) {
  dataset_ = "d1";
  const std::string version = "2026-01-01T00:00:00.000Z";
  auto task = test_observation("t", "task", "run", 5);
  task.experiment = {.id = "e1", .name = "n", .dataset_id = "d1", .item_id = "i1"};
  task.experiment.metadata = {{"long", std::string(1'000, 'x')}};
  task.experiment.item_metadata = {{"tier", "gold"}};
  task.experiment.item_version_us = parse_iso_time(version);
  task.experiment.item_expected_output = "42";
  task.experiment.item_root_span_id = "task";
  task.metadata = {{"m", "1"}};
  store_.add(project_, task);
  store_.add_payload(project_, "t", "task", task.start_time_us, "question", "answer");
  auto of_item = score("s-item", 1), of_trace = score("s-trace", 2), of_step = score("s-step", 3);
  of_item.trace_id = of_trace.trace_id = of_step.trace_id = "t";
  of_item.observation_id = "task", of_step.observation_id = "another";
  for (const auto& one : {of_item, of_trace, of_step})
    store_.add(project_, one);

  const auto plain = items();
  ASSERT_EQ(plain.size("data"), 1U);
  EXPECT_EQ(plain.text("data/0/experimentDatasetId"), "d1");
  EXPECT_EQ(plain.text("data/0/experimentItemVersion"), version);
  EXPECT_FALSE(plain.has("data/0", "input"));
  EXPECT_FALSE(items("&fields=core").has("data/0", "experimentDatasetId"));
  const auto all = items("&fields=core,io,metadata,itemMetadata,experimentMetadata,scores");
  EXPECT_EQ(all.text("data/0/input"), "question");
  EXPECT_EQ(all.text("data/0/output"), "answer");
  EXPECT_EQ(all.text("data/0/expectedOutput"), "42");
  EXPECT_EQ(all.text("data/0/metadata"), R"({"m":1})");
  EXPECT_EQ(all.text("data/0/experimentItemMetadata"), R"({"tier":"gold"})");
  EXPECT_EQ(all.text("data/0/experimentMetadata/long").size(), 1'000U) << "stored whole";
  ASSERT_EQ(all.size("data/0/scores"), 2U) << "of the item and of its trace";
  EXPECT_EQ(all.text("data/0/scores/0/id"), "s-trace") << "newest first";
  EXPECT_EQ(items("&fields=scores&scoreLimit=1").size("data/0/scores"), 1U);
}

TEST_F(ExperimentsTest, ItemsPageNewestFirst) {
  for (int i = 0; i < 5; ++i)
    add_item("e1", "i" + std::to_string(i), 0);  // all at once
  add_item("e1", "late", 50);
  add_item("e1", "theirs", 60, other_);
  EXPECT_EQ(walk("/api/public/experiment-items", "&limit=2"),
            (std::vector<std::string>{"late-task", "i4-task", "i3-task", "i2-task", "i1-task", "i0-task"}));
}

TEST_F(ExperimentsTest, WhatIsNotUnderstoodIsRefused) {
  for (const std::string path : {"/api/public/experiments", "/api/public/experiment-items"}) {
    EXPECT_EQ(routes_.get(path).status, 400) << "fromStartTime is mandatory";
    for (const char* query :
         {"&limit=101", "&limit=0", "&scoreLimit=51", "&fields=nonsense", "&cursor=%25", "&toStartTime=tomorrow",
          "&filter=%5B%7B%22type%22%3A%22stringOptions%22%2C%22column%22%3A%22level%22%2C%22operator%22%3A%22any+of"
          "%22%2C%22value%22%3A%5B%22x%22%5D%7D%5D"}) {
      EXPECT_EQ(routes_.get(path, std::string(kFrom) + query).status, 400) << path << query;
    }
  }
}

}  // namespace
}  // namespace clew::api
