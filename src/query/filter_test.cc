// The filter grammar on real rows: every type and operator finds what a user means by it.
#include "query/filter.h"

#include <set>

#include <gtest/gtest.h>

#include "query/observation_reader.h"
#include "query/score_reader.h"
#include "query/testing.h"
#include "query/trace_reader.h"

namespace clew::query {
namespace {

constexpr std::string_view kProject = "p1";
using Ids = std::set<std::string>;

std::string condition(std::string_view type, std::string_view column, std::string_view op, std::string_view value,
                      std::string_view key = {}) {
  std::string json = R"([{"type":")" + std::string(type) + R"(","column":")" + std::string(column) +
                     R"(","operator":")" + std::string(op) + R"(","value":)" + std::string(value);
  if (!key.empty()) json += R"(,"key":")" + std::string(key) + "\"";
  return json + "}]";
}

// Three observations a, b, c with different values everywhere.
class FilterTest : public testing::Test {
 protected:
  static void SetUpTestSuite() {
    store_ = new TestStore;
    auto a = test_observation("ta", "a", "", 0);
    a.type = domain::ObservationType::kGeneration;
    a.name = "plan trip", a.level = domain::Level::kWarning, a.status_message = "slow";
    a.user_id = "ann", a.tags = {"x", "y"}, a.model = "gpt-4o", a.version = "1", a.release = "r1";
    a.end_time_us = test_time(2'000), a.completion_start_time_us = test_time(500);
    a.input_tokens = 10, a.output_tokens = 20, a.total_tokens = 30, a.total_cost = 1'500'000'000'000;
    a.prompt_name = "trip", a.prompt_version = 3;
    a.tool_definitions = {{"search", "{}"}}, a.tool_calls = {"{}"}, a.tool_call_names = {"search"};
    a.metadata = {{"city", "Rome"}, {"days", "3"}, {"paid", "true"}, {"o.inner", "deep"}, {"json", R"({"k":{"n":7}})"}};
    a.input = "Book a flight to Rome", a.output = "done";
    auto b = test_observation("tb", "b", "a", 1'000);
    b.name = "search", b.user_id = "bob", b.tags = {"y", "z"}, b.environment = "staging";
    b.end_time_us = test_time(1'500);
    b.metadata = {{"city", "Paris"}, {"days", "10"}, {"paid", "false"}};
    b.input = "hotels in Paris";
    b.experiment.id = "e1", b.experiment.item_root_span_id = "b";
    auto c = test_observation("tc", "c", "gone", 2'000);
    c.name = "", c.is_app_root = true;
    c.end_time_us.reset();
    c.metadata = {{"note", "none"}};
    for (const auto& o : {a, b, c})
      store_->add(kProject, o);
    auto theirs = a;
    theirs.trace_id = "theirs", theirs.span_id = "theirs";
    store_->add("p2", theirs);
  }
  static void TearDownTestSuite() {
    delete store_;
    store_ = nullptr;
  }

  static Ids observations(std::string_view json, View view = View::kObservationsV2) {
    auto conditions = parse_filter(view, json);
    EXPECT_TRUE(conditions) << conditions.error().message;
    if (!conditions) return {};
    ObservationFilter filter;
    filter.conditions = *conditions;
    take_time_range(filter.conditions, filter.from_us, filter.to_us);
    ObservationReader reader(store_->engine());
    auto rows = reader.page_after(kProject, filter, {}, 50, {});
    EXPECT_TRUE(rows) << rows.error().message;
    Ids ids;
    if (rows) {
      for (const auto& row : *rows)
        ids.insert(row.span_id);
    }
    auto count = reader.count(kProject, filter);
    EXPECT_TRUE(count && count->observations == ids.size()) << json;
    return ids;
  }
  static Ids traces(std::string_view json) {
    auto conditions = parse_filter(View::kTraces, json);
    EXPECT_TRUE(conditions) << conditions.error().message;
    if (!conditions) return {};
    TraceFilter filter;
    filter.conditions = *conditions;
    take_time_range(filter.conditions, filter.from_us, filter.to_us);
    TraceReader reader(store_->engine());
    auto rows = reader.list(kProject, filter, {}, 0, 50, {TracePart::kTime});
    EXPECT_TRUE(rows) << rows.error().message;
    Ids ids;
    if (rows) {
      for (const auto& row : *rows)
        ids.insert(row.id);
    }
    auto count = reader.count(kProject, filter);
    EXPECT_TRUE(count && count->traces == ids.size()) << json;
    return ids;
  }
  static std::string problem(View view, std::string_view json) {
    auto conditions = parse_filter(view, json);
    EXPECT_FALSE(conditions) << json;
    return conditions ? "" : conditions.error().message;
  }

  static inline TestStore* store_ = nullptr;
};

struct Case {
  std::string_view type, column, op, value, key;
  Ids found;
};

TEST_F(FilterTest, WhatAClockThatIsWrongSentCanBeFound) {
  constexpr std::int64_t kDay = 24LL * 3600 * 1'000'000;
  const TimeUs received = test_time();
  const auto add = [&](const char* id, TimeUs start, std::string_view original = {}) {
    auto one = test_observation("t", id);
    one.start_time_us = start, one.created_at_us = received;
    if (!original.empty()) one.metadata = {{"clew.original_start_time_unix_nano", std::string(original)}};
    store_->add("clocks", one);
  };
  add("now", received);
  add("next week", received + 7 * kDay);
  add("later", received + 7 * kDay + 1);
  add("last year", received - 366 * kDay);
  add("earlier", received - 366 * kDay - 1);
  add("milliseconds", received, "1767323045000");
  const auto found = [&](std::string_view value) {
    ObservationFilter filter;
    filter.conditions = *parse_filter(View::kObservationsV2, R"([{"type":"stringOptions","column":"clock",)"
                                                             R"("operator":"any of","value":[")" +
                                                                 std::string(value) + R"("]}])");
    const auto rows = ObservationReader(store_->engine()).page_after("clocks", filter, {}, 50, {});
    EXPECT_TRUE(rows) << rows.error().message;
    Ids ids;
    for (const auto& row : *rows)
      ids.insert(row.span_id);
    return ids;
  };
  EXPECT_EQ(found("plausible"), (Ids{"now", "next week", "last year"}));
  EXPECT_EQ(found("ahead"), Ids{"later"});
  EXPECT_EQ(found("behind"), Ids{"earlier"});
  EXPECT_EQ(found("replaced"), Ids{"milliseconds"});
}

TEST_F(FilterTest, WhatStillRunsCanBeFound) {
  const std::string project = "runs", others = "runs of others";
  const auto add = [&](const std::string& owner, const char* trace, const char* span, bool is_running,
                       domain::ObservationType type = domain::ObservationType::kSpan) {
    auto one = test_observation(trace, span);
    if (is_running) one.end_time_us.reset();
    one.type = type;
    store_->add(owner, one);
  };
  add(project, "half", "over", false);
  add(project, "half", "open", true);
  add(project, "whole", "begun", true);
  add(project, "whole", "begun", false);                                   // its end came later
  add(project, "moment", "event", true, domain::ObservationType::kEvent);  // has no end by nature
  add(others, "half", "over", true);
  add(others, "whole", "begun", true);
  const auto found = [&](std::string_view type, std::string_view op, std::string_view value) {
    const std::string json = condition(type, "state", op, value);
    ObservationFilter of_rows;
    of_rows.conditions = *parse_filter(View::kObservationsV2, json);
    TraceFilter of_traces;
    of_traces.conditions = *parse_filter(View::kTraces, json);
    const auto rows = ObservationReader(store_->engine()).page_after(project, of_rows, {}, 50, {});
    const auto traces = TraceReader(store_->engine()).list(project, of_traces, {}, 0, 50, {TracePart::kTime});
    EXPECT_TRUE(rows && traces) << json;
    std::pair<Ids, Ids> ids;
    for (const auto& row : *rows)
      ids.first.insert(row.span_id);
    for (const auto& trace : *traces)
      ids.second.insert(trace.id);
    EXPECT_EQ(TraceReader(store_->engine()).count(project, of_traces)->traces, ids.second.size()) << json;
    return ids;
  };
  const std::pair<Ids, Ids> running{{"open"}, {"half"}};
  const std::pair<Ids, Ids> ended{{"over", "begun", "event"}, {"whole", "moment"}};
  EXPECT_EQ(found("stringOptions", "any of", R"(["running"])"), running);
  EXPECT_EQ(found("string", "=", R"("running")"), running);
  EXPECT_EQ(found("stringOptions", "any of", R"(["ended"])"), ended);
  EXPECT_EQ(found("stringOptions", "none of", R"(["running"])"), ended);
}

TEST_F(FilterTest, EveryTypeAndOperatorOnObservations) {
  const Case cases[] = {
      {"datetime", "startTime", ">", R"("2026-01-02T03:04:05.000Z")", "", {"b", "c"}},
      {"datetime", "startTime", ">=", R"("2026-01-02T03:04:06.000Z")", "", {"b", "c"}},
      {"datetime", "startTime", "<", R"("2026-01-02T03:04:06.000Z")", "", {"a"}},
      {"datetime", "startTime", "<=", R"("2026-01-02T04:04:06.000+01:00")", "", {"a", "b"}},
      {"datetime", "endTime", ">", R"("2026-01-02")", "", {"a", "b"}},
      {"string", "name", "=", R"("search")", "", {"b"}},
      {"string", "name", "contains", R"("tri")", "", {"a"}},
      {"string", "name", "does not contain", R"("tri")", "", {"b", "c"}},
      {"string", "name", "starts with", R"("pl")", "", {"a"}},
      {"string", "name", "ends with", R"("rch")", "", {"b"}},
      {"stringOptions", "name", "any of", R"(["search","x"])", "", {"b"}},
      {"stringOptions", "name", "none of", R"(["search","x"])", "", {"a", "c"}},
      {"stringOptions", "type", "any of", R"(["GENERATION"])", "", {"a"}},
      {"stringOptions", "level", "any of", R"(["WARNING"])", "", {"a"}},
      {"stringOptions", "environment", "any of", R"(["staging"])", "", {"b"}},
      {"stringOptions", "userId", "any of", R"(["ann","bob"])", "", {"a", "b"}},
      {"stringOptions", "userId", "none of", R"(["ann"])", "", {"b", "c"}},
      {"arrayOptions", "tags", "any of", R"(["x","z"])", "", {"a", "b"}},
      {"arrayOptions", "tags", "none of", R"(["x"])", "", {"b", "c"}},
      {"arrayOptions", "tags", "all of", R"(["x","y"])", "", {"a"}},
      {"stringOptions", "tags", "any of", R"(["z"])", "", {"b"}},
      {"arrayOptions", "toolNames", "any of", R"(["search"])", "", {"a"}},
      {"arrayOptions", "calledToolNames", "any of", R"(["search"])", "", {"a"}},
      {"number", "toolCalls", "=", "1", "", {"a"}},
      {"number", "toolDefinitions", "<", "1", "", {"b", "c"}},
      {"number", "latency", ">", "1", "", {"a"}},
      {"number", "latency", "<=", "0.5", "", {"b"}},
      {"number", "timeToFirstToken", "=", "0.5", "", {"a"}},
      {"number", "tokensPerSecond", ">=", "10", "", {"a"}},
      {"number", "totalTokens", "=", "30", "", {"a"}},
      {"number", "totalCost", ">", "1.4999", "", {"a"}},
      {"number", "promptVersion", "=", "3", "", {"a"}},
      {"stringObject", "metadata", "=", R"("Rome")", "city", {"a"}},
      {"stringObject", "metadata", "contains", R"("ar")", "city", {"b"}},
      {"stringObject", "metadata", "does not contain", R"("ar")", "city", {"a"}},
      {"stringObject", "metadata", "is set", R"("")", "city", {"a", "b"}},
      {"stringObject", "metadata", "is not set", R"("")", "city", {"c"}},
      {"stringObject", "metadata", "=", R"("deep")", "o.inner", {"a"}},
      {"stringObject", "metadata", "is set", R"("")", "o", {"a"}},
      {"numberObject", "metadata", "=", "7", "json.k.n", {"a"}},
      {"numberObject", "metadata", ">", "5", "days", {"b"}},
      {"numberObject", "metadata", "<=", "3", "days", {"a"}},
      {"booleanObject", "metadata", "=", "true", "paid", {"a"}},
      {"booleanObject", "metadata", "<>", "true", "paid", {"b"}},
      {"boolean", "isRootObservation", "=", "true", "", {"a", "c"}},
      {"boolean", "isRootObservation", "<>", "true", "", {"b"}},
      {"boolean", "hasParentObservation", "=", "true", "", {"b", "c"}},
      {"boolean", "hasInput", "=", "true", "", {"a", "b"}},
      {"boolean", "hasOutput", "=", "false", "", {"b", "c"}},
      {"boolean", "isExperimentItemRootSpan", "=", "true", "", {"b"}},
      {"null", "name", "is null", R"("")", "", {"c"}},
      {"null", "name", "is not null", R"("")", "", {"a", "b"}},
      {"null", "endTime", "is null", R"("")", "", {"c"}},
      {"null", "totalCost", "is null", R"("")", "", {"b", "c"}},
      {"null", "tags", "is null", R"("")", "", {"c"}},
      {"positionInTrace", "startTime", "=", "1", "", {"a", "b", "c"}},
      {"string", "input", "matches", R"("ROME")", "", {"a"}},
      {"string", "input", "matches", R"("rom")", "", {}},
      {"string", "input", "=", R"("hotels in Paris")", "", {"b"}},
      {"stringObject", "metadata", "matches", R"("Paris")", "city", {"b"}},
      {"stringObject", "metadata", "matches", R"("paris")", "city", {}},
      {"stringOptions", "ingestionSdkName", "any of", R"(["python"])", "", {"a", "b", "c"}},
      {"stringOptions", "evaluatorId", "any of", R"(["e"])", "", {}},
  };
  for (const Case& c : cases) {
    EXPECT_EQ(observations(condition(c.type, c.column, c.op, c.value, c.key)), c.found)
        << c.type << " " << c.column << " " << c.op << " " << c.value << " " << c.key;
  }
}

TEST_F(FilterTest, EveryKindOfColumnOnTraces) {
  const Case cases[] = {
      {"datetime", "timestamp", ">=", R"("2026-01-02T03:04:06Z")", "", {"tb", "tc"}},
      {"string", "id", "=", R"("ta")", "", {"ta"}},
      {"string", "traceId", "starts with", R"("t")", "", {"ta", "tb", "tc"}},
      {"stringOptions", "name", "any of", R"(["plan trip"])", "", {"ta"}},
      {"null", "name", "is null", R"("")", "", {"tb", "tc"}},  // b is no root, c has no name
      {"stringOptions", "userId", "none of", R"(["ann"])", "", {"tb", "tc"}},
      {"stringOptions", "level", "any of", R"(["WARNING"])", "", {"ta"}},
      {"number", "warningCount", ">=", "1", "", {"ta"}},
      {"number", "warningCount", "=", "0", "", {"tb", "tc"}},
      {"arrayOptions", "tags", "all of", R"(["y"])", "", {"ta", "tb"}},
      {"arrayOptions", "model", "any of", R"(["gpt-4o"])", "", {"ta"}},
      {"number", "latency", ">", "1", "", {"ta"}},
      {"number", "totalTokens", ">", "0", "", {"ta"}},
      {"number", "totalCost", "<", "2", "", {"ta"}},
      {"stringObject", "metadata", "=", R"("Rome")", "city", {"ta"}},
      {"stringObject", "metadata", "is not set", R"("")", "city", {"tb", "tc"}},
      {"boolean", "bookmarked", "=", "false", "", {"ta", "tb", "tc"}},
      {"stringOptions", "version", "any of", R"(["1"])", "", {"ta"}},
      {"stringOptions", "environment", "any of", R"(["default"])", "", {"ta", "tc"}},
      {"stringOptions", "ruleId", "any of", R"(["r"])", "", {}},
  };
  for (const Case& c : cases) {
    EXPECT_EQ(traces(condition(c.type, c.column, c.op, c.value, c.key)), c.found)
        << c.type << " " << c.column << " " << c.op << " " << c.value << " " << c.key;
  }
}

TEST_F(FilterTest, ListsMayBeLongerThanOneValueOfTheStoreMayBe) {
  std::string list = R"(["ann")";
  for (int i = 0; i < 20'000; ++i)
    list += ",\"somebody else " + std::to_string(i) + "\"";
  EXPECT_EQ(observations(condition("stringOptions", "userId", "any of", list + "]")), (Ids{"a"}));
  EXPECT_EQ(observations(condition("arrayOptions", "tags", "any of", list + ",\"z\"]")), (Ids{"b"}));
  EXPECT_EQ(traces(condition("stringOptions", "userId", "any of", list + "]")), (Ids{"ta"}));
}

TEST_F(FilterTest, ConditionsAreAnded) {
  EXPECT_EQ(observations(R"([{"type":"arrayOptions","column":"tags","operator":"any of","value":["y"]},
                             {"type":"string","column":"userId","operator":"=","value":"bob"}])"),
            (Ids{"b"}));
}

TEST_F(FilterTest, RefusesWhatItDoesNotUnderstand) {
  EXPECT_EQ(problem(View::kTraces, "{"), "Invalid JSON in filter parameter");
  EXPECT_EQ(problem(View::kTraces, condition("string", "nope", "=", R"("x")")),
            "Column nope does not match a UI / CH table mapping.");
  EXPECT_EQ(problem(View::kTraces, condition("number", "name", "=", "1")),
            "Invalid filter type 'number' for column 'name'. Expected filter type 'stringOptions'.");
  EXPECT_EQ(problem(View::kTraces, condition("string", "tags", "=", R"("x")")),
            "Invalid filter type 'string' for column 'tags'. Expected filter type 'arrayOptions'.");
  EXPECT_EQ(problem(View::kObservationsV2, condition("string", "input", "contains", R"("x")")),
            "Input/output filters require at least one 'matches' or '=' operator.");
  EXPECT_EQ(problem(View::kObservationsV2, condition("stringOptions", "output", "any of", R"(["x"])")),
            "Input/output filters only support filter type 'string'.");
  problem(View::kObservationsV2, condition("string", "input", "matches", R"("-!-")"));
  problem(View::kObservationsV2, condition("string", "name", "matches", R"("x")"));
  problem(View::kObservations, condition("string", "name", "matches", R"("x")"));
  problem(View::kScores, condition("string", "comment", "contains", R"("")"));
  const auto numeric_text = parse_filter(View::kTraces, condition("number", "latency", ">", R"("5")"));
  ASSERT_FALSE(numeric_text);
  EXPECT_EQ(numeric_text.error().path, (std::vector<std::string>{"filter", "0", "value"}));
  EXPECT_FALSE(parse_filter(View::kTraces, condition("string", "name", "any of", R"("x")")));
  EXPECT_FALSE(parse_filter(View::kTraces, condition("stringOptions", "name", "any of", "[]")));
  EXPECT_FALSE(parse_filter(View::kTraces, condition("stringObject", "metadata", "=", R"("x")")));
  EXPECT_FALSE(parse_filter(View::kTraces, "{}"));
  EXPECT_TRUE(parse_filter(View::kTraces, "")->empty());
}

TEST_F(FilterTest, ScoreColumnsAreIgnoredOnV1Observations) {
  EXPECT_EQ(observations(condition("numberObject", "scores_avg", ">", "1", "quality"), View::kObservations),
            (Ids{"a", "b", "c"}));
}

TEST_F(FilterTest, TextOfARequestIsNeverSql) {
  for (const std::string_view attack : {"'", "\\\\", "x') OR 1=1 --", "{v1:String}", "%", "\\u0000"}) {
    const std::string value = "\"" + std::string(attack) + "\"";
    EXPECT_EQ(observations(condition("string", "name", "=", value)), Ids{}) << attack;
    EXPECT_EQ(observations(condition("stringObject", "metadata", "=", value, attack)), Ids{}) << attack;
    EXPECT_EQ(traces(condition("stringOptions", "userId", "any of", "[" + value + "]")), Ids{}) << attack;
  }
}

TEST(LooseTime, ReadsWhatJavaScriptReads) {
  EXPECT_EQ(parse_loose_time("2024-01-01T24:00:00Z"), *parse_iso_time("2024-01-02T00:00:00Z"));
  EXPECT_EQ(parse_loose_time("2024-01-31"), *parse_iso_time("2024-01-31T00:00:00Z"));
  EXPECT_EQ(parse_loose_time("2024-02"), *parse_iso_time("2024-02-01T00:00:00Z"));
  EXPECT_EQ(parse_loose_time("2024"), *parse_iso_time("2024-01-01T00:00:00Z"));
  EXPECT_EQ(parse_loose_time("2024-01-01T10:00"), *parse_iso_time("2024-01-01T10:00:00Z"));
  EXPECT_EQ(parse_loose_time("2024-01-01T10:00:00.123456+02:00"), *parse_iso_time("2024-01-01T08:00:00.123456Z"));
  for (const char* bad : {"", "yesterday", "2024-13-01", "2024-02-30", "2024-01-01T25:00Z", "2024-01-01T24:01Z"}) {
    EXPECT_FALSE(parse_loose_time(bad)) << bad;
  }
}

TEST(TimeConditions, AMicrosecondBelongsToItsMillisecond) {
  TestStore store;
  auto o = test_observation("t", "s");
  o.start_time_us = test_time() + 123'456;
  store.add(kProject, o);
  ObservationReader reader(store.engine());
  const auto found = [&](std::string_view op) {
    auto conditions =
        parse_filter(View::kObservations, condition("datetime", "startTime", op, R"("2026-01-02T03:04:05.123+00:00")"));
    ObservationFilter filter;
    filter.conditions = *conditions;
    take_time_range(filter.conditions, filter.from_us, filter.to_us);
    return reader.page_after(kProject, filter, {}, 5, {})->size() == 1;
  };
  EXPECT_TRUE(found("<="));
  EXPECT_TRUE(found(">="));
  EXPECT_FALSE(found("<"));
  EXPECT_FALSE(found(">"));
}

TEST(ScoreFilters, OnTracesByNumberCategoryAndBoolean) {
  TestStore store;
  const auto score = [&](std::string id, std::string trace, std::string name, domain::ScoreDataType type, double value,
                         std::optional<std::string> text = {}, std::string_view project = kProject) {
    ScoreRecord s;
    s.id = std::move(id), s.trace_id = std::move(trace), s.name = std::move(name), s.data_type = type;
    s.value = value, s.string_value = std::move(text), s.timestamp_us = test_time();
    store.add(project, s);
  };
  for (const char* id : {"ta", "tb", "tc"})
    store.add(kProject, test_observation(id, id));
  using enum domain::ScoreDataType;
  score("1", "ta", "quality", kNumeric, 0.5);
  score("2", "ta", "quality", kNumeric, 1.0);
  score("3", "tb", "quality", kNumeric, 0.1);
  score("4", "tb", "tone", kCategorical, 0, "rude");
  score("5", "tc", "ok", kBoolean, 1, "True");
  score("6", "tc", "quality", kNumeric, 9, {}, "p2");
  const auto traces = [&](std::string_view json) {
    TraceFilter filter;
    filter.conditions = *parse_filter(View::kTraces, json);
    Ids ids;
    auto rows = TraceReader(store.engine()).list(kProject, filter, {}, 0, 50, {TracePart::kTime});
    EXPECT_TRUE(rows) << rows.error().message;
    if (!rows) return ids;
    for (const auto& row : *rows)
      ids.insert(row.id);
    return ids;
  };
  EXPECT_EQ(traces(condition("numberObject", "scores_avg", ">", "0.7", "quality")), (Ids{"ta"}));
  EXPECT_EQ(traces(condition("numberObject", "scores", "<=", "0.1", "quality")), (Ids{"tb"}));
  EXPECT_EQ(traces(condition("categoryOptions", "score_categories", "any of", R"(["rude"])", "tone")), (Ids{"tb"}));
  EXPECT_EQ(traces(condition("categoryOptions", "score_categories", "none of", R"(["rude"])", "tone")),
            (Ids{"ta", "tc"}));
  EXPECT_EQ(traces(condition("booleanObject", "score_booleans", "=", "true", "ok")), (Ids{"tc"}));
  EXPECT_EQ(traces(condition("booleanObject", "score_booleans", "<>", "true", "ok")), (Ids{}));
}

}  // namespace
}  // namespace clew::query
