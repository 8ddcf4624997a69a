#include "ingest/enrich/repeated_usage.h"

#include <algorithm>
#include <deque>
#include <string>
#include <vector>

#include <gtest/gtest.h>

#include "ingest/enrich/enrich.h"

namespace clew::ingest {
namespace {

class RepeatedUsage : public testing::Test {
 protected:
  domain::Observation& add(std::string span, std::string parent, std::string model, domain::UsageMap usage,
                           std::string trace = "t") {
    domain::Observation& row = rows_.emplace_back();
    row.trace_id = std::move(trace);
    row.span_id = std::move(span);
    row.parent_span_id = std::move(parent);
    row.model = std::move(model);
    row.provided_usage = std::move(usage);
    return row;
  }
  std::vector<std::string> found() {
    std::vector<const domain::Observation*> all;
    for (const domain::Observation& row : rows_)
      all.push_back(&row);
    std::vector<std::string> ids;
    for (const domain::Observation* row : repeated_usage(all))
      ids.push_back(row->span_id);
    std::ranges::sort(ids);
    return ids;
  }
  using Ids = std::vector<std::string>;
  std::deque<domain::Observation> rows_;
};

TEST_F(RepeatedUsage, IsTheSumOfTheNearestReportsBelow) {
  add("call 1", "tool", "gpt-4o", {{"input", 10}, {"output", 5}});
  add("tool", "agent", "", {});
  add("call 2", "agent", "gpt-4o", {{"input", 20}, {"output", 1}, {"total", 21}});
  add("agent", "chain", "gpt-4o", {{"input_tokens", 30}, {"output_tokens", 6}});
  add("chain", "", "", {{"input", 30}, {"output", 6}});
  EXPECT_EQ(found(), (Ids{"agent", "chain"})) << "each level repeats the one below it";
}

TEST_F(RepeatedUsage, OfOneModelDoesNotCountTheCallsOfOthers) {
  add("call", "agent", "gpt-4o-2024-08-06", {{"input", 10}});
  add("embed", "agent", "text-embedding-3-small", {{"input", 400}});
  add("agent", "", "gpt-4o", {{"input", 10}});
  EXPECT_EQ(found(), Ids{"agent"});
}

TEST_F(RepeatedUsage, WhatIsNotTheSumIsUsageOfItsOwn) {
  add("call", "agent", "gpt-4o", {{"input", 10}, {"output", 5}});
  add("agent", "", "gpt-4o", {{"input", 12}, {"output", 5}});
  add("swapped", "", "gpt-4o", {{"input", 5}, {"output", 10}}, "t2");
  add("below", "swapped", "gpt-4o", {{"input", 10}, {"output", 5}}, "t2");
  EXPECT_EQ(found(), Ids());
}

TEST_F(RepeatedUsage, BesideOrInAnotherTraceOrInALoopNothingIsRepeated) {
  add("a", "root", "gpt-4o", {{"input", 10}});
  add("b", "root", "gpt-4o", {{"input", 10}});
  add("below a", "a", "gpt-4o", {{"input", 10}}, "another trace");
  add("self", "self", "gpt-4o", {{"input", 3}});
  EXPECT_EQ(found(), Ids());
}

TEST_F(RepeatedUsage, IsKeptAsProvidedAndCostsNothing) {
  FakeClock clock(1'767'225'600'000'000);
  const auto catalog = *ModelCatalog::create(builtin_model_prices(), nullptr, clock);
  auto& agent = add("agent", "", "gpt-4o", {{"input", 1000}});
  agent.start_time_us = 1'767'225'600'000'000;
  agent.provided_cost = {{"total", 5}};
  enrich(agent, "p", *catalog, {.is_repeated = true});
  EXPECT_EQ(agent.provided_usage, (domain::UsageMap{{"input", 1000}}));
  EXPECT_TRUE(agent.usage.empty());
  EXPECT_TRUE(agent.cost.empty());
  EXPECT_FALSE(agent.total_cost);
  EXPECT_FALSE(agent.model_id.empty());
  price(agent, "p", *catalog, nullptr);
  EXPECT_FALSE(agent.total_cost) << "re-pricing finds nothing to price";
}

}  // namespace
}  // namespace clew::ingest
