#include <gtest/gtest.h>

#include "base/json.h"
#include "base/text.h"
#include "base/time.h"

namespace clew {
namespace {

TEST(Time, ReadsWhatTheContractAllows) {
  EXPECT_EQ(parse_iso_time("1970-01-01T00:00:01Z"), 1'000'000);
  EXPECT_EQ(parse_iso_time("1970-01-01T00:00Z"), 0);
  EXPECT_EQ(parse_iso_time("1970-01-01T01:00:00.1234567+01:00"), 123'456);
  EXPECT_EQ(iso_ms(*parse_iso_time("2026-01-02T03:04:05.678901Z")), "2026-01-02T03:04:05.678Z");
  EXPECT_EQ(sql_us(*parse_iso_time("2026-01-02T03:04:05.678901-02:00")), "2026-01-02 05:04:05.678901");
}

TEST(Time, RefusesWhatHasNoZoneOrDoesNotExist) {
  for (const char* text : {"2026-01-01", "2026-01-01T00:00:00", "2026-02-30T00:00:00Z", "2026-01-01T24:00:00Z",
                           "2026-01-01T00:00:00.Z", "", "x", "2026-01-01T00:00:00Zx"}) {
    EXPECT_FALSE(parse_iso_time(text)) << text;
  }
}

TEST(Json, WritesNumbersAsJavaScriptDoes) {
  EXPECT_EQ(json::number_text(1.0), "1");
  EXPECT_EQ(json::number_text(0.5), "0.5");
  EXPECT_EQ(json::number_text(-123.456), "-123.456");
  EXPECT_EQ(json::number_text(1e21), "1e+21");
  EXPECT_EQ(json::number_text(1e20), "100000000000000000000");
  EXPECT_EQ(json::number_text(0.000001), "0.000001");
  EXPECT_EQ(json::number_text(0.0000001), "1e-7");
  EXPECT_EQ(json::number_text(1.5e-9), "1.5e-9");
}

TEST(Json, KeepsKeyOrderAndText) {
  const std::string text = R"({"b":1,"a":[true,null,"é\n\"\u0001"],"c":{"x":1.5}})";
  const auto value = json::parse(text);
  ASSERT_TRUE(value);
  EXPECT_EQ(json::to_text(*value), text);
}

TEST(Json, RefusesBombsAndRubbish) {
  EXPECT_FALSE(json::parse(std::string(100'000, '[')));
  EXPECT_FALSE(json::parse("{} x"));
  EXPECT_FALSE(json::parse("\"\xff\""));
  EXPECT_FALSE(json::parse(""));
  EXPECT_FALSE(json::try_parse("plain text"));
  EXPECT_TRUE(json::try_parse(" [1] "));
}

TEST(Text, CutsBetweenCharacters) {
  EXPECT_EQ(text::prefix("aéb", 2), "aé");
  EXPECT_EQ(text::prefix("ab", 5), "ab");
  EXPECT_EQ(text::characters("aéb"), 3U);
  std::string many;  // longer than any step of a fast way to count
  for (int i = 0; i < 1'000; ++i)
    many += i % 3 == 0 ? "é" : i % 3 == 1 ? "漢" : "x";
  EXPECT_EQ(text::characters(many), 1'000U);
}

TEST(Text, RepairsInvalidUtf8) {
  EXPECT_EQ(text::sanitize_utf8("a\xff\xc3(b"), "a\xEF\xBF\xBD\xEF\xBF\xBD(b");
  EXPECT_EQ(text::sanitize_utf8("é"), "é");
}

TEST(Text, CodecsRoundTrip) {
  const std::string bytes("\x00\x01\xfe\xff!", 5);
  EXPECT_EQ(text::from_hex(text::to_hex(bytes)), bytes);
  EXPECT_EQ(text::from_base64(text::to_base64(bytes)), bytes);
  EXPECT_EQ(text::from_base64("_-8"), "\xff\xef");
  EXPECT_FALSE(text::from_base64("a*b="));
  EXPECT_EQ(text::percent_decode("a%2Fb+c", false), "a/b+c");
  EXPECT_EQ(text::percent_decode("a%2Fb+c", true), "a/b c");
  EXPECT_FALSE(text::percent_decode("%2", false));
  EXPECT_EQ(text::percent_encode("a b/é~"), "a%20b%2F%C3%A9~");
  EXPECT_EQ(text::random_uuid().size(), 36U);
}

}  // namespace
}  // namespace clew
