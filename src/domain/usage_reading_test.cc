#include "domain/usage_reading.h"

#include <gtest/gtest.h>

namespace clew::domain {
namespace {

// What is left of each entry, in the order of the map.
std::vector<std::uint64_t> units(const UsageMap& usage) {
  std::vector<std::uint64_t> out;
  for (const UsageReading& reading : read_usage(usage)) out.push_back(reading.units);
  return out;
}

std::vector<std::string> warnings(const UsageMap& usage) {
  std::vector<std::string> out;
  for (const UsageWarning& warning : usage_warnings(usage)) {
    out.push_back(std::string(to_text(warning.kind)) + " " + warning.key + " " + warning.of + " " +
                  std::to_string(warning.units));
  }
  return out;
}

using Units = std::vector<std::uint64_t>;
using Texts = std::vector<std::string>;

TEST(UsageReading, TwoNamesOfOneCountAreOneCount) {
  const UsageMap usage = {{"input_tokens", 100}, {"input", 100}, {"output", 50}, {"completion_tokens", 50}};
  EXPECT_EQ(units(usage), (Units{0, 100, 50, 0}));
  EXPECT_EQ(usage_total(usage), 150U);
  EXPECT_EQ(warnings(usage), (Texts{"OTHER_NAME input_tokens input 100", "OTHER_NAME completion_tokens output 50"}));
}

TEST(UsageReading, AZeroGivesWayToAnotherNameWithANumber) {
  EXPECT_EQ(units({{"input", 0}, {"input_tokens", 7}}), (Units{0, 7}));
}

TEST(UsageReading, TotalByAnotherNameIsTheTotal) {
  // Haystack's embedders.
  EXPECT_EQ(usage_total({{"input_tokens", 10}, {"total_tokens", 10}}), 10U);
  EXPECT_EQ(usage_total({{"prompt_tokens", 10}, {"total_tokens", 10}}), 10U);
  EXPECT_EQ(usage_total({{"promptTokenCount", 4}, {"totalTokenCount", 9}}), 9U);
}

TEST(UsageReading, OurOwnDetailsLieBesideWhateverTheTotalSays) {
  EXPECT_EQ(units({{"input", 1000}, {"input_cached_tokens", 200}, {"output", 500}, {"total", 1500}}),
            (Units{1000, 200, 500, 1500}));
}

TEST(UsageReading, OpenAiCountsReasoningIntoTheOutput) {
  EXPECT_EQ(units({{"input", 10}, {"output", 50}, {"reasoning_tokens", 20}}), (Units{10, 30, 20}));
  EXPECT_EQ(usage_total({{"input", 10}, {"output", 50}, {"reasoning_tokens", 20}}), 60U);
  EXPECT_EQ(warnings({{"input", 10}, {"output", 50}, {"reasoning_tokens", 20}}),
            (Texts{"PART reasoning_tokens output 20"}));
}

TEST(UsageReading, AnthropicCountsCachedTokensBesideTheInput) {
  const UsageMap usage = {{"input_tokens", 10}, {"cache_read_input_tokens", 900}, {"output_tokens", 5}};
  EXPECT_EQ(units(usage), (Units{10, 900, 5}));
  EXPECT_EQ(usage_total(usage), 915U);
  EXPECT_EQ(warnings(usage), Texts{});
}

TEST(UsageReading, TheTotalKnowsBetterThanTheName) {
  // A proxy that reports OpenAI's sums under Anthropic's names.
  EXPECT_EQ(units({{"input", 1000}, {"output", 50}, {"total", 1050}, {"cache_read_input_tokens", 900}}),
            (Units{100, 50, 1050, 900}));
  // A provider that leaves reasoning out of the completion.
  EXPECT_EQ(units({{"input", 10}, {"output", 50}, {"reasoning_tokens", 20}, {"total_tokens", 80}}),
            (Units{10, 50, 20, 80}));
}

TEST(UsageReading, WhatIsMoreThanItsContainerIsNotInIt) {
  EXPECT_EQ(units({{"output", 5}, {"reasoning_tokens", 20}}), (Units{5, 20}));
}

TEST(UsageReading, WhatIsNotWantedChangesNothing) {
  const UsageMap usage = {{"input", 10}, {"input_tokens", 10}, {"output", 50}, {"reasoning_tokens", 20}};
  const auto readings =
      read_usage(usage, [](std::string_view key) { return key != "input" && key != "reasoning_tokens"; });
  EXPECT_EQ(readings[1].units, 10U);
  EXPECT_EQ(readings[2].units, 50U);
}

TEST(UsageReading, PricesDoNotChangeWhatTheTotalSays) {
  // Beside by the total; were the unpriced name of input counted again, the total would seem to leave reasoning out.
  const UsageMap usage = {
      {"input", 100}, {"inputTokens", 100}, {"output", 50}, {"cache_read_input_tokens", 90}, {"total", 150}};
  const auto readings = read_usage(usage, [](std::string_view key) { return key != "inputTokens"; });
  EXPECT_EQ(readings[0].units, 10U);
}

TEST(UsageReading, CountsThatDoNotAddUpAreWarnedOf) {
  EXPECT_EQ(warnings({{"input", 1000}, {"input_cached_tokens", 200}, {"output", 500}, {"total", 1500}}),
            (Texts{"MORE_THAN_TOTAL total  1700"}));
  EXPECT_EQ(warnings({{"input", 100}, {"output", 1}, {"total", 100}}), Texts{});
  EXPECT_EQ(warnings({{"input", 0}, {"input_cached_tokens", 30}, {"output", 5}}),
            (Texts{"INPUT_SWALLOWED input_cached_tokens input 30"}));
}

TEST(UsageReading, UnknownNamesStandForThemselves) {
  EXPECT_EQ(units({{"custom", 5}, {"input", 3}, {"", 1}}), (Units{5, 3, 1}));
  EXPECT_EQ(usage_total({{"custom", 5}, {"input", 3}}), 8U);
  EXPECT_EQ(usage_total({}), 0U);
}

}  // namespace
}  // namespace clew::domain
