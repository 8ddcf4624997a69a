#include "ingest/enrich/outer_calls.h"

#include <deque>
#include <string>
#include <vector>

#include <gtest/gtest.h>

namespace clew::ingest {
namespace {

constexpr TimeUs kNow = 1'767'225'600'000'000;

class OuterCalls : public testing::Test {
 protected:
  OuterCalls() : clock_(kNow), catalog_(*ModelCatalog::create(builtin_model_prices(), nullptr, clock_)) {}

  domain::Observation& add(std::string span, std::string parent, std::string model, std::string trace = "t") {
    domain::Observation& row = rows_.emplace_back();
    row.start_time_us = kNow;
    row.trace_id = std::move(trace);
    row.span_id = std::move(span);
    row.parent_span_id = std::move(parent);
    row.model = std::move(model);
    row.input = "Hello";
    return row;
  }
  std::vector<std::string> found() {
    std::vector<const domain::Observation*> all;
    for (const domain::Observation& row : rows_)
      all.push_back(&row);
    const auto outer = outer_calls(all, "p", *catalog_);
    std::vector<std::string> ids;
    for (const domain::Observation& row : rows_) {
      if (outer.contains(&row)) ids.push_back(row.span_id);
    }
    return ids;
  }
  using Ids = std::vector<std::string>;

  FakeClock clock_;
  std::unique_ptr<ModelCatalog> catalog_;
  std::deque<domain::Observation> rows_;
};

TEST_F(OuterCalls, AreThoseAroundACallThatReports) {
  add("chat", "step", "gpt-4o-2024-08-06").provided_usage = {{"input", 10}};
  add("step", "predict", "");
  add("predict", "query", "gpt-4o");
  add("query", "", "");
  EXPECT_EQ(found(), (Ids{"predict"})) << "also through a span without a model, and with a dated name";
}

TEST_F(OuterCalls, AreThoseAroundACallThatSaysWhatItCost) {
  add("predict", "", "gpt-4o");
  add("chat", "predict", "gpt-4o").provided_cost = {{"total", 5}};
  EXPECT_EQ(found(), (Ids{"predict"}));
}

TEST_F(OuterCalls, OfCallsWithoutUsageTheInnermostIsCounted) {
  add("chat", "", "gpt-4o");
  add("complete", "chat", "gpt-4o");
  add("request", "complete", "gpt-4o");
  EXPECT_EQ(found(), (Ids{"chat", "complete"}));
}

TEST_F(OuterCalls, AnotherModelInsideIsAnotherCall) {
  add("predict", "", "gpt-4o");
  add("embed", "predict", "text-embedding-3-small").provided_usage = {{"input", 10}};
  EXPECT_EQ(found(), Ids());
}

TEST_F(OuterCalls, ACallBesideOrInAnotherTraceDoesNotSpeakForThisOne) {
  add("predict", "root", "gpt-4o");
  add("beside", "root", "gpt-4o").provided_usage = {{"input", 10}};
  add("below", "predict", "gpt-4o", "other trace").provided_usage = {{"input", 10}};
  EXPECT_EQ(found(), Ids());
}

TEST_F(OuterCalls, AFailedOrSilentCallInsideSaysNothing) {
  add("predict", "", "gpt-4o");
  add("failed", "predict", "gpt-4o").level = domain::Level::kError;
  add("silent", "predict", "gpt-4o").input.reset();
  EXPECT_EQ(found(), Ids());
}

TEST_F(OuterCalls, WhatReportsItsOwnUsageIsNotAmongThem) {
  add("predict", "", "gpt-4o").provided_usage = {{"input", 10}};
  add("chat", "predict", "gpt-4o");
  EXPECT_EQ(found(), Ids());
}

TEST_F(OuterCalls, ALoopOfParentsEnds) {
  add("a", "b", "gpt-4o").provided_usage = {{"input", 10}};
  add("b", "c", "");
  add("c", "b", "");
  add("d", "d", "gpt-4o");
  EXPECT_EQ(found(), Ids());
}

}  // namespace
}  // namespace clew::ingest
