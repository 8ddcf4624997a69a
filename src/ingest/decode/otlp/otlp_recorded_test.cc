// Requests that real frameworks sent (tests/integrations), kept in tests/corpus: what the model calls among them said.
#include <algorithm>
#include <fstream>
#include <iterator>

#include <gtest/gtest.h>

#include "ingest/decode/otlp/testing_requests.h"

namespace clew::ingest {
namespace {

using namespace otlp::testing;
using Names = std::vector<std::string>;

struct Recorded {
  std::string file, call;  // name of the spans that call the model
  std::size_t spans = 0, calls = 0;
  Names tools;  // called by the first of them
  bool streamed = false;
  std::string failed;  // name of the span of the failed tool, if the framework makes one
};

std::string body_of(const std::string& file) {
  const std::string path = std::string(CLEW_SOURCE_DIR) + "/tests/corpus/otlp_protobuf/framework-" + file + ".pb";
  std::ifstream stream(path, std::ios::binary);
  EXPECT_TRUE(stream) << path;
  return {std::istreambuf_iterator<char>(stream), {}};
}

class OtlpRecorded : public ::testing::TestWithParam<Recorded> {};

TEST_P(OtlpRecorded, ModelCallsAreUnderstood) {
  const Recorded& expected = GetParam();
  auto batch = decode_otlp(body_of(expected.file), context(Door::kOtlpProtobuf));
  ASSERT_TRUE(batch);
  EXPECT_EQ(batch->spans.size(), expected.spans);
  std::vector<domain::Observation> calls, failed;
  for (const domain::Observation& o : batch->spans) {
    if (o.name == expected.call && o.level != domain::Level::kError) calls.push_back(o);
    if (o.name == expected.failed && o.level == domain::Level::kError) failed.push_back(o);
  }
  std::ranges::sort(calls, {}, &domain::Observation::start_time_us);
  ASSERT_EQ(calls.size(), expected.calls);
  EXPECT_EQ(calls.front().tool_call_names, expected.tools);
  bool streamed = false;
  for (const domain::Observation& call : calls) {
    EXPECT_EQ(call.type, domain::ObservationType::kGeneration);
    EXPECT_EQ(call.model, "gpt-5-mini");
    EXPECT_EQ(call.provided_usage.empty(), false);
    streamed = streamed || call.completion_start_time_us.has_value();
  }
  EXPECT_EQ(streamed, expected.streamed);
  if (expected.failed.empty()) return;
  ASSERT_EQ(failed.size(), 1U);
  EXPECT_EQ(failed.front().type, domain::ObservationType::kTool);
  EXPECT_NE(failed.front().status_message, "");
}

const Names kBoth = {"search_handbook", "get_weather"};
INSTANTIATE_TEST_SUITE_P(
    Frameworks, OtlpRecorded,
    ::testing::Values(
        Recorded{"openinference-langchain", "ChatOpenAI", 9, 2, kBoth, false, "get_weather"},
        Recorded{"openinference-openai", "ChatCompletion", 7, 2, kBoth, true, ""},
        Recorded{"openllmetry-openai", "openai.chat", 7, 2, kBoth, false, ""},
        Recorded{"pydantic-ai-agent", "chat gpt-5-mini", 10, 4, {"ask_weather_agent"}, true, "get_weather"},
        Recorded{"openai-agents-handoff", "response", 13, 3, {"transfer_to_weather_agent"}, false, "get_weather"},
        Recorded{"llamaindex-agent", "OpenAI.astream_chat", 6, 2, kBoth, true, "FunctionTool.acall"},
        Recorded{"crewai-crew", "ChatCompletion", 6, 2, kBoth, false, "get_weather.run"}),
    [](const auto& info) {
      std::string name = info.param.file;
      std::ranges::replace(name, '-', '_');
      return name;
    });

}  // namespace
}  // namespace clew::ingest
