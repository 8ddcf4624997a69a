// What a user sees after messages about one record were merged (contract/ingestion.md 7).
#include <gtest/gtest.h>

#include "ingest/decode/events/events.h"
#include "ingest/merge/merger.h"

namespace clew::ingest {
namespace {

constexpr TimeUs kStart = 1'767'225'600'000'000;  // 2026-01-01T00:00:00Z
constexpr TimeUs kSecond = 1'000'000;

struct Message {
  std::string type;
  int second;  // sent at kStart + second
  std::string body;
};

// Each message as an event of its own request, received one second after the other from kStart + 100 s.
struct Received {
  EntityEvent event;
  TimeUs received_us;
};

std::vector<Received> receive(const std::vector<Message>& messages) {
  std::vector<Received> out;
  for (std::size_t i = 0; i < messages.size(); ++i) {
    const Message& message = messages[i];
    auto body = json::parse(message.body);
    EXPECT_TRUE(body) << message.body;
    if (!body->as_object().contains("id")) body->as_object()["id"] = "x";
    const json::Object event{{"id", "envelope-" + std::to_string(i)},
                             {"type", message.type},
                             {"timestamp", iso_ms(kStart + message.second * kSecond)},
                             {"body", *body}};
    auto batch = decode_event_batch(json::to_text(json::Object{{"batch", json::Array{event}}}), {});
    EXPECT_TRUE(batch && batch->errors.empty()) << message.body << (batch ? batch->errors[0].error : "");
    out.push_back({std::move(batch->events.at(0)), kStart + (100 + static_cast<TimeUs>(i)) * kSecond});
  }
  return out;
}

EntityState merged(const std::vector<Received>& received) {
  const domain::Attribution sender{.api_key = "pk", .sdk_name = "python", .sdk_version = "2.60"};
  EntityState state(received.at(0).event.kind, received.at(0).event.entity_id);
  for (const Received& one : received) {
    state.apply(one.event, {.received_us = one.received_us, .position = 0, .attribution = &sender});
  }
  return state;
}

EntityState merged(const std::vector<Message>& messages) {
  return merged(receive(messages));
}

domain::TraceAttributes trace_of(const std::vector<Message>& messages) {
  return to_trace(merged(messages)).row;
}
domain::Observation observation_of(const std::vector<Message>& messages) {
  return to_observation(merged(messages)).row;
}
domain::Score score_of(const std::vector<Message>& messages) {
  return to_score(merged(messages)).row;
}

std::string metadata_at(const domain::TextMap& metadata, std::string_view key) {
  for (const auto& [name, value] : metadata) {
    if (name == key) return value;
  }
  return "(absent)";
}

TEST(WorkedExamples, M1NullClearsANameAndAbsentKeeps) {
  const auto trace =
      trace_of({{"trace-create", 1, R"({"name":"a","userId":"u"})"}, {"trace-create", 2, R"({"name":null})"}});
  EXPECT_EQ(trace.name, std::nullopt);
  EXPECT_EQ(trace.user_id, "u");
}

TEST(WorkedExamples, M2TagsAreUnited) {
  const auto trace =
      trace_of({{"trace-create", 1, R"({"tags":["b","a"]})"}, {"trace-create", 2, R"({"tags":["c","a"]})"}});
  EXPECT_EQ(trace.tags, (std::vector<std::string>{"a", "b", "c"}));
}

TEST(WorkedExamples, M3MetadataIsMergedDeeply) {
  const auto trace = trace_of({{"trace-create", 1, R"({"metadata":{"a":{"x":1}}})"},
                               {"trace-create", 2, R"({"metadata":{"a":{"y":2},"b":null}})"}});
  EXPECT_EQ(metadata_at(trace.metadata, "a"), R"({"x":1,"y":2})");
  EXPECT_EQ(metadata_at(trace.metadata, "b"), "null");
}

TEST(WorkedExamples, M4OursListsAreReplacedAsAWhole) {
  const auto trace = trace_of(
      {{"trace-create", 1, R"({"metadata":{"l":[1,2,3]}})"}, {"trace-create", 2, R"({"metadata":{"l":[9]}})"}});
  EXPECT_EQ(metadata_at(trace.metadata, "l"), "[9]");
}

TEST(WorkedExamples, M5EachKeyOfMetadataHasItsNewestValue) {
  const auto span = observation_of({{"span-create", 1, R"({"metadata":{"step":1,"status":"started"}})"},
                                    {"span-update", 2, R"({"metadata":{"step":2,"error":""}})"}});
  EXPECT_EQ(span.metadata, (domain::TextMap{{"error", ""}, {"status", "started"}, {"step", "2"}}));
}

TEST(WorkedExamples, M6MetadataThatIsNoObjectGetsAKey) {
  const auto trace =
      trace_of({{"trace-create", 1, R"({"metadata":{"a":"text"}})"}, {"trace-create", 2, R"({"metadata":"plain"})"}});
  EXPECT_EQ(trace.metadata, (domain::TextMap{{"a", "text"}, {"metadata", "plain"}}));
}

TEST(WorkedExamples, M7UsageIsReplacedAsAWhole) {
  const auto generation = observation_of({{"generation-create", 1, R"({"usageDetails":{"input":10,"output":5}})"},
                                          {"generation-update", 2, R"({"usageDetails":{"output":7}})"}});
  EXPECT_EQ(generation.provided_usage, (domain::UsageMap{{"output", 7}}));
}

TEST(WorkedExamples, M8TheNewerTimestampWinsEvenFromACreate) {
  const auto state = merged(
      {{"generation-update", 1, R"({"output":"x"})"}, {"generation-create", 2, R"({"input":"y","output":"old"})"}});
  EXPECT_EQ(to_observation(state).output.preview, "old");
}

TEST(WorkedExamples, M9AtTheSameTimeTheUpdateWins) {
  for (const bool create_first : {true, false}) {
    std::vector<Message> messages = {{"generation-create", 1, R"({"output":"created"})"},
                                     {"generation-update", 1, R"({"output":"updated"})"}};
    if (!create_first) std::swap(messages[0], messages[1]);
    EXPECT_EQ(to_observation(merged(messages)).output.preview, "updated");
  }
}

TEST(WorkedExamples, M10OursAnExplicitStartBeatsAnEnvelopeTime) {
  const auto span =
      observation_of({{"span-create", 1, "{}"}, {"span-update", 2, R"({"startTime":"2026-01-01T09:00:00Z"})"}});
  EXPECT_EQ(iso_ms(span.start_time_us), "2026-01-01T09:00:00.000Z");
  EXPECT_EQ(observation_of({{"span-create", 5, "{}"}, {"span-update", 7, "{}"}}).start_time_us, kStart + 5 * kSecond);
  const auto both = observation_of({{"span-create", 1, R"({"startTime":"2026-01-01T08:00:00Z"})"},
                                    {"span-update", 2, R"({"startTime":"2026-01-01T09:00:00Z"})"}});
  EXPECT_EQ(iso_ms(both.start_time_us), "2026-01-01T08:00:00.000Z");
}

TEST(WorkedExamples, M11AnEndBeforeTheStartIsTheStart) {
  const auto span =
      observation_of({{"span-create", 1, R"({"endTime":"2026-01-01T10:00:00Z","startTime":"2026-01-01T10:05:00Z"})"}});
  EXPECT_EQ(span.end_time_us, span.start_time_us);
}

TEST(WorkedExamples, M12NegativeCountsAreRemoved) {
  const auto generation = observation_of({{"generation-create", 1, R"({"usage":{"input":4,"output":-7,"total":-3}})"}});
  EXPECT_EQ(generation.provided_usage, (domain::UsageMap{{"input", 4}}));
}

TEST(WorkedExamples, M13ANullCommentRemovesIt) {
  const auto score = score_of({{"score-create", 1, R"({"name":"q","value":1,"traceId":"t","comment":"x"})"},
                               {"score-create", 2, R"({"name":"q","value":1,"traceId":"t","comment":null})"}});
  EXPECT_EQ(score.comment, std::nullopt);
}

TEST(WorkedExamples, M14OursAnAbsentPublicKeepsTheTracePublic) {
  EXPECT_EQ(trace_of({{"trace-create", 1, R"({"public":true})"}, {"trace-create", 2, R"({"name":"n"})"}}).is_public,
            true);
  EXPECT_EQ(trace_of({{"trace-create", 1, R"({"public":true})"}, {"trace-create", 2, R"({"public":null})"}}).is_public,
            false);
}

TEST(Fields, TheFirstGivenEnvironmentAndTraceStay) {
  const auto span = observation_of({{"span-create", 1, "{}"},
                                    {"span-update", 2, R"({"environment":"prod","traceId":"t1"})"},
                                    {"span-update", 3, R"({"environment":"dev","traceId":"t2"})"}});
  EXPECT_EQ(span.environment, "prod");
  EXPECT_EQ(span.trace_id, "t1");
  const auto alone = observation_of({{"span-create", 1, R"({"id":"o"})"}});
  EXPECT_EQ(alone.trace_id, "o");
  EXPECT_EQ(alone.environment, "default");
}

TEST(Fields, NullKeepsOrClearsAsTheContractSays) {
  const auto span = observation_of(
      {{"generation-create", 1,
        R"({"name":"n","model":"m","level":"ERROR","statusMessage":"s","version":"v","parentObservationId":"p",
            "endTime":"2026-01-01T10:00:00Z","input":"i","modelParameters":{"a":1},"promptName":"pn","promptVersion":3,
            "usage":{"input":1},"costDetails":{"total":0.5},"metadata":{"k":1}})"},
       {"generation-update", 2,
        R"({"name":null,"model":null,"level":null,"statusMessage":null,"version":null,"parentObservationId":null,
            "endTime":null,"input":null,"modelParameters":{},"promptName":null,"promptVersion":null,"usage":null,
            "costDetails":null,"metadata":null})"}});
  EXPECT_EQ(span.name, "");
  EXPECT_EQ(span.model, "");
  EXPECT_EQ(span.level, domain::Level::kDefault);
  EXPECT_EQ(span.status_message, "s");
  EXPECT_EQ(span.version, "v");
  EXPECT_EQ(span.parent_span_id, "p");
  EXPECT_TRUE(span.end_time_us);
  EXPECT_EQ(span.model_parameters, R"({"a":1})");
  EXPECT_EQ(span.prompt_name, "pn");
  EXPECT_EQ(span.prompt_version, 3);
  EXPECT_EQ(span.provided_usage, (domain::UsageMap{{"input", 1}, {"total", 1}}));
  EXPECT_EQ(span.provided_cost, (domain::CostMap{{"total", 500'000'000'000}}));
  EXPECT_EQ(span.metadata, (domain::TextMap{{"k", "1"}}));
}

TEST(Fields, FalsyInputReplacesToo) {
  const auto state = merged(
      {{"span-create", 1, R"({"input":"x","output":"y"})"}, {"span-update", 2, R"({"input":0,"output":false})"}});
  EXPECT_EQ(to_observation(state).input.preview, "0");
  EXPECT_EQ(to_observation(state).output.preview, "false");
}

TEST(Fields, TheEventDecidesTheTypeOfAnObservation) {
  EXPECT_EQ(observation_of({{"agent-create", 1, "{}"}}).type, domain::ObservationType::kAgent);
  EXPECT_EQ(observation_of({{"observation-create", 1, R"({"type":"GENERATION"})"}}).type,
            domain::ObservationType::kGeneration);
}

TEST(Fields, UsageOfTheOldKindIsUnderstood) {
  const auto with_cost = observation_of(
      {{"generation-create", 1,
        R"({"usage":{"promptTokens":3,"completionTokens":4,"inputCost":0.1},"costDetails":{"output":0.25}})"}});
  EXPECT_EQ(with_cost.provided_usage, (domain::UsageMap{{"input", 3}, {"output", 4}, {"total", 7}}));
  EXPECT_EQ(with_cost.provided_cost, (domain::CostMap{{"input", 100'000'000'000}, {"output", 250'000'000'000}}));
  const auto zero = observation_of({{"generation-create", 1, R"({"usage":{"input":0,"output":5}})"}});
  EXPECT_EQ(zero.provided_usage, (domain::UsageMap{{"input", 0}, {"output", 5}, {"total", 5}}));
  const auto zero_total = observation_of({{"generation-create", 1, R"({"usage":{"input":4,"output":1,"total":0}})"}});
  EXPECT_EQ(zero_total.provided_usage, (domain::UsageMap{{"input", 4}, {"output", 1}, {"total", 5}}));
}

// Tier conditions ask the message that brought the usage, not the record (contract/cost.md 6).
TEST(MergedObservations, RememberWhatTheMessageWithTheUsageSaid) {
  const auto facts = [](const std::vector<Message>& messages) {
    return to_observation(merged(messages)).pricing_facts;
  };
  EXPECT_FALSE(facts({{"generation-create", 1, R"({"modelParameters":{"service_tier":"flex"}})"}}));

  const std::vector<Message> split = {
      {"generation-create", 1, R"({"modelParameters":{"service_tier":"flex"},"metadata":{"plan":"a"}})"},
      {"generation-update", 2, R"({"usageDetails":{"input":10},"metadata":{"tries":2,"deep":{"k":1},"ok":true}})"}};
  const auto of_update = facts(split);
  ASSERT_TRUE(of_update);
  EXPECT_EQ(of_update->model_parameters, "");
  EXPECT_EQ(of_update->metadata, (domain::TextMap{{"tries", "2"}, {"ok", "true"}}));
  EXPECT_EQ(observation_of(split).model_parameters, R"({"service_tier":"flex"})");

  const auto newest =
      facts({{"generation-update", 5, R"({"usage":{"input":3},"modelParameters":{"service_tier":"b"}})"},
             {"generation-create", 1, R"({"usage":{"input":2},"modelParameters":{"service_tier":"a"}})"},
             {"generation-update", 7, R"({"modelParameters":{"service_tier":"c"}})"}});
  ASSERT_TRUE(newest);
  EXPECT_EQ(newest->model_parameters, R"({"service_tier":"b"})");
}

TEST(Fields, ToolsAreFoundInInputAndOutput) {
  const auto row = observation_of(
      {{"generation-create", 1, R"({"input":{"tools":[{"type":"function","function":{"name":"f","parameters":{}}}]}})"},
       {"generation-update", 2,
        R"({"output":{"tool_calls":[{"id":"c","type":"function","function":{"name":"f","arguments":"{}"}}]}})"}});
  ASSERT_EQ(row.tool_definitions.size(), 1U);
  EXPECT_EQ(row.tool_definitions[0].first, "f");
  EXPECT_EQ(row.tool_call_names, std::vector<std::string>{"f"});
  EXPECT_EQ(row.tool_calls.size(), 1U);
}

TEST(Scores, ValueIsStoredByItsType) {
  const auto of = [](std::string_view fields) {
    return score_of({{"score-create", 1, R"({"name":"q","traceId":"t",)" + std::string(fields) + "}"}});
  };
  EXPECT_EQ(of(R"("value":0.5)").value, 0.5);
  EXPECT_EQ(of(R"("value":0.5)").data_type, domain::ScoreDataType::kNumeric);
  const auto boolean = of(R"("value":1,"dataType":"BOOLEAN")");
  EXPECT_EQ(boolean.value, 1);
  EXPECT_EQ(boolean.string_value, "True");
  const auto category = of(R"("value":"good")");
  EXPECT_EQ(category.data_type, domain::ScoreDataType::kCategorical);
  EXPECT_EQ(category.value, 0);
  EXPECT_EQ(category.string_value, "good");
  const auto correction = of(R"("value":"better","dataType":"CORRECTION")");
  EXPECT_EQ(correction.name, "output");
  EXPECT_EQ(correction.long_string_value, "better");
  EXPECT_EQ(correction.string_value, std::nullopt);
}

TEST(Scores, TimeIsTheFirstEnvelopeUnlessGivenExplicitly) {
  const Message first{"score-create", 1, R"({"name":"q","value":1,"traceId":"t"})"};
  const Message second{"score-create", 2, R"({"name":"q","value":2,"traceId":"other"})"};
  const auto score = score_of({first, second});
  EXPECT_EQ(score.timestamp_us, kStart + kSecond);
  EXPECT_EQ(score.trace_id, "t");
  EXPECT_EQ(score.value, 2);

  // contract/sdk5.md S06: the same id with a time of another day moves the one score.
  EntityState state(EntityKind::kScore, "s");
  TimeUs received = kStart;
  for (const char* body : {R"({"id":"s","name":"q","value":1,"traceId":"t","timestamp":"2026-02-02T00:00:00Z"})",
                           R"({"id":"s","name":"q","value":2,"traceId":"t","timestamp":"2026-01-05T00:00:00Z"})",
                           R"({"id":"s","name":"q","value":3,"traceId":"t"})"}) {
    received += kSecond;
    const auto batch =
        decode_score(body, {.door = Door::kScore, .received_at_us = received, .request_id = std::to_string(received)});
    ASSERT_TRUE(batch);
    state.apply(batch->events[0], {.received_us = received});
  }
  EXPECT_EQ(to_score(state).row.value, 3);
  EXPECT_EQ(iso_ms(to_score(state).row.timestamp_us), "2026-01-05T00:00:00.000Z");
}

TEST(Metadata, LateMessagesNeverUndoNewerOnes) {
  struct Case {
    std::vector<Message> messages;
    const char* expected;
  };
  const auto metadata = [](int second, std::string_view value) {
    return Message{"trace-create", second, R"({"metadata":{"a":)" + std::string(value) + "}}"};
  };
  const Case cases[] = {
      {{metadata(1, R"({"x":1})"), metadata(3, "\"s\""), metadata(5, R"({"y":2})")}, R"({"y":2})"},
      {{metadata(5, R"({"y":2})"), metadata(3, "\"s\""), metadata(1, R"({"x":1})")}, R"({"y":2})"},
      {{metadata(5, "\"s\""), metadata(3, R"({"y":2})")}, "s"},
      {{metadata(1, R"({"x":1})"), metadata(3, "{}"), metadata(2, "\"s\"")}, "{}"},
      {{metadata(1, R"({"x":{"p":1}})"), metadata(3, R"({"x":{"q":2}})"), metadata(2, R"({"x":null})")},
       R"({"x":{"q":2}})"},
  };
  for (const Case& one : cases) {
    EXPECT_EQ(metadata_at(trace_of(one.messages).metadata, "a"), one.expected);
  }
}

TEST(Metadata, ObservationsShowFlatPathsFirstOneWins) {
  const auto span =
      observation_of({{"span-create", 1, R"({"metadata":{"a":{"b":1,"e":{}},"c":[1,2],"n":null,"s":"x","a.b":7}})"}});
  EXPECT_EQ(span.metadata, (domain::TextMap{{"a.b", "1"}, {"a.e", "{}"}, {"c", "[1,2]"}, {"n", ""}, {"s", "x"}}));
}

// The messages of a long life: creates, updates, equal times, nulls, nested metadata, all of one observation.
std::vector<Message> long_life() {
  return {
      {"generation-create", 3, R"({"name":"a","metadata":{"m":{"x":1},"k":[1]},"input":"in","traceId":"t1"})"},
      {"generation-update", 3, R"({"name":"b","output":"out","usage":{"input":3},"metadata":{"m":"text"}})"},
      {"generation-create", 1, R"({"name":"c","environment":"prod","startTime":"2026-01-01T00:00:09Z"})"},
      {"span-update", 4, R"({"name":null,"level":"ERROR","traceId":"t2","metadata":{"m":{"y":{"z":2}}}})"},
      {"generation-create", 3, R"({"name":"d","model":"gpt-4o","metadata":{"m":{},"k":{"v":true}},"input":"two"})"},
  };
}

TEST(Merging, EveryOrderOfArrivalGivesTheSameState) {
  const std::vector<Received> received = receive(long_life());
  std::vector<std::size_t> order = {0, 1, 2, 3, 4};
  const std::string expected = merged(received).to_text();
  int permutations = 0;
  do {
    std::vector<Received> shuffled;
    for (const std::size_t index : order)
      shuffled.push_back(received[index]);
    EXPECT_EQ(merged(shuffled).to_text(), expected);
    ++permutations;
  } while (std::next_permutation(order.begin(), order.end()));
  EXPECT_EQ(permutations, 120);
}

TEST(Merging, ARepeatedMessageChangesNothing) {
  const std::vector<Received> received = receive(long_life());
  EntityState state = merged(received);
  const std::string before = state.to_text();
  for (Received repeat : received) {
    EXPECT_FALSE(state.apply(repeat.event, {.received_us = repeat.received_us}).changed);
    repeat.received_us += 1000 * kSecond;  // the client sent it again
    EXPECT_FALSE(state.apply(repeat.event, {.received_us = repeat.received_us}).changed);
  }
  EXPECT_EQ(state.to_text(), before);
}

TEST(Merging, AtEqualTimesTheOneReceivedLastWinsAlsoAfterARetryOfAnother) {
  const std::vector<Received> received = receive({{"trace-create", 0, R"({"userId":"u"})"},
                                                  {"trace-create", 1, R"({"name":"first"})"},
                                                  {"trace-create", 1, R"({"name":"second"})"}});
  EntityState state = merged(received);
  EXPECT_EQ(to_trace(state).row.name, "second");
  for (const Received& repeat : received) {
    EXPECT_FALSE(state.apply(repeat.event, {.received_us = kStart + 900 * kSecond}).changed);
  }
  EXPECT_EQ(to_trace(state).row.name, "second");
}

TEST(Merging, StateSurvivesItsTextForm) {
  EntityState state = merged(receive(long_life()));
  auto again = EntityState::parse(EntityKind::kObservation, state.id(), state.to_text());
  ASSERT_TRUE(again) << again.error().message;
  EXPECT_EQ(again->to_text(), state.to_text());
  EXPECT_EQ(to_observation(*again).row.metadata, to_observation(state).row.metadata);
  const auto late = receive({{"generation-update", 9, R"({"name":"late","metadata":{"m":1}})"}});
  state.apply(late[0].event, {.received_us = late[0].received_us});
  again->apply(late[0].event, {.received_us = late[0].received_us});
  EXPECT_EQ(again->to_text(), state.to_text());
}

TEST(Merging, DamagedStatesAreErrorsNotCrashes) {
  for (const char* text : {"", "{}", "[]", R"({"v":2})", R"({"v":1,"c":1,"m":[[1]],"f":{}})",
                           R"({"v":1,"c":1,"m":[],"f":{"name":[0,"x"]}})",
                           R"({"v":1,"c":1,"m":[],"f":{},"d":{"a":[3,1]}})", R"({"v":1,"c":1,"m":[],"f":{},"t":1})"}) {
    const auto state = EntityState::parse(EntityKind::kTrace, "x", text);
    ASSERT_FALSE(state) << text;
    EXPECT_EQ(state.error().code, Errc::kCorruption);
  }
}

TEST(Merging, DeeplyNestedMetadataSurvivesItsTextForm) {
  std::string nested = "1";
  for (int i = 0; i < 90; ++i)
    nested = R"({"a":)" + nested + "}";
  const auto state = merged({{"trace-create", 1, R"({"metadata":)" + nested + "}"}});
  const auto again = EntityState::parse(EntityKind::kTrace, "x", state.to_text());
  ASSERT_TRUE(again);
  EXPECT_EQ(json::to_text(again->metadata()), nested);
}

TEST(Merging, CreatedIsTheFirstReceiptAndUpdatedTheLatestThatCounts) {
  const auto row = to_observation(merged(long_life()));
  EXPECT_EQ(row.created_at_us, kStart + 100 * kSecond);
  EXPECT_EQ(row.updated_at_us, kStart + 104 * kSecond);
  EXPECT_EQ(row.attribution.sdk_name, "python");
}

// States as the worker keeps them.
class MemoryStates final : public StateReader {
 public:
  Result<std::vector<StoredState>> read(std::string_view project_id, EntityKind kind,
                                        const std::vector<std::string>& ids) override {
    EXPECT_EQ(project_id, "p");
    std::vector<StoredState> out;
    for (const std::string& id : ids) {
      const auto found = states_.find({kind, id});
      if (found != states_.end()) out.push_back({kind, id, found->second});
    }
    return out;
  }
  void store(const MergeOutput& output) {
    for (const StoredState& state : output.states)
      states_[{state.kind, state.id}] = state.text;
  }

 private:
  std::map<std::pair<EntityKind, std::string>, std::string> states_;
};

MergeInput request(const std::vector<Message>& messages, TimeUs received_us = kStart) {
  MergeInput input;
  input.received_at_us = received_us;
  for (Received& one : receive(messages))
    input.events.push_back(std::move(one.event));
  return input;
}

MergeOutput merge_and_store(MemoryStates& states, const MergeInput& input) {
  auto output = merge("p", {&input, 1}, states);
  EXPECT_TRUE(output);
  states.store(*output);
  return *std::move(output);
}

TEST(Merger, ALateOutputWritesOnlyThatColumn) {
  MemoryStates states;
  const auto created =
      merge_and_store(states, request({{"span-create", 1, R"({"id":"o","traceId":"t","input":"in"})"}}));
  ASSERT_EQ(created.payloads.size(), 1U);
  EXPECT_EQ(created.payloads[0].input, "in");
  EXPECT_EQ(created.payloads[0].output, std::nullopt);
  EXPECT_EQ(created.payloads[0].start_time_us, kStart + kSecond);

  MergeInput update = request({{"span-update", 2, R"({"id":"o","output":{"a":1}})"}});
  update.events[0].envelope_id = "another";
  const auto updated = merge_and_store(states, update);
  ASSERT_EQ(updated.payloads.size(), 1U);
  EXPECT_EQ(updated.payloads[0].trace_id, "t");
  EXPECT_EQ(updated.payloads[0].input, std::nullopt);
  EXPECT_EQ(updated.payloads[0].output, R"({"a":1})");
  ASSERT_EQ(updated.observations.size(), 1U);
  EXPECT_EQ(updated.observations[0].input.preview, "in");
  EXPECT_EQ(updated.observations[0].previous_key, std::nullopt);
}

TEST(Merger, AnOlderInputThatArrivesLateWritesNoText) {
  MemoryStates states;
  merge_and_store(states, request({{"span-create", 5, R"({"id":"o","input":"new"})"}}));
  MergeInput late = request({{"span-create", 1, R"({"id":"o","input":"old","name":"n"})"}});
  late.events[0].envelope_id = "late";
  const auto output = merge_and_store(states, late);
  EXPECT_TRUE(output.payloads.empty());
  EXPECT_EQ(output.observations.at(0).row.name, "n");
  EXPECT_EQ(output.observations.at(0).input.preview, "new");
}

TEST(Merger, ARowThatMovesNamesItsOldPlace) {
  MemoryStates states;
  merge_and_store(states, request({{"span-create", 1, R"({"id":"o","input":"in"})"}}));
  MergeInput update = request({{"span-update", 2, R"({"id":"o","traceId":"t","startTime":"2026-01-01T00:00:30Z"})"}});
  update.events[0].envelope_id = "another";
  const auto output = merge_and_store(states, update);
  ASSERT_EQ(output.observations.size(), 1U);
  EXPECT_EQ(output.observations[0].previous_key, (RowKey{"o", kStart + kSecond}));
  EXPECT_EQ(output.observations[0].row.trace_id, "t");
  ASSERT_EQ(output.payload_moves.size(), 1U);
  EXPECT_EQ(output.payload_moves[0].from_trace_id, "o");
  EXPECT_EQ(output.payload_moves[0].to_trace_id, "t");
}

TEST(Merger, AResentRequestGivesNothing) {
  MemoryStates states;
  const MergeInput input = request({{"trace-create", 1, R"({"id":"t","name":"n"})"},
                                    {"generation-create", 1, R"({"id":"o","traceId":"t","input":"in"})"},
                                    {"score-create", 2, R"({"id":"s","name":"q","value":1,"traceId":"t"})"}});
  const auto first = merge_and_store(states, input);
  EXPECT_EQ(first.states.size(), 3U);
  EXPECT_EQ(first.scores.size(), 1U);
  MergeInput again = input;
  again.received_at_us += 60 * kSecond;
  const auto second = merge_and_store(states, again);
  EXPECT_TRUE(second.states.empty() && second.observations.empty() && second.traces.empty() && second.scores.empty() &&
              second.payloads.empty());
}

TEST(Merger, BeforeStatesAreStoredAReplayGivesTheSameRows) {
  MemoryStates states;
  const MergeInput input = request({{"span-create", 1, R"({"id":"o","input":"in"})"}});
  const auto first = merge("p", {&input, 1}, states);
  const auto replay = merge("p", {&input, 1}, states);
  ASSERT_TRUE(first && replay);
  EXPECT_EQ(replay->payloads.size(), 1U);
  EXPECT_EQ(replay->states.at(0).text, first->states.at(0).text);
}

TEST(Merger, TraceTextFromSpansGoesIntoTheTraceRecord) {
  MemoryStates states;
  MergeInput input;
  input.received_at_us = kStart;
  input.trace_io.push_back({.trace_id = "t", .timestamp_us = kStart, .input = "question", .output = std::nullopt});
  input.trace_io.push_back({.trace_id = "t", .timestamp_us = kStart, .input = std::nullopt, .output = "answer"});
  const auto output = merge_and_store(states, input);
  ASSERT_EQ(output.traces.size(), 1U);
  EXPECT_EQ(output.traces[0].row.timestamp_us, std::nullopt);
  EXPECT_EQ(output.traces[0].input.preview, "question");
  EXPECT_EQ(output.traces[0].output.preview, "answer");
  ASSERT_EQ(output.payloads.size(), 1U);
  EXPECT_EQ(output.payloads[0].span_id, "");
  EXPECT_EQ(output.payloads[0].input, "question");
  EXPECT_EQ(output.payloads[0].output, "answer");
}

TEST(Merger, PreviewsHold200CharactersAndTheLengthOfAll) {
  std::string text;
  for (int i = 0; i < 300; ++i)
    text += "ü";
  MemoryStates states;
  const auto output = merge_and_store(states, request({{"span-create", 1, R"({"id":"o","input":")" + text + "\"}"}}));
  EXPECT_EQ(output.observations.at(0).input.preview, text.substr(0, 400));
  EXPECT_EQ(output.observations.at(0).input.characters, 300U);
}

}  // namespace
}  // namespace clew::ingest
