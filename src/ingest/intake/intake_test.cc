#include <gtest/gtest.h>

#include "ingest/intake/record.h"

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

}  // namespace
}  // namespace clew::ingest
