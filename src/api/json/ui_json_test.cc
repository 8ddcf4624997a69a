// What the interface shows about the cost of a step.
#include "api/json/ui_json.h"

#include <gtest/gtest.h>

#include "api/json/json_writer.h"
#include "base/json.h"

namespace clew::api {
namespace {

json::Value extras_of(const query::ObservationRecord& o) {
  const query::TierPrices prices = {
      {"input", "0.01"}, {"input_tokens", "0.01"}, {"output", "0.02"}, {"reasoning_tokens", "0.02"}};
  JsonWriter json;
  json.begin_object();
  write_observation_extras(json, o, nullptr, &prices);
  json.end_object();
  return *json::try_parse(std::move(json).take());
}

TEST(CostLines, MultiplyWhatWasChargedAndSayWhatWasNot) {
  query::ObservationRecord o;
  o.provided_usage = {{"input", 10}, {"input_tokens", 10}, {"output", 50}, {"reasoning_tokens", 20}};
  o.usage = o.provided_usage;
  o.usage.emplace_back("total", 60);
  o.cost = {{"input", 100'000'000'000},
            {"output", 600'000'000'000},
            {"reasoning_tokens", 400'000'000'000},
            {"total", 1'100'000'000'000}};
  const json::Value extras = extras_of(o);
  EXPECT_EQ(json::to_text(*json::find(extras, "costLines")),
            R"([{"key":"input","units":10,"unitPrice":0.01,"amount":0.1},)"
            R"({"key":"output","units":30,"unitPrice":0.02,"amount":0.6},)"
            R"({"key":"reasoning_tokens","units":20,"unitPrice":0.02,"amount":0.4}])");
  EXPECT_EQ(json::to_text(*json::find(extras, "usageWarnings")),
            R"([{"kind":"OTHER_NAME","key":"input_tokens","of":"input","units":10},)"
            R"({"kind":"PART","key":"reasoning_tokens","of":"output","units":20}])");
}

TEST(CostLines, UsageThatRepeatsTheStepsBelowSaysSoAndCostsNothing) {
  query::ObservationRecord o;
  o.provided_usage = {{"input", 10}, {"output", 5}};
  const json::Value extras = extras_of(o);
  EXPECT_EQ(json::to_text(*json::find(extras, "usageWarnings")),
            R"([{"kind":"REPEATS_STEPS","key":"total","of":null,"units":15}])");
  EXPECT_EQ(json::to_text(*json::find(extras, "costLines")), "[]");
}

TEST(CostLines, ABillTheClientSentIsItsOwn) {
  query::ObservationRecord o;
  o.provided_usage = {{"input", 10}, {"input_tokens", 10}};
  o.usage = o.provided_usage;
  o.provided_cost = {{"total", 1}};
  o.cost = o.provided_cost;
  EXPECT_EQ(json::to_text(*json::find(extras_of(o), "usageWarnings")), "[]");
}

}  // namespace
}  // namespace clew::api
