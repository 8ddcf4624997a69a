#include "ingest/decode/events/events.h"

#include <gtest/gtest.h>

#include "ingest/decode/tolerant_json.h"

namespace clew::ingest {
namespace {

constexpr TimeUs kReceived = 1'767'225'600'000'000;  // 2026-01-01T00:00:00Z

RequestContext context(Door door) {
  return {.project_id = "p", .door = door, .received_at_us = kReceived, .request_id = "r1"};
}

DecodedBatch batch_of(std::string_view events) {
  auto batch = decode_event_batch("{\"batch\":[" + std::string(events) + "]}", context(Door::kEventBatch));
  EXPECT_TRUE(batch);
  return *std::move(batch);
}

std::string trace(std::string_view envelope, std::string_view body, std::string_view time = "2026-01-01T00:00:00Z") {
  return "{\"id\":\"" + std::string(envelope) + R"(","type":"trace-create","timestamp":")" + std::string(time) +
         "\",\"body\":" + std::string(body) + "}";
}

TEST(EventBatch, ABadEventDoesNotAffectItsNeighbours) {
  const auto batch = batch_of(trace("a", R"({"id":"t1"})") + R"(,7,{"id":5,"type":"trace-create"},)" +
                              trace("b", R"({"id":"t2","public":1})") + "," + trace("c", R"({"id":"t3"})"));
  EXPECT_EQ(batch.items_total, 5U);
  EXPECT_EQ(batch.accepted_ids, (std::vector<std::string>{"a", "c"}));
  ASSERT_EQ(batch.errors.size(), 3U);
  EXPECT_EQ(batch.errors[0].id, "unknown");
  EXPECT_EQ(batch.errors[1].id, "unknown");
  EXPECT_EQ(batch.errors[2].id, "b");
  EXPECT_EQ(batch.errors[2].index, 3U);
}

TEST(EventBatch, AnswerListsSuccessesAndErrors) {
  const auto batch = batch_of(trace("a", "{}") + "," + trace("b\\\"", R"({"id":"x\ry"})") + "," +
                              R"({"id":"log","type":"sdk-log","timestamp":"2026-01-01T00:00:00Z","body":{"log":1}})");
  EXPECT_EQ(
      event_batch_answer(batch),
      R"({"successes":[{"id":"a","status":201}],"errors":[{"id":"b\"","status":400,)"
      R"("message":"Invalid request data","error":"[\n  {\n    \"code\": \"custom\",\n    \"path\": [\n)"
      R"(      \"body\",\n      \"id\"\n    ],\n    \"message\": \"ID cannot contain carriage return characters\")"
      R"(\n  }\n]"}]})");
  EXPECT_EQ(event_batch_answer(batch_of("")), R"({"successes":[],"errors":[]})");
}

TEST(EventBatch, UpdatesComeAfterEverythingElseEachByTimestamp) {
  const auto event = [](std::string_view id, std::string_view type, std::string_view time) {
    return "{\"id\":\"" + std::string(id) + "\",\"type\":\"" + std::string(type) + "\",\"timestamp\":\"2026-01-01T" +
           std::string(time) + "Z\",\"body\":{\"id\":\"o\"}}";
  };
  const auto batch = batch_of(event("u2", "span-update", "00:00:02") + "," + event("u1", "span-update", "00:00:01") +
                              "," + event("c9", "span-create", "00:00:09") + "," +
                              event("c3a", "span-create", "00:00:03") + "," + event("c3b", "agent-create", "00:00:03"));
  EXPECT_EQ(batch.accepted_ids, (std::vector<std::string>{"c3a", "c3b", "c9", "u1", "u2"}));
  EXPECT_TRUE(batch.events[0].is_create);
  EXPECT_FALSE(batch.events[4].is_create);
}

TEST(EventBatch, APublicKeyMayOnlySendScores) {
  RequestContext public_key = context(Door::kEventBatch);
  public_key.scores_only = true;
  const std::string body = "{\"batch\":[" + trace("a", R"({"id":"t"})") + "," +
                           R"({"id":"s","type":"score-create","timestamp":"2026-01-01T00:00:00Z",)"
                           R"("body":{"name":"n","value":1,"traceId":"t"}},)"
                           R"({"id":"log","type":"sdk-log","timestamp":"2026-01-01T00:00:00Z","body":{}}]})";
  const auto batch = decode_event_batch(body, public_key);
  ASSERT_TRUE(batch);
  EXPECT_EQ(batch->accepted_ids, std::vector<std::string>{"s"});
  ASSERT_EQ(batch->errors.size(), 1U);
  EXPECT_EQ(batch->errors[0].id, "a");
  EXPECT_EQ(batch->errors[0].status, 401);
  EXPECT_EQ(batch->errors[0].message, "Authentication error");
  EXPECT_EQ(batch->errors[0].error, "Access Scope Denied");
}

TEST(EventBatch, AMissingRecordIdFollowsFromTheEnvelopeSoThatARetryIsTheSameRecord) {
  const auto first = batch_of(trace("a", "{}") + "," + trace("b", "{}"));
  const auto second = batch_of(trace("b", "{}"));
  EXPECT_EQ(first.events[0].entity_id.size(), 36U);
  EXPECT_NE(first.events[0].entity_id, first.events[1].entity_id);
  EXPECT_EQ(first.events[1].entity_id, second.events[0].entity_id);
}

TEST(EventBatch, InputAndOutputBecomeTheTextThatIsStored) {
  const auto batch = batch_of(trace("a", R"({"id":"t","input":{"b": [1, 2.50], "a": "ü"},"output":"plain"})"));
  EXPECT_EQ(json::to_text(batch.events[0].body.at("input")), R"("{\"b\":[1,2.5],\"a\":\"ü\"}")");
  EXPECT_EQ(batch.events[0].body.at("output").as_string(), "plain");
}

TEST(EventBatch, ToolDefinitionsUnderMetadataAttributesMoveIntoTheInput) {
  const auto event = [](std::string_view body) {
    return R"({"id":"e","type":"generation-create","timestamp":"2026-01-01T00:00:00Z","body":)" + std::string(body) +
           "}";
  };
  const auto moved =
      batch_of(event(R"({"id":"o","input":[{"role":"user"}],"metadata":{"attributes":{"llm.tools.0.tool.json_schema":)"
                     R"("{\"name\":\"f\"}","other":1},"tools":[{"name":"mine","description":"d"}]}})"));
  const json::Object& body = moved.events[0].body;
  auto input = json::parse(body.at("input").as_string());
  ASSERT_TRUE(input);
  EXPECT_EQ(input->at("tools").as_array()[0].at("name"), "f");
  EXPECT_EQ(body.at("metadata").at("attributes"), (json::Object{{"other", 1}}));
  EXPECT_EQ(body.at("metadata").at("tools").as_array().size(), 1U);

  const auto kept =
      batch_of(event(R"({"id":"o","metadata":{"attributes":{"llm.tools.0.tool.json_schema":"{\"name\":\"f\"}"}}})"));
  EXPECT_FALSE(kept.events[0].body.contains("input"));
}

TEST(EventBatch, OneEventNestedTooDeeplyDoesNotCostTheBatch) {
  std::string deep = "1";
  for (int i = 0; i < 1000; ++i)
    deep = "[" + deep + "]";
  const auto batch = batch_of(trace("a", R"({"id":"t","input":)" + deep + R"(,"metadata":{"m":)" + deep + "}}") + "," +
                              trace("b", "{}"));
  EXPECT_EQ(batch.accepted_ids, (std::vector<std::string>{"a", "b"}));
  EXPECT_EQ(batch.events[0].body.at("input").as_string(), deep);
  EXPECT_TRUE(json::parse(json::to_text(batch.events[0].body.at("metadata"))));
}

TEST(EventBatch, HalfAPromptLinkIsAMistake) {
  const auto event = [](std::string_view fields) {
    return R"({"id":"e","type":"generation-create","timestamp":"2026-01-01T00:00:00Z","body":{"id":"o",)" +
           std::string(fields) + "}}";
  };
  EXPECT_EQ(batch_of(event(R"("promptName":"p")")).errors.size(), 1U);
  EXPECT_EQ(batch_of(event(R"("promptVersion":1)")).errors.size(), 1U);
  EXPECT_TRUE(batch_of(event(R"("promptName":"","promptVersion":0)")).errors.empty());
  EXPECT_TRUE(batch_of(event(R"("promptName":null,"promptVersion":null)")).errors.empty());
}

TEST(EventBatch, WhatIsNotABatchIsRefusedAsAWhole) {
  for (const char* body : {"", "[", "[]", "{}", R"({"batch":{}})", R"({"batch":null})", "\"x\""}) {
    const auto batch = decode_event_batch(body, context(Door::kEventBatch));
    ASSERT_FALSE(batch) << body;
    EXPECT_EQ(batch.error().code, Errc::kInvalidArgument);
    EXPECT_FALSE(batch.error().message.empty());
  }
}

TEST(EventBatch, DecodingTwiceGivesTheSame) {
  const std::string body = "{\"batch\":[" + trace("a", "{}") + "," + trace("b", R"({"id":"t","tags":["x"]})") + "]}";
  const auto one = decode_events(body, context(Door::kEventBatch));
  const auto two = decode_events(body, context(Door::kEventBatch));
  ASSERT_TRUE(one && two);
  ASSERT_EQ(one->events.size(), two->events.size());
  for (std::size_t i = 0; i < one->events.size(); ++i) {
    EXPECT_EQ(one->events[i].entity_id, two->events[i].entity_id);
    EXPECT_EQ(one->events[i].body, two->events[i].body);
  }
}

struct RepairCase {
  const char* sent;
  const char* repaired;
};

TEST(TolerantJson, RepairsWhatSdksSendAndNothingElse) {
  const RepairCase cases[] = {
      {R"({"a":NaN,"b":[-Infinity,Infinity],"c":"NaN"})", R"({"a":null,"b":[null,null],"c":"NaN"})"},
      {R"({"a":"cut \ud83d"})", R"({"a":"cut \ufffd"})"},
      {R"({"a":"\ude00 \ud83d\ude00 \\ud83d"})", R"({"a":"\ufffd \ud83d\ude00 \\ud83d"})"},
      {"{\"a\":\"\xff\"}", "{\"a\":\"\xef\xbf\xbd\"}"},
      {R"({"a":"quote \" NaN"})", R"({"a":"quote \" NaN"})"},
  };
  for (const RepairCase& repair : cases) {
    EXPECT_EQ(repair_json(repair.sent), repair.repaired);
    EXPECT_TRUE(parse_body(repair.sent)) << repair.sent;
  }
  EXPECT_FALSE(parse_body("{\"a\":nope}"));
}

TEST(Scores, ASingleObjectIsOneScoreWithAnId) {
  const auto named = decode_score(R"({"id":"s1","name":"q","value":1,"traceId":"t"})", context(Door::kScore));
  ASSERT_TRUE(named);
  EXPECT_EQ(named->accepted_ids, std::vector<std::string>{"s1"});
  for (const char* body : {R"({"name":"q","value":1,"traceId":"t"})", R"({"id":"","name":"q","value":1,"traceId":"t"})",
                           R"({"id":null,"name":"q","value":1,"traceId":"t"})"}) {
    const auto one = decode_score(body, context(Door::kScore));
    const auto again = decode_score(body, context(Door::kScore));
    ASSERT_TRUE(one && again) << body;
    EXPECT_EQ(one->accepted_ids[0].size(), 36U);
    EXPECT_EQ(one->accepted_ids, again->accepted_ids);
  }
}

TEST(Scores, WhatIsWrongWithASingleObjectIsTold) {
  struct Case {
    const char* body;
    const char* message;
  };
  const Case cases[] = {
      {"[]", "Invalid input: expected object, received array"},
      {R"({"name":"q","value":"x","traceId":"t","dataType":"NUMERIC"})",
       "value: Invalid input: expected number, received string"},
      {R"({"name":"q","value":1e999,"traceId":"t"})", "value: Invalid input: expected number, received Infinity"},
      {R"({"name":"q","value":1,"traceId":"t","source":"EVAL"})",
       R"(source: Invalid option: expected one of "API"|"ANNOTATION")"},
      {R"({"name":"q","value":1,"traceId":"t","source":"ANNOTATION"})",
       "configId: configId is required when source is ANNOTATION (except for CORRECTION scores)."},
      {R"({"name":"q","value":"x","sessionId":"s","dataType":"CORRECTION"})",
       "dataType: CORRECTION scores belong to traces and observations, not to sessions or dataset runs"},
      {R"({"name":"q","value":1,"traceId":"t","timestamp":"2026-01-02T03:04:05"})", "timestamp: Invalid ISO datetime"},
      {R"({"name":"q","value":1,"traceId":""})",
       "traceId.sessionId.datasetRunId.observationId: Provide exactly one of the following: traceId (with optional "
       "observationId), sessionId or datasetRunId. ObservationId requires traceId."},
  };
  for (const Case& wrong : cases) {
    const auto batch = decode_score(wrong.body, context(Door::kScore));
    ASSERT_FALSE(batch) << wrong.body;
    EXPECT_EQ(batch.error().code, Errc::kInvalidArgument);
    EXPECT_EQ(batch.error().message, wrong.message);
  }
}

TEST(ScoreList, AllGoodIsAccepted) {
  const auto batch = decode_score_list(
      R"([{"id":"a","name":"q","value":1.0,"traceId":"t","dataType":"BOOLEAN"},{"name":"q","value":2,"traceId":"t"}])",
      context(Door::kScoreList));
  ASSERT_TRUE(batch);
  EXPECT_EQ(batch->events.size(), 2U);
  EXPECT_EQ(score_list_answer(*batch).status, 202);
  EXPECT_EQ(score_list_answer(*batch).body, R"({"message":"Accepted"})");
  const auto empty = decode_score_list("[]", context(Door::kScoreList));
  ASSERT_TRUE(empty);
  EXPECT_EQ(score_list_answer(*empty).status, 202);
}

TEST(ScoreList, BadItemsAreToldByNameAndTheRestIsKept) {
  const auto batch = decode_score_list(
      R"([{"id":"a","name":"tone","value":"x","traceId":"t","dataType":"NUMERIC"},7,
          {"name":"q","value":2,"traceId":"t"},{"value":1,"traceId":"t"}])",
      context(Door::kScoreList));
  ASSERT_TRUE(batch);
  EXPECT_EQ(batch->events.size(), 1U);
  const ScoreListAnswer answer = score_list_answer(*batch);
  EXPECT_EQ(answer.status, 207);
  EXPECT_EQ(answer.body,
            R"({"accepted":1,"rejected":3,"errors":[)"
            R"({"message":"tone: value: Invalid input: expected number, received string","index":0,"id":"a"},)"
            R"({"message":"#1: Invalid input: expected object, received number","index":1},)"
            R"({"message":"#3: name: Invalid input: expected string, received undefined","index":3}]})");
  const auto all_bad = decode_score_list("[1]", context(Door::kScoreList));
  ASSERT_TRUE(all_bad);
  EXPECT_EQ(score_list_answer(*all_bad).status, 207);
}

TEST(ScoreList, ItemsOfOneIdApplyByTimestampThenPosition) {
  const auto batch = decode_score_list(
      R"([{"id":"s","name":"third","value":1,"traceId":"t"},
          {"id":"s","name":"first","value":1,"traceId":"t","timestamp":"2025-01-01T00:00:00.000001Z"},
          {"id":"s","name":"second","value":1,"traceId":"t","timestamp":"2025-01-01T00:00:00.000002Z"},
          {"id":"s","name":"fourth","value":1,"traceId":"t"}])",
      context(Door::kScoreList));
  ASSERT_TRUE(batch);
  std::vector<std::string> names;
  for (const EntityEvent& event : batch->events)
    names.emplace_back(event.body.at("name").as_string());
  EXPECT_EQ(names, (std::vector<std::string>{"first", "second", "third", "fourth"}));
  EXPECT_FALSE(decode_score_list("{}", context(Door::kScoreList)));
}

TEST(SingleWrites, BecomeABatchOfOneEvent) {
  const auto write = single_write_batch(SingleWrite::kGenerationUpdate,
                                        R"({"generationId":"g","completion":"out","prompt":[1],"id":"ignored"})",
                                        context(Door::kEventBatch));
  ASSERT_TRUE(write);
  EXPECT_EQ(write->id, "g");
  const auto batch = decode_event_batch(write->body, context(Door::kEventBatch));
  ASSERT_TRUE(batch);
  ASSERT_EQ(batch->events.size(), 1U);
  const EntityEvent& event = batch->events[0];
  EXPECT_EQ(event.type, "observation-update");
  EXPECT_EQ(event.entity_id, "g");
  EXPECT_EQ(event.timestamp_us, kReceived);
  EXPECT_EQ(event.body, (json::Object{{"id", "g"}, {"type", "GENERATION"}, {"input", "[1]"}, {"output", "out"}}));
}

TEST(SingleWrites, CreateMakesAnIdAndUpdateNeedsOne) {
  for (const auto kind : {SingleWrite::kTrace, SingleWrite::kSpan, SingleWrite::kGeneration, SingleWrite::kEvent}) {
    const auto write = single_write_batch(kind, R"({"name":"n"})", context(Door::kEventBatch));
    ASSERT_TRUE(write);
    EXPECT_EQ(write->id.size(), 36U);
    const auto batch = decode_event_batch(write->body, context(Door::kEventBatch));
    ASSERT_TRUE(batch);
    ASSERT_EQ(batch->events.size(), 1U);
    EXPECT_EQ(batch->events[0].entity_id, write->id);
  }
  EXPECT_FALSE(single_write_batch(SingleWrite::kSpanUpdate, R"({"name":"n"})", context(Door::kEventBatch)));
  const auto wrong = single_write_batch(SingleWrite::kSpan, R"({"id":5})", context(Door::kEventBatch));
  ASSERT_TRUE(wrong);
  EXPECT_EQ(decode_event_batch(wrong->body, context(Door::kEventBatch))->errors.size(), 1U);
}

}  // namespace
}  // namespace clew::ingest
