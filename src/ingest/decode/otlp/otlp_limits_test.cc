// What one request may make us hold, whatever it contains.
#include <gtest/gtest.h>

#include "ingest/decode/otlp/flat_messages.h"
#include "ingest/decode/otlp/flatten.h"
#include "ingest/decode/otlp/testing_requests.h"

namespace clew::ingest {
namespace {

using namespace otlp::testing;

TEST(OtlpLimits, HostileFlattenedIndexesAllocateNothing) {
  json::Object values = {{"gen_ai.prompt.0.content", "ok"}};
  for (int i = 0; i < 100; ++i)
    values["gen_ai.prompt.9" + std::to_string(100 + i) + ".x.9999.y"] = "z";
  values["gen_ai.prompt.99999999999999999999.content"] = "no";
  EXPECT_EQ(decode_one(request(span_with(values))).input, R"([{"content":"ok"}])");
}

TEST(OtlpLimits, TheListBudgetShrinksOnlyForVeryManySpans) {
  EXPECT_EQ(otlp::list_slots_max(1), 10'001U);
  EXPECT_EQ(otlp::list_slots_max(999), 10'001U);
  EXPECT_LE(otlp::list_slots_max(500'000) * 500'000, 20'000'000U);
}

TEST(OtlpLimits, LongPathsStayJson) {
  const std::string long_key(400, 'k');
  json::Value nested = json::Object{{"leaf", 1}};
  for (int i = 0; i < 3; ++i)
    nested = json::Object{{long_key, nested}};
  domain::TextMap out;
  otlp::append_flat(out, "m", nested);
  ASSERT_EQ(out.size(), 1U);
  EXPECT_EQ(out[0].first, "m." + long_key);
  EXPECT_EQ(json::try_parse(out[0].second), *json::find(nested, long_key));
}

TEST(OtlpLimits, TooManyPathsStayJson) {
  json::Object wide;
  for (std::size_t i = 0; i <= otlp::kPathsMax; ++i)
    wide[std::to_string(i)] = 1;
  domain::TextMap out;
  otlp::append_flat(out, "m", json::Object{{"wide", wide}, {"a", 1}});
  ASSERT_EQ(out.size(), 2U);
  EXPECT_EQ(out[0].first, "m.wide");
  EXPECT_EQ(out[1].second, "1");
}

TEST(OtlpLimits, DeepValuesAreCutNotFatal) {
  std::string value = R"({"stringValue":"x"})";
  for (int i = 0; i < 100; ++i)
    value.insert(0, R"({"arrayValue":{"values":[)").append("]}}");
  std::string body = json::to_text(request(span_with({{"input", "@"}})));
  const std::string_view leaf = R"({"stringValue":"@"})";
  body.replace(body.find(leaf), leaf.size(), value);
  const auto batch = decode_otlp(body, context());
  ASSERT_TRUE(batch) << batch.error().message;
  EXPECT_EQ(batch->spans.at(0).input, std::string(64, '[') + "null" + std::string(64, ']'));
}

TEST(OtlpLimits, ManyAttributesAreAllKept) {
  json::Object values;
  for (int i = 0; i < 3000; ++i)
    values["k" + std::to_string(i)] = i;
  EXPECT_EQ(decode_one(request(span_with(values))).metadata.size(), 3002U);  // with scope name and version
}

}  // namespace
}  // namespace clew::ingest
