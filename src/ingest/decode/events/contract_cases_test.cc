// contract/ingestion-cases.json: 64 events with the answer the reference gives. Where our documented behaviour differs
// the expectation is changed below, with the reason.
#include <cstdlib>
#include <fstream>
#include <sstream>

#include <gtest/gtest.h>

#include "ingest/decode/events/events.h"

namespace clew::ingest {
namespace {

std::string read_contract(const std::string& name) {
  const char* given = std::getenv("CLEW_CONTRACT_DIR");
  const std::string folder = given ? given : std::string(CLEW_SOURCE_DIR) + "/../shared/contract";
  std::ifstream file(folder + "/" + name);
  std::ostringstream text;
  text << file.rdbuf();
  return text.str();
}

// What ours is for a case, given what the reference says (contract/ingestion.md; "7.5 n" are its numbered deviations).
void apply_documented_differences(const std::string& id, const json::Object& given_body, json::Object& expected) {
  // 7.5 2: an environment that is not text is unknown, not `default`: the first one given by any message wins.
  const json::Value* environment = json::find(given_body, "environment");
  if (!environment || !environment->is_string()) expected.erase("environment");
  // `usage: null` says the same as no usage: null keeps (7.3).
  if (const json::Value* usage = json::find(expected, "usage"); usage && usage->is_null()) expected.erase("usage");
  // 5.5: the OpenAI names do not lose their cost fields.
  if (id == "V30") expected["usage"].as_object()["inputCost"] = 0.1;
  // 5.2: the legacy body honours `environment`.
  if (id == "V45") expected["environment"] = "prod";
}

std::string dotted(const json::Value& path) {
  std::string out;
  for (const json::Value& step : path.as_array()) {
    if (!out.empty()) out += '.';
    out += step.is_string() ? std::string(step.get_string()) : json::to_text(step);
  }
  return out;
}

void expect_valid(const json::Object& test_case, const std::string& id, const DecodedBatch& batch) {
  ASSERT_TRUE(batch.errors.empty()) << batch.errors[0].error;
  const json::Object& event = test_case.at("event").as_object();
  if (event.at("type").as_string() == "sdk-log") {  // accepted, listed nowhere
    EXPECT_TRUE(batch.events.empty());
    EXPECT_TRUE(batch.accepted_ids.empty());
    return;
  }
  ASSERT_EQ(batch.events.size(), 1U);
  EXPECT_EQ(batch.accepted_ids, std::vector<std::string>{"evt-1"});
  json::Object expected = test_case.at("normalized_body").as_object();
  apply_documented_differences(id, event.at("body").as_object(), expected);
  EXPECT_EQ(batch.events[0].body, expected) << json::to_text(batch.events[0].body) << "\n" << json::to_text(expected);
}

void expect_invalid(const json::Object& test_case, const DecodedBatch& batch) {
  EXPECT_TRUE(batch.events.empty());
  EXPECT_TRUE(batch.accepted_ids.empty());
  ASSERT_EQ(batch.errors.size(), 1U);
  EXPECT_EQ(batch.errors[0].status, 400);
  EXPECT_EQ(batch.errors[0].message, "Invalid request data");
  auto issues = json::parse(batch.errors[0].error);
  ASSERT_TRUE(issues);
  const json::Array& expected = test_case.at("issues").as_array();
  const json::Array& found = issues->as_array();
  ASSERT_EQ(found.size(), expected.size()) << batch.errors[0].error;
  for (std::size_t i = 0; i < expected.size(); ++i) {
    EXPECT_EQ(dotted(found[i].at("path")), expected[i].at("path").as_string());
    EXPECT_EQ(found[i].at("message"), expected[i].at("message"));
    EXPECT_TRUE(found[i].at("code").is_string());
  }
}

TEST(ContractCases, EveryEventIsJudgedAsWritten) {
  const std::string text = read_contract("ingestion-cases.json");
  if (text.empty()) GTEST_SKIP() << "no contract folder; set CLEW_CONTRACT_DIR";
  auto cases = json::parse(text);
  ASSERT_TRUE(cases);
  EXPECT_EQ(cases->as_array().size(), 64U);
  for (const json::Value& item : cases->as_array()) {
    const json::Object& test_case = item.as_object();
    const std::string id(test_case.at("id").as_string());
    SCOPED_TRACE(id + ": " + std::string(test_case.at("title").as_string()));
    const std::string body = json::to_text(json::Object{{"batch", json::Array{test_case.at("event")}}});
    const auto batch = decode_event_batch(body, {.project_id = "p", .door = Door::kEventBatch});
    ASSERT_TRUE(batch);
    EXPECT_EQ(batch->items_total, 1U);
    if (test_case.at("valid").as_bool()) {
      expect_valid(test_case, id, *batch);
    } else {
      expect_invalid(test_case, *batch);
    }
  }
}

}  // namespace
}  // namespace clew::ingest
