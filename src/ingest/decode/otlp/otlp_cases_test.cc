// The mapping contract, case by case: every case of contract/otel-mapping-cases.json through both encodings. Where the
// reference has a quirk, what we prefer (`ours`) is expected.
#include <cmath>
#include <cstdlib>
#include <fstream>
#include <map>
#include <sstream>

#include <gtest/gtest.h>

#include "base/json.h"
#include "ingest/decode/otlp/date_text.h"
#include "ingest/decode/otlp/otlp.h"
#include "ingest/decode/otlp/otlp_json.h"
#include "ingest/decode/otlp/testing_protobuf.h"

namespace clew::ingest {
namespace {

json::Array load_cases() {
  const char* dir = std::getenv("CLEW_CONTRACT_DIR");
  std::ifstream file(std::string(dir ? dir : CLEW_SOURCE_DIR "/../shared/contract") + "/otel-mapping-cases.json");
  std::stringstream text;
  text << file.rdbuf();
  auto cases = json::try_parse(text.str());
  return cases && cases->is_array() ? cases->get_array() : json::Array{};
}

const json::Array& cases() {
  static const json::Array loaded = load_cases();
  return loaded;
}

json::Value text_or_null(const std::string& text) {
  return text.empty() ? json::Value() : json::Value(text);
}

json::Value time_text(const std::optional<TimeUs>& time) {
  return time ? json::Value(iso_ms(*time)) : json::Value();
}

json::Value map_of(const domain::TextMap& map) {
  json::Object out;
  for (const auto& [key, value] : map)
    out[key] = value;
  EXPECT_EQ(out.size(), map.size()) << "a path occurs twice";
  return out;
}

// The row as the case file writes it.
json::Object row_of(const domain::Observation& o) {
  json::Object usage, cost;
  for (const auto& [key, units] : o.provided_usage)
    usage[key] = units;
  for (const auto& [key, money] : o.provided_cost)
    cost[key] = static_cast<double>(money) / 1e12;
  return {{"type", domain::to_text(o.type)},
          {"name", o.name},
          {"level", domain::to_text(o.level)},
          {"status_message", text_or_null(o.status_message)},
          {"environment", o.environment},
          {"version", text_or_null(o.version)},
          {"release", text_or_null(o.release)},
          {"trace_name", text_or_null(o.trace_name)},
          {"user_id", text_or_null(o.user_id)},
          {"session_id", text_or_null(o.session_id)},
          {"tags", json::Array(o.tags.begin(), o.tags.end())},
          {"public", o.is_public.value_or(false)},
          {"is_app_root", o.is_app_root},
          {"trace_id", o.trace_id},
          {"span_id", o.span_id},
          {"parent_span_id", o.parent_span_id},
          {"start_time", iso_ms(o.start_time_us)},
          {"end_time", time_text(o.end_time_us)},
          {"completion_start_time", time_text(o.completion_start_time_us)},
          {"prompt_name", text_or_null(o.prompt_name)},
          {"prompt_version", o.prompt_version ? json::Value(*o.prompt_version) : json::Value()},
          {"model", text_or_null(o.model)},
          {"model_parameters", o.model_parameters.empty() ? json::Value() : *json::try_parse(o.model_parameters)},
          {"provided_usage_details", usage},
          {"provided_cost_details", cost},
          {"input", o.input ? json::Value(*o.input) : json::Value()},
          {"output", o.output ? json::Value(*o.output) : json::Value()},
          {"metadata", map_of(o.metadata)},
          {"tool_definitions", map_of(o.tool_definitions)},
          {"tool_calls", json::Array(o.tool_calls.begin(), o.tool_calls.end())},
          {"tool_call_names", json::Array(o.tool_call_names.begin(), o.tool_call_names.end())},
          {"experiment_id", text_or_null(o.experiment.id)},
          {"experiment_name", text_or_null(o.experiment.name)},
          {"experiment_description", text_or_null(o.experiment.description)},
          {"experiment_dataset_id", text_or_null(o.experiment.dataset_id)},
          {"experiment_metadata", map_of(o.experiment.metadata)},
          {"experiment_item_id", text_or_null(o.experiment.item_id)},
          {"experiment_item_version", time_text(o.experiment.item_version_us)},
          {"experiment_item_root_span_id", text_or_null(o.experiment.item_root_span_id)},
          {"experiment_item_expected_output",
           o.experiment.item_expected_output ? json::Value(*o.experiment.item_expected_output) : json::Value()},
          {"experiment_item_metadata", map_of(o.experiment.item_metadata)}};
}

// Numbers by value, times at millisecond precision, objects without regard to order.
void expect_equal(const json::Value& expected, const json::Value& actual, const std::string& field) {
  if (expected.is_number() && actual.is_number()) {
    EXPECT_NEAR(expected.to_number<double>(), actual.to_number<double>(), 1e-13) << field;
  } else if ((field.ends_with("_time") || field == "experiment_item_version") && expected.is_string()) {
    const auto time = otlp::parse_date_text(std::string_view(expected.get_string()));
    ASSERT_TRUE(time) << field;
    EXPECT_EQ(iso_ms(*time), actual.as_string()) << field;
  } else if (field.ends_with("_cost_details") || field.ends_with("_usage_details")) {
    ASSERT_EQ(expected.as_object().size(), actual.as_object().size()) << json::to_text(actual);
    for (const auto& [key, value] : expected.as_object()) {
      const json::Value* found = json::find(actual, key);
      ASSERT_TRUE(found) << field << "." << key;
      expect_equal(value, *found, key);
    }
  } else {
    EXPECT_EQ(json::to_text(expected), json::to_text(actual)) << field;
  }
}

void expect_field(const json::Value& expected, const json::Value& actual, const std::string& field) {
  if ((field == "input" || field == "output") && (expected.is_array() || expected.is_object())) {
    expect_equal(json::Value(json::to_text(expected)), actual, field);  // stored as compact JSON
  } else if (field == "metadata" || field.starts_with("tool_def") || field.ends_with("_metadata") ||
             field == "model_parameters") {
    EXPECT_EQ(expected, actual) << field << "\nexpected " << json::to_text(expected) << "\nactual   "
                                << json::to_text(actual);
  } else {
    expect_equal(expected, actual, field);
  }
}

void run(const json::Object& item, std::string_view body, Door door) {
  RequestContext context;
  context.door = door;
  context.received_at_us = 1'800'000'000'000'000;
  auto batch = decode_otlp(body, context);
  ASSERT_TRUE(batch) << batch.error().message;
  ASSERT_EQ(batch->spans.size(), 1U);
  EXPECT_TRUE(batch->errors.empty());

  json::Object expected = item.at("expect").as_object();
  if (const json::Value* ours = json::find(item, "ours")) {
    for (const auto& [key, value] : ours->as_object())
      expected[key] = value;
  }
  const json::Object row = row_of(batch->spans.front());
  for (const auto& [field, value] : expected) {
    const json::Value* actual = json::find(row, field);
    ASSERT_TRUE(actual) << "the test does not know " << field;
    expect_field(value, *actual, field);
  }
}

class OtlpCases : public testing::TestWithParam<std::size_t> {
 protected:
  const json::Object& item() const { return cases()[GetParam()].get_object(); }
};

TEST_P(OtlpCases, Json) {
  run(item(), json::to_text(item().at("request")), Door::kOtlpJson);
}

TEST_P(OtlpCases, Protobuf) {
  run(item(), otlp::testing::to_protobuf(item().at("request")), Door::kOtlpProtobuf);
}

// What a masking callback gets, and gives back unchanged.
TEST_P(OtlpCases, ProtobufRewrittenAsJson) {
  const auto rewritten = resource_spans_json(otlp::testing::to_protobuf(item().at("request")), Door::kOtlpProtobuf);
  ASSERT_TRUE(rewritten);
  run(item(), R"({"resourceSpans":)" + *rewritten + "}", Door::kOtlpJson);
}

TEST_P(OtlpCases, JsonRewritten) {
  const auto rewritten = resource_spans_json(json::to_text(item().at("request")), Door::kOtlpJson);
  ASSERT_TRUE(rewritten);
  run(item(), R"({"resourceSpans":)" + *rewritten + "}", Door::kOtlpJson);
}

INSTANTIATE_TEST_SUITE_P(Contract, OtlpCases, testing::Range<std::size_t>(0, cases().size()), [](const auto& info) {
  return std::string(std::string_view(cases()[info.param].at("id").as_string()));
});

TEST(OtlpContract, TheContractIsThere) {
  EXPECT_GE(cases().size(), 200U) << "set CLEW_CONTRACT_DIR";
}

}  // namespace
}  // namespace clew::ingest
