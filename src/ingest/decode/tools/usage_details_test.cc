#include "ingest/decode/tools/usage_details.h"

#include <map>

#include <gtest/gtest.h>

namespace clew::ingest {
namespace {

std::map<std::string, std::uint64_t> usage(std::string_view text) {
  const auto map = normalize_usage_details(json::try_parse(text)->get_object());
  return {map.begin(), map.end()};
}

std::map<std::string, domain::Picodollars> cost(std::string_view text, NumericText numeric = NumericText::kDrop) {
  const auto map = normalize_cost_details(json::try_parse(text)->get_object(), numeric);
  return {map.begin(), map.end()};
}

using Usage = std::map<std::string, std::uint64_t>;
using Cost = std::map<std::string, domain::Picodollars>;

TEST(UsageDetails, CompletionsShapeBecomesInputAndOutput) {
  EXPECT_EQ(usage(R"({"prompt_tokens":100,"completion_tokens":30,"total_tokens":130,
                      "prompt_tokens_details":{"cached_tokens":40,"audio":null},
                      "completion_tokens_details":{"reasoning_tokens":10}})"),
            (Usage{{"input", 60},
                   {"output", 20},
                   {"total", 130},
                   {"input_cached_tokens", 40},
                   {"output_reasoning_tokens", 10}}));
}

TEST(UsageDetails, ResponsesShapeNeverGoesBelowZero) {
  EXPECT_EQ(usage(R"({"input_tokens":10,"output_tokens":3,"total_tokens":13,"input_tokens_details":{"a":7,"b":8}})"),
            (Usage{{"input", 0}, {"output", 3}, {"total", 13}, {"input_a", 7}, {"input_b", 8}}));
}

TEST(UsageDetails, OneForeignKeyMakesItFreeForm) {
  EXPECT_EQ(usage(R"({"prompt_tokens":1,"completion_tokens":2,"total_tokens":3,"service":1})"),
            (Usage{{"prompt_tokens", 1}, {"completion_tokens", 2}, {"total_tokens", 3}, {"service", 1}}));
  EXPECT_EQ(usage(R"({"input_tokens":1,"output_tokens":2})"), (Usage{{"input_tokens", 1}, {"output_tokens", 2}}));
}

TEST(UsageDetails, FreeFormKeepsWholeNumbersAndReadsTextPrefixes) {
  EXPECT_EQ(usage(R"({"a":"12abc","b":"1e3","c":-1,"d":1.5,"e":null,"f":"-3","g":"x","h":2.0,"i":true,"j":{}})"),
            (Usage{{"a", 12}, {"b", 1}, {"h", 2}}));
  EXPECT_EQ(usage(R"({"big":18446744073709551615,"huge":1e30})"), (Usage{{"big", 18446744073709551615ULL}}));
}

TEST(CostDetails, NumbersOnlyUnlessTextIsAllowed) {
  constexpr std::string_view kGiven = R"({"input":0.001,"text":"0.25","neg":-1,"null":null,"zero":0,"bad":"x"})";
  EXPECT_EQ(cost(kGiven), (Cost{{"input", 1'000'000'000}, {"zero", 0}}));
  EXPECT_EQ(cost(kGiven, NumericText::kParse),
            (Cost{{"input", 1'000'000'000}, {"text", 250'000'000'000}, {"zero", 0}}));
}

TEST(Picodollars, DecimalTextIsExact) {
  EXPECT_EQ(parse_picodollars("0.1"), 100'000'000'000);
  EXPECT_EQ(parse_picodollars("0.000151"), 151'000'000);
  EXPECT_EQ(parse_picodollars("1.51e-4"), 151'000'000);
  EXPECT_EQ(parse_picodollars(" +12.5 "), 12'500'000'000'000);
  EXPECT_EQ(parse_picodollars("-2"), -2'000'000'000'000);
  EXPECT_EQ(parse_picodollars("1e-400"), 0);
}

TEST(Picodollars, TheThirteenthDigitRoundsHalfUp) {
  EXPECT_EQ(parse_picodollars("0.0000000000005"), 1);
  EXPECT_EQ(parse_picodollars("0.00000000000049"), 0);
  EXPECT_EQ(parse_picodollars("0.0000000000014999"), 1);
  EXPECT_EQ(parse_picodollars("0.9999999999995"), 1'000'000'000'000);
}

TEST(Picodollars, AMillionAndMoreIsClamped) {
  EXPECT_EQ(parse_picodollars("999999.999999"), 999'999'999'999'000'000);
  EXPECT_EQ(parse_picodollars("1000000"), 999'999'999'999'000'000);
  EXPECT_EQ(parse_picodollars("1e300"), 999'999'999'999'000'000);
  EXPECT_EQ(parse_picodollars("-123456789012345678901234567890"), -999'999'999'999'000'000);
}

TEST(Picodollars, RefusesWhatIsNotANumber) {
  for (const char* text : {"", ".", "abc", "1x", "1e", "NaN", "Infinity", "--1", "1e5.0"}) {
    EXPECT_FALSE(parse_picodollars(text)) << text;
  }
}

}  // namespace
}  // namespace clew::ingest
