#include <gtest/gtest.h>

#include "auth/testing.h"
#include "ingest/decode/events/events.h"
#include "scores/score_rules.h"

namespace clew::scores {
namespace {

using domain::ScoreDataType;

class ScoresTest : public ::testing::Test {
 protected:
  ScoresTest() {
    world.organization("org");
    world.project("p", "org");
    world.project("other", "org");
  }

  ScoreConfig make(ScoreConfig config) {
    if (config.project_id.empty()) config.project_id = "p";
    auto made = configs.create(std::move(config), world.actor);
    CLEW_ASSERT(made.has_value(), made.error().message.c_str());
    return *made;
  }
  ScoreConfig numeric() { return make({.name = "accuracy", .min_value = 0, .max_value = 1}); }
  std::string refused(ScoreConfig config) {
    config.project_id = "p";
    const auto made = configs.create(std::move(config), world.actor);
    return made ? "accepted" : made.error().message;
  }

  // POST /scores with one score.
  ingest::DecodedBatch score(const std::string& fields, const std::string& project = "p") {
    ingest::RequestContext context{.project_id = project, .door = ingest::Door::kScore, .received_at_us = 1'000'000};
    context.request_id = "r";
    auto batch = ingest::decode_score(R"({"id":"s","traceId":"t","name":"mine",)" + fields + "}", context);
    CLEW_ASSERT(batch.has_value(), batch.error().message.c_str());
    return *std::move(batch);
  }
  ingest::DecodedBatch ruled(const std::string& fields, const std::string& project = "p") {
    ingest::DecodedBatch batch = score(fields, project);
    CLEW_ASSERT(rule_scores_blocking(configs, batch).has_value(), "store");
    return batch;
  }
  int status(const std::string& fields) {
    const auto batch = ruled(fields);
    return batch.errors.empty() ? 200 : batch.errors.front().status;
  }
  static std::string with(const ScoreConfig& config, const std::string& value) {
    return R"("configId":")" + config.id + R"(","value":)" + value;
  }

  auth::testing::World world;
  ScoreConfigs configs{world.database, world.clock};
};

TEST_F(ScoresTest, ConfigsReadBackWhatWasStored) {
  const ScoreConfig made = make({.name = "Größe (v1.2)",
                                 .data_type = ScoreDataType::kCategorical,
                                 .description = "how it reads",
                                 .categories = {{"good", 2}, {"bad", -0.5}}});
  const auto read = configs.get("p", made.id);
  ASSERT_TRUE(read) << read.error().message;
  EXPECT_EQ(read->name, "Größe (v1.2)");
  EXPECT_EQ(read->description, "how it reads");
  EXPECT_FALSE(read->min_value);
  ASSERT_EQ(read->categories.size(), 2U);
  EXPECT_EQ(read->categories[1].label, "bad");
  EXPECT_EQ(read->categories[1].value, -0.5);
}

TEST_F(ScoresTest, BooleanConfigsGetTheirCategories) {
  const ScoreConfig made = make({.name = "ok", .data_type = ScoreDataType::kBoolean});
  ASSERT_EQ(made.categories.size(), 2U);
  EXPECT_EQ(made.categories[0].label, "True");
  EXPECT_EQ(made.categories[0].value, 1);
  EXPECT_EQ(made.categories[1].label, "False");
}

TEST_F(ScoresTest, InvalidConfigsAreRefused) {
  EXPECT_NE(refused({.name = ""}), "accepted");
  EXPECT_NE(refused({.name = std::string(36, 'a')}), "accepted");
  EXPECT_EQ(refused({.name = std::string(35, 'a')}), "accepted");
  EXPECT_NE(refused({.name = "a/b"}), "accepted");
  EXPECT_NE(refused({.name = "smile \xF0\x9F\x98\x80"}), "accepted");
  EXPECT_EQ(refused({.name = "日本語 1_(x)-."}), "accepted");
  EXPECT_NE(refused({.name = "n", .min_value = 1, .max_value = 1}), "accepted");
  EXPECT_NE(refused({.name = "n", .data_type = ScoreDataType::kText, .min_value = 1}), "accepted");
  EXPECT_NE(refused({.name = "n", .categories = {{"a", 1}}}), "accepted");
  EXPECT_NE(refused({.name = "n", .data_type = ScoreDataType::kCategorical}), "accepted");
  EXPECT_NE(refused({.name = "n", .data_type = ScoreDataType::kCategorical, .categories = {{"a", 1}, {"a", 2}}}),
            "accepted");
  EXPECT_NE(refused({.name = "n", .data_type = ScoreDataType::kCategorical, .categories = {{"a", 1}, {"b", 1}}}),
            "accepted");
  EXPECT_NE(refused({.name = "n", .data_type = ScoreDataType::kCategorical, .categories = {{"", 1}}}), "accepted");
  EXPECT_NE(refused({.name = "n", .data_type = ScoreDataType::kBoolean, .categories = {{"a", 1}}}), "accepted");
}

TEST_F(ScoresTest, APatchMustLeaveAValidConfig) {
  const ScoreConfig config = numeric();
  EXPECT_FALSE(configs.update("p", config.id, {.min_value = std::optional(2.0)}, world.actor));
  EXPECT_FALSE(configs.update("p", config.id, {.categories = std::vector<Category>{{"a", 1}}}, world.actor));
  const auto cleared = configs.update("p", config.id, {.max_value = std::optional<double>()}, world.actor);
  ASSERT_TRUE(cleared);
  EXPECT_FALSE(cleared->max_value);
  EXPECT_EQ(configs.get("p", config.id)->min_value, 0);
}

TEST_F(ScoresTest, AConfigOfAnotherProjectDoesNotExist) {
  const ScoreConfig config = make({.project_id = "other", .name = "theirs"});
  EXPECT_EQ(configs.get("p", config.id).error().code, Errc::kNotFound);
  EXPECT_EQ(configs.update("p", config.id, {.is_archived = true}, world.actor).error().code, Errc::kNotFound);
  EXPECT_EQ(configs.list("p", 1, 50)->total, 0U);
  EXPECT_EQ(status(with(config, "1")), 404);
  // Also when it is in memory for its own project.
  ASSERT_TRUE(configs.find("other", config.id));
  EXPECT_EQ(configs.find_cached("p", config.id), nullptr);
}

TEST_F(ScoresTest, ListsAreNewestFirst) {
  const ScoreConfig first = make({.name = "first"});
  world.clock.advance(1'000'000);
  const ScoreConfig second = make({.name = "second"});
  const auto page = configs.list("p", 1, 1);
  ASSERT_EQ(page->configs.size(), 1U);
  EXPECT_EQ(page->configs[0].id, second.id);
  EXPECT_EQ(page->total, 2U);
  EXPECT_EQ(configs.list("p", 2, 1)->configs[0].id, first.id);
}

TEST_F(ScoresTest, ChangesAreAudited) {
  const ScoreConfig config = numeric();
  ASSERT_TRUE(configs.update("p", config.id, {.is_archived = true}, world.actor));
  const auto rows = world.database.run(
      "SELECT action FROM audit_log WHERE resource_type = 'scoreConfig' AND resource_id = $1 ORDER BY action",
      {config.id});
  ASSERT_EQ(rows->size(), 2U);
  EXPECT_EQ(rows->text(0, 0), "create");
  EXPECT_EQ(rows->text(1, 0), "update");
}

TEST_F(ScoresTest, NumbersStayWithinTheBounds) {
  const ScoreConfig config = numeric();
  EXPECT_EQ(status(with(config, "0")), 200);
  EXPECT_EQ(status(with(config, "1")), 200);
  EXPECT_EQ(status(with(config, "1.001")), 400);
  EXPECT_EQ(status(with(config, "-0.001")), 400);
  EXPECT_EQ(status(with(config, R"("high")")), 400);
  EXPECT_EQ(status(with(make({.name = "free"}), "1e300")), 200);
}

TEST_F(ScoresTest, CategoriesAreMatchedByLabelAndGiveTheirNumber) {
  const ScoreConfig config =
      make({.name = "verdict", .data_type = ScoreDataType::kCategorical, .categories = {{"good", 2}, {"bad", 1}}});
  const auto batch = ruled(with(config, R"("good")"));
  ASSERT_EQ(batch.events.size(), 1U);
  EXPECT_EQ(json::to_text(batch.events[0].body.at("categoryValue")), "2");
  EXPECT_EQ(status(with(config, R"("Good")")), 400);
  EXPECT_EQ(status(with(config, "2")), 400);
}

TEST_F(ScoresTest, BooleanAndTextConfigs) {
  const ScoreConfig yes = make({.name = "yes", .data_type = ScoreDataType::kBoolean});
  EXPECT_EQ(status(with(yes, "1")), 200);
  EXPECT_EQ(status(with(yes, "2")), 400);
  EXPECT_EQ(status(with(yes, R"("True")")), 400);
  const ScoreConfig note = make({.name = "note", .data_type = ScoreDataType::kText});
  EXPECT_EQ(status(with(note, "\"" + std::string(500, 'x') + "\"")), 200);
  EXPECT_EQ(status(with(note, "\"" + std::string(501, 'x') + "\"")), 400);
  EXPECT_EQ(status(with(note, R"("")")), 400);
}

TEST_F(ScoresTest, TheConfigGivesNameAndType) {
  const ScoreConfig yes = make({.name = "yes", .data_type = ScoreDataType::kBoolean});
  const auto batch = ruled(with(yes, "1"));
  ASSERT_EQ(batch.events.size(), 1U);
  EXPECT_EQ(json::find_text(batch.events[0].body, "name"), "yes");
  EXPECT_EQ(json::find_text(batch.events[0].body, "dataType"), "BOOLEAN");
}

TEST_F(ScoresTest, AnotherTypeThanTheConfigsIsRefused) {
  const ScoreConfig yes = make({.name = "yes", .data_type = ScoreDataType::kBoolean});
  EXPECT_EQ(status(R"("dataType":"NUMERIC",)" + with(yes, "1")), 400);
  EXPECT_EQ(status(R"("dataType":"BOOLEAN",)" + with(yes, "1")), 200);
}

TEST_F(ScoresTest, ArchivedConfigsTakeNoScores) {
  const ScoreConfig config = numeric();
  ASSERT_EQ(status(with(config, "1")), 200);  // and now in memory
  ASSERT_TRUE(configs.update("p", config.id, {.is_archived = true}, world.actor));
  EXPECT_EQ(status(with(config, "1")), 400);
}

TEST_F(ScoresTest, UnknownConfigsAre404) {
  EXPECT_EQ(status(R"("configId":"nowhere","value":1)"), 404);
}

TEST_F(ScoresTest, ChangesOfOtherProcessesAreSeenAfterSeconds) {
  const ScoreConfig config = numeric();
  ASSERT_EQ(status(with(config, "1")), 200);
  world.must("UPDATE score_configs SET is_archived = 1 WHERE id = $1", {config.id});
  world.clock.advance(6'000'000);
  EXPECT_EQ(status(with(config, "1")), 400);
}

TEST_F(ScoresTest, ScoresWithoutConfigTouchNoStore) {
  world.database.away = true;
  auto batch = score(R"("value":1)");
  EXPECT_TRUE(try_rule_scores(configs, batch));
  EXPECT_EQ(batch.events.size(), 1U);
}

TEST_F(ScoresTest, KnownConfigsNeedNoStore) {
  const ScoreConfig config = numeric();
  auto first = score(with(config, "1"));
  EXPECT_FALSE(try_rule_scores(configs, first));
  EXPECT_TRUE(rule_scores_blocking(configs, first));
  world.database.away = true;
  auto second = score(with(config, "1"));
  EXPECT_TRUE(try_rule_scores(configs, second));
  EXPECT_EQ(second.context.score_rulings.size(), 1U);
}

TEST_F(ScoresTest, WithoutTheStoreNothingIsDecided) {
  world.database.away = true;
  auto batch = score(R"("configId":"c","value":1)");
  const auto done = rule_scores_blocking(configs, batch);
  ASSERT_FALSE(done);
  EXPECT_EQ(done.error().code, Errc::kUnavailable);
}

TEST_F(ScoresTest, AReplayTakesTheSameDecision) {
  const ScoreConfig config =
      make({.name = "verdict", .data_type = ScoreDataType::kCategorical, .categories = {{"good", 2}, {"bad", 1}}});
  const std::string body = R"({"batch":[
    {"id":"e1","type":"score-create","timestamp":"2026-01-01T00:00:00Z","body":{"id":"a","traceId":"t","name":"x",)" +
                           with(config, R"("good")") + R"(}},
    {"id":"e2","type":"score-create","timestamp":"2026-01-01T00:00:00Z","body":{"id":"b","traceId":"t","name":"x",)" +
                           with(config, R"("ugly")") + R"(}},
    {"id":"e3","type":"score-create","timestamp":"2026-01-01T00:00:00Z","body":{"id":"c","traceId":"t","name":"x",)" +
                           R"("value":3}}]})";
  auto live = ingest::decode_event_batch(body, {.project_id = "p", .door = ingest::Door::kEventBatch});
  ASSERT_TRUE(live);
  ASSERT_TRUE(rule_scores_blocking(configs, *live));
  EXPECT_EQ(live->accepted_ids, (std::vector<std::string>{"e1", "e3"}));
  ASSERT_EQ(live->errors.size(), 1U);
  EXPECT_EQ(live->errors[0].id, "e2");
  EXPECT_EQ(live->errors[0].status, 400);

  ASSERT_TRUE(configs.update("p", config.id, {.is_archived = true, .name = "renamed"}, world.actor));
  const auto replayed = ingest::decode_event_batch(body, live->context);
  ASSERT_TRUE(replayed);
  ASSERT_EQ(replayed->events.size(), 2U);
  EXPECT_EQ(json::to_text(replayed->events[0].body), json::to_text(live->events[0].body));
  EXPECT_EQ(json::find_text(replayed->events[0].body, "name"), "verdict");
}

TEST_F(ScoresTest, AListNamesWhatItRefuses) {
  const ScoreConfig config = numeric();
  const std::string body = R"([{"id":"a","traceId":"t","name":"n1",)" + with(config, "7") +
                           R"(},{"traceId":"t","name":"n2",)" + with(config, "1") + "}]";
  auto batch =
      ingest::decode_score_list(body, {.project_id = "p", .door = ingest::Door::kScoreList, .request_id = "r"});
  ASSERT_TRUE(batch);
  ASSERT_TRUE(rule_scores_blocking(configs, *batch));
  ASSERT_EQ(batch->errors.size(), 1U);
  EXPECT_EQ(batch->errors[0].id, "a");
  EXPECT_EQ(batch->errors[0].index, 0U);
  EXPECT_TRUE(batch->errors[0].message.starts_with("n1: Value 7 is above the maximum 1"));
  EXPECT_EQ(ingest::score_list_answer(*batch).status, 207);
}

}  // namespace
}  // namespace clew::scores
