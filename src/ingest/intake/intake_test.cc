#include <gtest/gtest.h>

#include "ingest/intake/record.h"
#include "ingest/intake/sampling.h"

namespace clew::ingest {
namespace {

TEST(Record, ReadsBackWhatItSays) {
  RequestContext context;
  context.project_id = "p-1";
  context.door = Door::kEventBatch;
  context.scores_only = true;
  context.received_at_us = 1'700'000'000'123'456;
  context.request_id = "r-\"é";
  context.attribution = {.api_key = "pk", .sdk_name = "python", .sdk_version = "5.0.4"};
  const std::string body("{\"batch\":[]}\0binary", 19);
  const std::string bytes = encode_record(context, body);
  const auto record = parse_record(bytes);
  ASSERT_TRUE(record) << record.error().message;
  EXPECT_EQ(record->body, body);
  EXPECT_EQ(record->context.project_id, context.project_id);
  EXPECT_EQ(record->context.door, context.door);
  EXPECT_TRUE(record->context.scores_only);
  EXPECT_EQ(record->context.received_at_us, context.received_at_us);
  EXPECT_EQ(record->context.request_id, context.request_id);
  EXPECT_EQ(record->context.attribution.sdk_version, "5.0.4");
}

TEST(Record, RefusesWhatIsCutOff) {
  const std::string bytes = encode_record({.project_id = "p"}, "body");
  for (std::size_t cut = 0; cut + 4 < bytes.size(); ++cut)
    EXPECT_FALSE(parse_record({bytes.data(), cut})) << cut;
}

TEST(Record, ReplayDecodesToTheSameRows) {
  RequestContext context{.project_id = "p", .door = Door::kOtlpJson, .received_at_us = 1'700'000'000'000'000};
  const std::string body =
      R"({"resourceSpans":[{"scopeSpans":[{"spans":[{"traceId":"0af7651916cd43dd8448eb211c80319c",)"
      R"("spanId":"00f067aa0ba902b7","name":"n","startTimeUnixNano":"1700000000000000000"}]}]}]})";
  const auto live = decode(body, context);
  const auto replayed = decode_record(encode_record(context, body));
  ASSERT_TRUE(live && replayed);
  ASSERT_EQ(replayed->spans.size(), 1U);
  EXPECT_EQ(replayed->spans[0].span_id, live->spans[0].span_id);
  EXPECT_EQ(replayed->spans[0].start_time_us, live->spans[0].start_time_us);
}

TEST(Record, KeepsWhatWasDecidedAboutScores) {
  RequestContext context{.project_id = "p", .door = Door::kScore, .received_at_us = 1'000'000, .request_id = "r"};
  context.score_rulings = {{.index = 0, .name = "verdict", .data_type = "CATEGORICAL", .category_value = 2.5}};
  const std::string body = R"({"id":"s","name":"x","traceId":"t","configId":"c","value":"good"})";
  const auto replayed = decode_record(encode_record(context, body));
  ASSERT_TRUE(replayed);
  ASSERT_EQ(replayed->events.size(), 1U);
  const json::Object& score = replayed->events[0].body;
  EXPECT_EQ(json::find_text(score, "name"), "verdict");
  EXPECT_EQ(json::find_text(score, "dataType"), "CATEGORICAL");
  EXPECT_EQ(json::to_text(score.at("categoryValue")), "2.5");

  context.score_rulings = {{.index = 0, .status = 404, .reason = "no such config"}};
  const auto refused = decode_record(encode_record(context, body));
  ASSERT_TRUE(refused);
  EXPECT_TRUE(refused->events.empty());
}

TEST(Sampling, SettingsAreReadOrRefusedAsAWhole) {
  const auto rates = SampleRates::parse(" a:0.5, b:0 ,c:1,");
  ASSERT_TRUE(rates);
  EXPECT_EQ(rates->of("a"), 0.5);
  EXPECT_EQ(rates->of("b"), 0.0);
  EXPECT_EQ(rates->of("c"), std::nullopt);
  EXPECT_EQ(rates->of("d"), std::nullopt);
  for (const char* bad : {"a", "a:", ":0.5", "a:x", "a:1.5", "a:-0.1", "a:nan", "b:0.5,a:0.5x"})
    EXPECT_FALSE(SampleRates::parse(bad)) << bad;
}

TEST(Sampling, FollowsTheHashOfTheTraceId) {
  EXPECT_TRUE(is_sampled("x", 1));
  EXPECT_FALSE(is_sampled("x", 0));
  // sha256("abc") = ba7816bf…: 0.7284…
  EXPECT_FALSE(is_sampled("abc", 0.728));
  EXPECT_TRUE(is_sampled("abc", 0.729));
  // sha256("a") = ca978112…: 0.7913…
  EXPECT_FALSE(is_sampled("a", 0.791));
  EXPECT_TRUE(is_sampled("a", 0.792));
}

TEST(Sampling, TakesWholeTracesAndStillCountsThemAsAccepted) {
  std::string kept;
  for (int i = 0; kept.empty(); ++i) {
    if (is_sampled("trace-" + std::to_string(i), 0.5)) kept = "trace-" + std::to_string(i);
  }
  const auto event = [](const std::string& id, const std::string& type, const std::string& body) {
    return R"({"id":")" + id + R"(","type":")" + type + R"(","timestamp":"2026-01-01T00:00:00Z","body":)" + body + "}";
  };
  const std::string body = R"({"batch":[)" + event("e1", "trace-create", R"({"id":"abc"})") + "," +
                           event("e2", "span-create", R"({"id":"o1","traceId":"abc"})") + "," +
                           event("e3", "span-create", R"({"id":"o2","traceId":")" + kept + R"("})") + "," +
                           event("e4", "score-create", R"({"id":"s1","traceId":"abc","name":"n","value":1})") + "," +
                           event("e5", "score-create", R"({"id":"s2","sessionId":"abc","name":"n","value":1})") + "]}";
  RequestContext context{.project_id = "p", .door = Door::kEventBatch, .received_at_us = 1'000'000};
  context.sample_rate = 0.5;
  const auto batch = decode_record(encode_record(context, body));
  ASSERT_TRUE(batch);
  EXPECT_EQ(batch->accepted_ids.size(), 5U);
  std::vector<std::string> left;
  for (const EntityEvent& each : batch->events)
    left.push_back(each.entity_id);
  EXPECT_EQ(left, (std::vector<std::string>{"o2", "s2"}));  // without a trace id: kept
}

TEST(Sampling, HoldsForSpansToo) {
  const std::string span_of =
      R"({"resourceSpans":[{"scopeSpans":[{"spans":[{"traceId":"0af7651916cd43dd8448eb211c80319c",)"
      R"("spanId":"00f067aa0ba902b7","name":"n","startTimeUnixNano":"1700000000000000000"}]}]}]})";
  RequestContext context{.project_id = "p", .door = Door::kOtlpJson, .received_at_us = 1'700'000'000'000'000};
  context.sample_rate = 0;
  EXPECT_TRUE(decode_record(encode_record(context, span_of))->spans.empty());
  context.sample_rate = std::nullopt;
  EXPECT_EQ(decode_record(encode_record(context, span_of))->spans.size(), 1U);
}

}  // namespace
}  // namespace clew::ingest
