// Prices of the past in the real store: what changes, what never does, and that a run can be cut anywhere.
#include "models/repricing.h"

#include <gtest/gtest.h>

#include "analytics/testing.h"
#include "auth/testing.h"
#include "ingest/enrich/enrich.h"
#include "ingest/worker/blocks.h"
#include "models/models.h"

namespace clew::models {
namespace {

constexpr TimeUs kNow = 1'800'000'000'000'000;
constexpr TimeUs kSecond = 1'000'000;

json::Object price_of(std::string_view dollars) {
  return json::parse(R"({"modelName":"mine","matchPattern":"^mine$","unit":"TOKENS","inputPrice":)" +
                     std::string(dollars) + "}")
      ->get_object();
}

class RepricingTest : public testing::Test {
 protected:
  static void SetUpTestSuite() { store_ = new analytics::TestEngine; }
  static void TearDownTestSuite() {
    delete store_;
    store_ = nullptr;
  }
  RepricingTest() {
    project = "p-" + text::random_hex(6);
    other = "q-" + text::random_hex(6);
    CLEW_ASSERT(world.database.run("INSERT INTO organizations (id, name, metadata, created_at, updated_at) "
                                   "VALUES ('o', 'Org', '{}', 1, 1)"),
                "fixture");
    for (const std::string& id : {project, other}) {
      CLEW_ASSERT(world.database.run("INSERT INTO projects (id, organization_id, name, metadata, created_at, "
                                     "updated_at) VALUES ($1, 'o', $1, '{}', 1, 1)",
                                     {id}),
                  "fixture");
    }
    models.on_change([this](std::string_view id) { catalog->forget_project(id); });
  }

  domain::Observation row(const std::string& id, std::uint64_t units, int second = 0) {
    domain::Observation out;
    out.trace_id = "t-" + id;
    out.span_id = id;
    out.start_time_us = kNow + second * kSecond;
    out.type = domain::ObservationType::kGeneration;
    out.model = "mine";
    out.provided_usage = {{"input", units}};
    out.source = "otel";
    return out;
  }
  void store(const std::string& project_id, std::vector<domain::Observation> rows, std::uint64_t seq = 100) {
    ingest::ObservationBlock block;
    const domain::Attribution nobody;
    for (domain::Observation& one : rows) {
      ingest::enrich(one, project_id, *catalog);
      block.add(
          one, {}, {},
          {.project_id = project_id, .attribution = &nobody, .created_at_us = kNow, .updated_at_us = kNow, .seq = seq});
    }
    CLEW_ASSERT((*store_)->insert("observations", block.block(), text::random_hex(8)), "rows cannot be stored");
  }
  // span → total cost, "" when none.
  std::map<std::string, std::string> costs(const std::string& project_id) {
    analytics::Params params(project_id);
    const auto rows =
        (*store_)->select("test",
                          "SELECT span_id, ifNull(toString(total_cost), ''), ifNull(toString(input_cost), "
                          "''), toString(cost['total']), input_preview FROM observations FINAL "
                          "WHERE project_id = {project_id:String}",
                          params);
    CLEW_ASSERT(rows.has_value(), "costs cannot be read");
    std::map<std::string, std::string> out;
    for (std::size_t r = 0; r < rows->size(); ++r) {
      if (!rows->text(r, 1).empty()) {
        EXPECT_EQ(rows->text(r, 1), rows->text(r, 3)) << "the map and the column say the same";
      }
      out[std::string(rows->text(r, 0))] = rows->text(r, 1);
    }
    return out;
  }
  std::string start(RepricingWish wish) {
    const auto id = repricing.start(project, wish, world.actor);
    CLEW_ASSERT(id.has_value(), id ? "" : id.error().message.c_str());
    return *id;
  }
  // Claims and runs the job as the runner would; what went wrong.
  std::string work() {
    auto job = jobs.claim(Repricing::kJobKind, "test", 60 * kSecond);
    CLEW_ASSERT(job && *job, "no job waits");
    jobs::Running running(jobs, **job, stopping, lost);
    Result<> done = repricing.run(running);
    if (done) {
      CLEW_ASSERT(jobs.finish(**job), "the job cannot be finished");
    } else {
      CLEW_ASSERT(jobs.put_back(**job), "the job cannot be put back");
    }
    return done ? "" : done.error().message;
  }
  RepricingWish everything(bool is_dry = false) {
    return {.from = kNow - kSecond, .to = kNow + 10'000 * kSecond, .model = {}, .is_dry = is_dry};
  }

  static analytics::TestEngine* store_;
  auth::testing::World world;
  std::string project, other;
  Models models{world.database, world.clock};
  std::unique_ptr<ingest::ModelCatalog> catalog =
      *ingest::ModelCatalog::create(ingest::builtin_model_prices(), &models, world.clock);
  jobs::JobStore jobs{world.database, world.clock};
  Repricing repricing{world.database, **store_, *catalog, world.clock, nullptr};
  std::atomic<bool> stopping = false, lost = false;
};
analytics::TestEngine* RepricingTest::store_ = nullptr;

TEST_F(RepricingTest, ANewPriceReachesThePastOfItsProjectOnly) {
  ASSERT_TRUE(models.put(project, "m", price_of("1"), world.actor));
  ASSERT_TRUE(models.put(other, "m", price_of("1"), world.actor));
  store(project, {row("a", 2), row("b", 3, 5)});
  store(other, {row("a", 2)});
  EXPECT_EQ(costs(project), (std::map<std::string, std::string>{{"a", "2"}, {"b", "3"}}));

  ASSERT_TRUE(models.put(project, "m", price_of("1.5"), world.actor));
  start(everything());
  ASSERT_EQ(work(), "");
  EXPECT_EQ(costs(project), (std::map<std::string, std::string>{{"a", "3"}, {"b", "4.5"}}));
  EXPECT_EQ(costs(other), (std::map<std::string, std::string>{{"a", "2"}}));

  const auto runs = repricing.runs(project);
  ASSERT_TRUE(runs && runs->size() == 1);
  EXPECT_EQ(runs->front().state, jobs::State::kDone);
  EXPECT_EQ(runs->front().totals.seen, 2);
  EXPECT_EQ(runs->front().totals.changed, 2);
  EXPECT_DOUBLE_EQ(runs->front().totals.before.value(), 5);
  EXPECT_DOUBLE_EQ(runs->front().totals.after.value(), 7.5);
  EXPECT_EQ(runs->front().by_model.at(0).first, "mine");
  EXPECT_TRUE(repricing.runs(other)->empty());
}

TEST_F(RepricingTest, ADryRunSaysTheDifferenceAndChangesNothing) {
  store(project, {row("a", 2)});
  ASSERT_TRUE(models.put(project, "m", price_of("4"), world.actor));
  start(everything(true));
  ASSERT_EQ(work(), "");
  EXPECT_EQ(costs(project).at("a"), "");
  EXPECT_DOUBLE_EQ(repricing.runs(project)->front().totals.after.value(), 8);
  EXPECT_EQ(repricing.runs(project)->front().totals.changed, 1);
}

TEST_F(RepricingTest, WhatClientsProvidedAndWhatIsOutsideTheRangeStays) {
  ASSERT_TRUE(models.put(project, "m", price_of("1"), world.actor));
  domain::Observation provided = row("provided", 2);
  provided.provided_cost = {{"total", 7'000'000'000'000}};
  domain::Observation others = row("others", 2);
  others.model = "not-mine";
  store(project, {provided, others, row("late", 2, 100), row("in", 2, 50)});
  ASSERT_TRUE(models.put(project, "m", price_of("3"), world.actor));
  start({.from = kNow, .to = kNow + 100 * kSecond, .model = {}, .is_dry = false});
  ASSERT_EQ(work(), "");
  EXPECT_EQ(costs(project),
            (std::map<std::string, std::string>{{"provided", "7"}, {"others", ""}, {"late", "2"}, {"in", "6"}}));
  EXPECT_EQ(repricing.runs(project)->front().totals.seen, 2);
}

TEST_F(RepricingTest, CanBeCutAnywhereAndGoesOn) {
  ASSERT_TRUE(models.put(project, "m", price_of("1"), world.actor));
  std::vector<domain::Observation> rows;
  std::map<std::string, std::string> expected;
  for (int i = 0; i < 900; ++i) {
    rows.push_back(row("s" + std::to_string(i), 1, i / 3));  // three to a second: order within it counts
    expected["s" + std::to_string(i)] = "2";
  }
  store(project, rows);
  ASSERT_TRUE(models.put(project, "m", price_of("2"), world.actor));
  start(everything());
  stopping = true;
  EXPECT_NE(work(), "");  // the first step was written, the process stops
  stopping = false;
  ASSERT_EQ(work(), "");
  EXPECT_EQ(costs(project), expected);
  EXPECT_EQ(repricing.runs(project)->front().state, jobs::State::kDone);
}

TEST_F(RepricingTest, OnlyOneRunsAtATimeAndBadRangesAreRefused) {
  start(everything(true));
  EXPECT_EQ(repricing.start(project, everything(), world.actor).error().code, Errc::kConflict);
  EXPECT_TRUE(repricing.start(other, everything(), world.actor));
  EXPECT_EQ(repricing.start(project, {.from = 5, .to = 5, .model = {}, .is_dry = false}, world.actor).error().code,
            Errc::kInvalidArgument);
}

TEST(Sums, OfDollarsDoNotOverflow) {
  Money money;
  for (int i = 0; i < 100; ++i)
    money.add(999'999'999'999'000'000);
  EXPECT_EQ(money.dollars(), 99'999'999);
  EXPECT_EQ(money.pico(), 999'900'000'000);
}

}  // namespace
}  // namespace clew::models
