#include "ingest/decode/tools/tools.h"

#include <gtest/gtest.h>

namespace clew::ingest {
namespace {

json::Object object(std::string_view text) {
  return json::try_parse(text)->get_object();
}

domain::TextMap definitions(std::string input) {
  domain::Observation observation;
  observation.input = std::move(input);
  extract_tools(observation);
  return observation.tool_definitions;
}

struct Calls {
  std::vector<std::string> calls, names;
  bool operator==(const Calls&) const = default;
};

Calls calls(std::string output) {
  domain::Observation observation;
  observation.output = std::move(output);
  extract_tools(observation);
  return {observation.tool_calls, observation.tool_call_names};
}

struct Shape {
  const char* name;
  const char* output;
  Calls expected;
};
// NOLINTNEXTLINE(readability-identifier-naming): the name gtest looks for
void PrintTo(const Shape& shape, std::ostream* out) {
  *out << shape.name;
}

class ToolCallShapes : public testing::TestWithParam<Shape> {};

TEST_P(ToolCallShapes, AreRead) {
  const Calls found = calls(GetParam().output);
  EXPECT_EQ(found.names, GetParam().expected.names);
  EXPECT_EQ(found.calls, GetParam().expected.calls);
}

const Calls no_calls{};

INSTANTIATE_TEST_SUITE_P(
    All, ToolCallShapes,
    testing::Values(
        Shape{"OpenAiChoices",
              R"({"choices":[{"message":{"role":"assistant","tool_calls":[{"id":"c1","type":"function",
                 "function":{"name":"f","arguments":"{\"a\":1}"}}]}}]})",
              {{R"({"id":"c1","arguments":"{\"a\":1}","type":"function","index":0})"}, {"f"}}},
        Shape{"ToolCallsAsText",
              R"({"role":"assistant","toolCalls":"[{\"id\":\"1\",\"name\":\"f\",\"args\":{}}]"})",
              {{R"({"id":"1","arguments":"{}","type":"","index":0})"}, {"f"}}},
        Shape{"LangChainKwargs",
              R"({"content":"","additional_kwargs":{"tool_calls":[{"id":"1","index":2,"function":{"name":"f"}}]}})",
              {{R"({"id":"1","arguments":"{}","type":"function","index":2})"}, {"f"}}},
        Shape{
            "AiSdkContentPart",
            R"([{"role":"assistant","content":[{"type":"tool-call","toolCallId":"7","toolName":"g","input":{"x":1}}]}])",
            {{R"({"id":"7","arguments":"{\"x\":1}","type":"tool-call","index":0})"}, {"g"}}},
        Shape{"GeminiCandidates",
              R"({"candidates":[{"content":{"parts":[{"functionCall":{"name":"g","args":{"q":"é"}}}]}}]})",
              {{R"({"id":"","arguments":"{\"q\":\"é\"}","type":"","index":0})"}, {"g"}}},
        Shape{"GeminiContent",
              R"({"content":{"parts":[{"function_call":{"name":"g","args":{}}}]}})",
              {{R"({"id":"","arguments":"{}","type":"","index":0})"}, {"g"}}},
        Shape{"ResponsesOutput",
              R"({"output":[{"type":"function_call","call_id":"c9","name":"f","arguments":"{}"}]})",
              {{R"({"id":"c9","arguments":"{}","type":"function_call","index":0})"}, {"f"}}},
        Shape{"ToolResultIsNoCall", R"([{"type":"tool-result","toolCallId":"c9","toolName":"f","result":1}])",
              no_calls},
        Shape{"PlainListOfNames", R"([{"name":"f","tool":1},{"arguments":"{}"}])", no_calls},
        Shape{"Prose", "the tool was called with arguments", no_calls},
        Shape{"BrokenJson", R"({"tool_calls":[)", no_calls}));

TEST(ToolCalls, WithoutIdTheSameNameAndArgumentsCountOnce) {
  EXPECT_EQ(calls(R"({"tool_calls":[{"name":"f","arguments":"1"},{"name":"f","arguments":"1"},
                                    {"name":"f","arguments":"2"}]})")
                .names,
            (std::vector<std::string>{"f", "f"}));
}

TEST(ToolDefinitions, FromToolsOfTheRequestAndOfMessages) {
  EXPECT_EQ(definitions(R"({"messages":[{"role":"user","tools":[{"name":"b","inputSchema":{"type":"object"}}]},
                             {"role":"tool","content":{"type":"function","function":{"name":"c","desc":"d"}}}],
                            "tools":[{"type":"function","function":{"name":"a","description":"x"}},{"name":"a"}]})"),
            (domain::TextMap{{"a", R"({"description":"x","parameters":""})"},
                             {"b", R"({"description":"","parameters":"{\"type\":\"object\"}"})"},
                             {"c", R"({"description":"d","parameters":""})"}}));
  EXPECT_EQ(definitions(R"([{"role":"tool","content":"result","function":1}])"), domain::TextMap{});
}

TEST(MoveTools, InputDecidesTheForm) {
  const auto moved = [](std::optional<std::string> input) {
    json::Object metadata = object(R"({"attributes":{"gen_ai.tool.definitions":"[{\"name\":\"f\"}]"}})");
    const bool done = move_tool_definitions(input, metadata);
    EXPECT_EQ(done, metadata.empty());
    return input;
  };
  EXPECT_EQ(moved(std::nullopt), R"({"tools":[{"name":"f"}]})");
  EXPECT_EQ(moved("null"), R"({"tools":[{"name":"f"}]})");
  EXPECT_EQ(moved("[1]"), R"({"messages":[1],"tools":[{"name":"f"}]})");
  EXPECT_EQ(moved("hi"), R"({"prompt":"hi","tools":[{"name":"f"}]})");
  EXPECT_EQ(moved("\"hi\""), R"({"prompt":"hi","tools":[{"name":"f"}]})");
  EXPECT_EQ(moved(R"({"a":1})"), R"({"a":1,"tools":[{"name":"f"}]})");
  EXPECT_EQ(moved(R"({"tools":[{"name":"e"},{"name":"f","x":1}]})"), R"({"tools":[{"name":"e"},{"name":"f","x":1}]})");
  EXPECT_EQ(moved(R"({"tools":["hammer"]})"), R"({"tools":["hammer"]})");
  EXPECT_EQ(moved("42"), "42");
}

TEST(MoveTools, OneUnusableEntryKeepsTheWholeSource) {
  json::Object metadata = object(R"({"tools":[{"name":"a","type":"function"},"b"],"k":1})");
  const json::Object before = metadata;
  std::optional<std::string> input = "x";
  EXPECT_FALSE(move_tool_definitions(input, metadata));
  EXPECT_EQ(metadata, before);
  EXPECT_EQ(input, "x");
}

TEST(MoveTools, RequestParametersLoseOnlyTheirTools) {
  json::Object metadata = object(
      R"({"attributes":{"model_request_parameters":"{\"function_tools\":[{\"name\":\"f\"}],\"strict\":true}","k":"v"}})");
  std::optional<std::string> input;
  EXPECT_TRUE(move_tool_definitions(input, metadata));
  EXPECT_EQ(json::to_text(metadata), R"({"attributes":{"model_request_parameters":"{\"strict\":true}","k":"v"}})");
}

TEST(MoveTools, SchemasAreOrderedByNumberAndJudgedOneByOne) {
  json::Object metadata = object(R"({"attributes":{"llm.tools.10.tool.json_schema":"{\"name\":\"b\"}",
      "llm.tools.2.tool.json_schema":"{\"name\":\"a\"}","llm.tools.3.tool.json_schema":"{}"}})");
  std::optional<std::string> input;
  EXPECT_TRUE(move_tool_definitions(input, metadata));
  EXPECT_EQ(input, R"({"tools":[{"name":"a"},{"name":"b"}]})");
  EXPECT_EQ(json::to_text(metadata), R"({"attributes":{"llm.tools.3.tool.json_schema":"{}"}})");
}

}  // namespace
}  // namespace clew::ingest
