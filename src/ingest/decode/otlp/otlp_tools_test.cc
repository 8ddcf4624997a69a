// Tools that only span attributes can carry; shapes inside input and output are tested in ../tools.
#include <gtest/gtest.h>

#include "ingest/decode/otlp/testing_requests.h"

namespace clew::ingest {
namespace {

using namespace otlp::testing;
using Map = std::map<std::string, std::string>;

Map attributes_left(const domain::Observation& o) {
  Map out = sorted(o.metadata);
  std::erase_if(out, [](const auto& item) { return item.first.starts_with("scope."); });
  return out;
}

TEST(OtlpTools, RequestParametersLoseTheirToolsAndKeepTheRest) {
  const auto o = decode_one(request(span_with(
      {{"model_request_parameters", R"({"function_tools":[{"name":"f","description":"d"}],"output_mode":"text"})"},
       {"input", "hi"}})));
  EXPECT_EQ(o.input, R"({"prompt":"hi","tools":[{"name":"f","description":"d"}]})");
  EXPECT_EQ(attributes_left(o), (Map{{"attributes.model_request_parameters", R"({"output_mode":"text"})"}}));
  EXPECT_EQ(o.tool_definitions, (domain::TextMap{{"f", R"({"description":"d","parameters":""})"}}));
}

TEST(OtlpTools, DefinitionsThatTheInputCannotTakeStayWhereTheyAre) {
  const auto o = decode_one(request(span_with({{"gen_ai.tool.definitions", R"([{"name":"f"}])"}, {"input", "42"}})));
  EXPECT_EQ(o.input, "42");
  EXPECT_EQ(attributes_left(o), (Map{{"attributes.gen_ai.tool.definitions", R"([{"name":"f"}])"}}));
}

TEST(OtlpTools, UsersMetadataWithRealDefinitionsMovesToo) {
  const auto o = decode_one(request(
      span_with({{"langfuse.observation.metadata.tools", R"([{"name":"f","parameters":{}}])"}, {"input", "[]"}})));
  EXPECT_EQ(o.input, R"({"messages":[],"tools":[{"name":"f","parameters":{}}]})");
  EXPECT_EQ(attributes_left(o), Map{});
}

TEST(OtlpTools, TraceLoopFunctionsAreDefinitions) {
  const auto o = decode_one(request(span_with({{"llm.request.functions.1.name", "b"},
                                               {"llm.request.functions.0.name", "a"},
                                               {"llm.request.functions.0.description", "first"},
                                               {"llm.request.functions.0.parameters", R"({"type":"object"})"},
                                               {"llm.request.functions.2.description", "nameless"}})));
  EXPECT_EQ(o.tool_definitions,
            (domain::TextMap{{"a", R"({"description":"first","parameters":"{\"type\":\"object\"}"})"},
                             {"b", R"({"description":"","parameters":""})"}}));
}

}  // namespace
}  // namespace clew::ingest
