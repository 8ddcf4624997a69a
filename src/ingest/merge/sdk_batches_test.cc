// What unmodified SDKs send becomes the record their user meant (recorded requests, see decode/events/testdata).
#include <fstream>
#include <sstream>

#include <gtest/gtest.h>

#include "ingest/decode/events/events.h"
#include "ingest/merge/merger.h"

namespace clew::ingest {
namespace {

class NoStates final : public StateReader {
 public:
  Result<std::vector<StoredState>> read(std::string_view, EntityKind, const std::vector<std::string>&) override {
    return std::vector<StoredState>();
  }
};

MergeOutput merged_file(const std::string& name) {
  std::ifstream file(std::string(CLEW_SOURCE_DIR) + "/src/ingest/decode/events/testdata/" + name);
  std::ostringstream body;
  body << file.rdbuf();
  auto batch = decode_event_batch(body.str(), {.project_id = "p", .door = Door::kEventBatch});
  EXPECT_TRUE(batch) << name;
  EXPECT_TRUE(batch->errors.empty()) << batch->errors[0].error;
  EXPECT_EQ(batch->accepted_ids.size(), batch->items_total);
  NoStates states;
  const MergeInput request{
      .events = std::move(batch->events), .trace_io = {}, .attribution = {}, .received_at_us = 1'800'000'000'000'000};
  auto output = merge("p", {&request, 1}, states);
  EXPECT_TRUE(output);
  return *std::move(output);
}

const MergedObservation& named(const MergeOutput& output, std::string_view name) {
  for (const MergedObservation& one : output.observations) {
    if (one.row.name == name) return one;
  }
  ADD_FAILURE() << "no observation " << name;
  static const MergedObservation none;
  return none;
}

const domain::Score& score_named(const MergeOutput& output, std::string_view name) {
  for (const MergedScore& one : output.scores) {
    if (one.row.name == name) return one.row;
  }
  ADD_FAILURE() << "no score " << name;
  static const domain::Score none;
  return none;
}

class SdkScenario : public testing::TestWithParam<const char*> {};

TEST_P(SdkScenario, BecomesOneTraceWithItsTreeAndScores) {
  const MergeOutput output = merged_file(GetParam());
  ASSERT_EQ(output.traces.size(), 1U);
  ASSERT_EQ(output.observations.size(), 5U);
  ASSERT_EQ(output.scores.size(), 3U);

  const MergedTrace& trace = output.traces[0];
  EXPECT_EQ(trace.row.name, "support answer");
  EXPECT_EQ(trace.row.user_id, "user-7");
  EXPECT_EQ(trace.row.release, "r-42");
  EXPECT_EQ(trace.row.version, "v1");
  EXPECT_EQ(trace.row.environment, "staging");
  EXPECT_EQ(trace.row.tags, (std::vector<std::string>{"blue", "support"}));
  EXPECT_EQ(trace.row.metadata, (domain::TextMap{{"tenant", "acme"}}));
  EXPECT_EQ(trace.input.preview, R"({"question":"Why is the sky blue? ünïcödé 🌤"})");
  EXPECT_EQ(trace.output.preview, "Because air scatters blue light more.");

  const MergedObservation& root = named(output, "handle question");
  const MergedObservation& answer = named(output, "write answer");
  EXPECT_EQ(root.row.parent_span_id, "");
  EXPECT_EQ(answer.row.parent_span_id, root.row.span_id);
  EXPECT_EQ(named(output, "search documents").row.parent_span_id, root.row.span_id);
  EXPECT_EQ(named(output, "cache missed").row.parent_span_id, answer.row.span_id);
  for (const MergedObservation& one : output.observations) {
    EXPECT_EQ(one.row.trace_id, trace.row.trace_id);
    EXPECT_EQ(one.row.environment, "staging");
    EXPECT_EQ(one.row.end_time_us.has_value(), one.row.type != domain::ObservationType::kEvent) << one.row.name;
  }

  EXPECT_EQ(answer.row.type, domain::ObservationType::kGeneration);
  EXPECT_EQ(answer.row.model, "gpt-4o-mini");
  EXPECT_EQ(answer.row.provided_usage, (domain::UsageMap{{"input", 1000}, {"output", 200}}));
  EXPECT_TRUE(answer.row.completion_start_time_us);
  EXPECT_EQ(answer.output.preview, R"({"role":"assistant","content":"Because air scatters blue light more."})");
  EXPECT_EQ(named(output, "look up unit").row.level, domain::Level::kError);
  EXPECT_EQ(named(output, "look up unit").row.status_message, "UnitService did not answer");
  EXPECT_EQ(named(output, "search documents").row.metadata, (domain::TextMap{{"index", "physics"}}));

  EXPECT_EQ(score_named(output, "quality").value, 0.9);
  EXPECT_EQ(score_named(output, "quality").comment, "good enough");
  EXPECT_EQ(score_named(output, "quality").observation_id, "");
  EXPECT_EQ(score_named(output, "tone").string_value, "friendly");
  EXPECT_EQ(score_named(output, "tone").observation_id, answer.row.span_id);
  EXPECT_EQ(score_named(output, "helpful").string_value, "True");
  // One patch of text per record that has any.
  EXPECT_EQ(output.payloads.size(), 6U);
}

INSTANTIATE_TEST_SUITE_P(Recorded, SdkScenario, testing::Values("python-2.60-answer.json", "js-3.39-answer.json"),
                         [](const auto& info) { return info.index == 0 ? "Python2" : "JavaScript3"; });

TEST(SdkDecorator, AFailedCallKeepsItsMessageAndUsage) {
  const MergeOutput output = merged_file("python-2.60-decorated.json");
  ASSERT_EQ(output.traces.size(), 1U);
  EXPECT_EQ(output.traces[0].row.name, "outer");
  EXPECT_EQ(output.traces[0].input.preview, R"({"args":[7],"kwargs":{}})");
  EXPECT_EQ(output.traces[0].output.preview, output.traces[0].row.trace_id);
  const MergedObservation& inner = named(output, "inner");
  EXPECT_EQ(inner.row.level, domain::Level::kError);
  EXPECT_EQ(inner.row.status_message, "7 is too much");
  EXPECT_EQ(inner.row.model, "gpt-4o-mini");
}

}  // namespace
}  // namespace clew::ingest
