// Spans as real frameworks send them (tests/integrations/recorded), where the mapping once lost or doubled something.
#include <gtest/gtest.h>

#include "ingest/decode/otlp/testing_requests.h"

namespace clew::ingest {
namespace {

using namespace otlp::testing;

domain::Observation from_scope(std::string_view name, json::Object span) {
  return decode_one(request(json::Array{scope(name, "1", json::Array{std::move(span)})}));
}

constexpr TimeUs kStart = 1'700'000'000'000'000;

TEST(OtlpFrameworks, VercelAi6StreamTextDoesNotCountItsStepsAgain) {
  const auto outer =
      from_scope("ai", span_with({{"ai.operationId", "ai.streamText"},
                                  {"ai.model.id", "gpt-5-mini"},
                                  {"ai.usage.inputTokens", 2400},
                                  {"ai.usage.cachedInputTokens", 2000},
                                  {"ai.usage.reasoningTokens", 60},
                                  {"ai.response.providerMetadata", R"({"openai":{"acceptedPredictionTokens":4}})"}}));
  EXPECT_EQ(outer.provided_usage, (domain::UsageMap{{"input", 0}, {"output", 0}}));
  const auto step = from_scope("ai", span_with({{"ai.operationId", "ai.streamText.doStream"},
                                                {"ai.model.id", "gpt-5-mini"},
                                                {"gen_ai.usage.input_tokens", 1200},
                                                {"gen_ai.usage.output_tokens", 80},
                                                {"ai.usage.cachedInputTokens", 1000},
                                                {"ai.usage.reasoningTokens", 30}}));
  EXPECT_EQ(step.provided_usage,
            (domain::UsageMap{
                {"input", 200}, {"output", 50}, {"input_cached_tokens", 1000}, {"output_reasoning_tokens", 30}}));
}

TEST(OtlpFrameworks, VercelAi6EmbedIsCountedOnce) {
  const auto outer = from_scope("ai", span_with({{"ai.operationId", "ai.embed"}, {"ai.usage.tokens", 8}}));
  EXPECT_EQ(outer.provided_usage, (domain::UsageMap{{"input", 0}, {"output", 0}}));
  const auto call = from_scope("ai", span_with({{"ai.operationId", "ai.embed.doEmbed"}, {"ai.usage.tokens", 8}}));
  EXPECT_EQ(call.provided_usage, (domain::UsageMap{{"input", 0}, {"output", 0}, {"total", 8}}));
}

TEST(OtlpFrameworks, PydanticAiAndVercelAi7TellTheFirstChunkInSeconds) {
  const auto o =
      from_scope("pydantic-ai", span_with({{"gen_ai.operation.name", "chat"},
                                           {"gen_ai.client.operation.time_to_first_chunk", 0.02097336500082747}}));
  EXPECT_EQ(o.completion_start_time_us, kStart + 21'000);
  const auto nonsense = from_scope("pydantic-ai", span_with({{"gen_ai.client.operation.time_to_first_chunk", "soon"}}));
  EXPECT_EQ(nonsense.completion_start_time_us, std::nullopt);
}

TEST(OtlpFrameworks, OpenInferenceTellsTheFirstTokenWithAnEvent) {
  const auto with_event = [](std::string_view time) {
    json::Object span = span_with({{"openinference.span.kind", "LLM"}});
    span["events"] = json::Array{json::Object{{"name", "First Token Stream Event"}, {"timeUnixNano", time}}};
    return from_scope("openinference.instrumentation.openai", span);
  };
  EXPECT_EQ(with_event("1700000000250000000").completion_start_time_us, kStart + 250'000);
  EXPECT_EQ(with_event("1699999999000000000").completion_start_time_us, std::nullopt);
}

TEST(OtlpFrameworks, OpenInferenceEmbeddingsHaveTheirModel) {
  const auto o =
      from_scope("openinference.instrumentation.openai", span_with({{"openinference.span.kind", "EMBEDDING"},
                                                                    {"embedding.model_name", "text-embedding-3-small"},
                                                                    {"llm.token_count.prompt", 8}}));
  EXPECT_EQ(o.type, domain::ObservationType::kEmbedding);
  EXPECT_EQ(o.model, "text-embedding-3-small");
}

TEST(OtlpFrameworks, OpenInferenceLangChainsCallsAreInTheFlatMessages) {
  const auto o = from_scope(
      "openinference.instrumentation.langchain",
      span_with({{"openinference.span.kind", "LLM"},
                 {"output.value", R"({"generations":[[{"text":"","message":{"lc":1,"kwargs":{"content":""}}}]]})"},
                 {"llm.output_messages.0.message.role", "assistant"},
                 {"llm.output_messages.0.message.tool_calls.0.tool_call.id", "c1"},
                 {"llm.output_messages.0.message.tool_calls.0.tool_call.function.name", "get_weather"},
                 {"llm.output_messages.0.message.tool_calls.0.tool_call.function.arguments", R"({"city":"Atlantis"})"},
                 {"llm.output_messages.0.message.tool_calls.1.tool_call.id", "c2"},
                 {"llm.output_messages.0.message.tool_calls.1.tool_call.function.name", "search_handbook"},
                 {"llm.output_messages.0.message.tool_calls.1.tool_call.function.arguments", "{}"}}));
  EXPECT_EQ(o.tool_call_names, (std::vector<std::string>{"get_weather", "search_handbook"}));
  EXPECT_EQ(o.tool_calls, (std::vector<std::string>{
                              R"({"id":"c1","arguments":"{\"city\":\"Atlantis\"}","type":"function","index":0})",
                              R"({"id":"c2","arguments":"{}","type":"function","index":0})"}));
  EXPECT_TRUE(o.output->starts_with(R"({"generations")"));
}

TEST(OtlpFrameworks, TheOutputsOwnCallsWinOverTheFlatMessages) {
  const auto o = from_scope(
      "openinference.instrumentation.openai",
      span_with({{"output.value", R"([{"type":"function_call","call_id":"c9","name":"f","arguments":"{}"}])"},
                 {"llm.output_messages.0.message.tool_calls.0.tool_call.function.name", "g"}}));
  EXPECT_EQ(o.tool_call_names, (std::vector<std::string>{"f"}));
}

TEST(OtlpFrameworks, LiteLlmsToolsAreDefinitions) {
  const auto o = from_scope("litellm", span_with({{"llm.tools.0.name", "get_weather"},
                                                  {"llm.tools.0.description", "Says what the weather is like."},
                                                  {"llm.tools.0.parameters", R"({"type":"object"})"}}));
  EXPECT_EQ(o.tool_definitions, (domain::TextMap{{"get_weather", R"({"description":"Says what the weather is like.",)"
                                                                 R"("parameters":"{\"type\":\"object\"}"})"}}));
}

}  // namespace
}  // namespace clew::ingest
