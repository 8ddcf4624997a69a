// Model definitions of projects as their users see them (contract/cost.md 9).
#include "models/models.h"

#include <gtest/gtest.h>

#include "auth/testing.h"
#include "ingest/enrich/enrich.h"
#include "models/model_json.h"
#include "models/model_wish.h"

namespace clew::models {
namespace {

using auth::testing::kSecond;

constexpr std::string_view kFlat =
    R"({"modelName":"mine","matchPattern":"(?i)^mine$","unit":"TOKENS","inputPrice":0.000001,"outputPrice":2e-6})";

json::Object object(std::string_view text) {
  return json::parse(text)->get_object();
}
json::Object with(std::string_view key, std::string_view value, std::string_view base = kFlat) {
  json::Object out = object(base);
  if (value.empty()) {
    out.erase(key);
  } else {
    out[key] = *json::parse(value);
  }
  return out;
}
std::string tier(std::string_view name, bool is_default, int priority, std::string_view conditions,
                 std::string_view prices = R"({"input":1,"output":2})") {
  return R"({"name":")" + std::string(name) + R"(","isDefault":)" + (is_default ? "true" : "false") +
         R"(,"priority":)" + std::to_string(priority) + R"(,"conditions":)" + std::string(conditions) +
         R"(,"prices":)" + std::string(prices) + "}";
}
json::Object with_tiers(const std::string& tiers) {
  json::Object out = with("inputPrice", "");
  out.erase("outputPrice");
  out["pricingTiers"] = *json::parse("[" + tiers + "]");
  return out;
}
std::string fault(const json::Object& wish) {
  const auto parsed = parse_wish(wish);
  return parsed ? "" : parsed.error().message;
}

const std::string kDefaultTier = tier("Standard", true, 0, "[]");
const std::string kLarge = R"([{"usageDetailPattern":"input","operator":"gt","value":1000,"caseSensitive":false}])";
const std::string kPriority =
    R"([{"source":"model_parameters","key":"service_tier","operator":"in","values":["priority"]}])";

class ModelsTest : public testing::Test {
 protected:
  ModelsTest() {
    const auto run = [&](std::string_view sql, std::vector<meta::Value> values) {
      CLEW_ASSERT(world.database.run(sql, values).has_value(), "the fixture cannot be stored");
    };
    run("INSERT INTO organizations (id, name, metadata, created_at, updated_at) VALUES ('o', 'Org', '{}', 1, 1)", {});
    for (const char* id : {"p", "q"}) {
      run("INSERT INTO projects (id, organization_id, name, metadata, created_at, updated_at) "
          "VALUES ($1, 'o', $2, '{}', 1, 1)",
          {std::string(id), std::string("Project ") + id});
    }
    models.on_change([this](std::string_view project) { catalog->forget_project(project); });
  }
  ingest::ModelDefinition make(const std::string& project, const json::Object& wish) {
    auto made = models.create(project, wish, world.actor);
    CLEW_ASSERT(made.has_value(), made ? "" : made.error().message.c_str());
    return *std::move(made);
  }
  domain::Observation priced(std::string_view project, std::string model, domain::UsageMap usage,
                             std::string parameters = "") {
    domain::Observation out;
    out.start_time_us = world.clock.now_us();
    out.model = std::move(model);
    out.provided_usage = std::move(usage);
    out.model_parameters = std::move(parameters);
    ingest::enrich(out, project, *catalog);
    return out;
  }
  std::int64_t audited(const std::string& action) {
    return world.database
        .run("SELECT count(*) FROM audit_log WHERE resource_type = 'model' AND project_id = 'p' AND action = $1",
             {action})
        ->integer(0, 0);
  }

  auth::testing::World world;
  Models models{world.database, world.clock};
  std::unique_ptr<ingest::ModelCatalog> catalog =
      *ingest::ModelCatalog::create(ingest::builtin_model_prices(), &models, world.clock);
};

TEST_F(ModelsTest, FlatPricesBecomeTheStandardTier) {
  const auto made = make("p", object(kFlat));
  const json::Object shown = model_json(made, false);
  EXPECT_EQ(shown.at("inputPrice").to_number<double>(), 1e-6);
  EXPECT_EQ(shown.at("outputPrice").to_number<double>(), 2e-6);
  EXPECT_TRUE(shown.at("totalPrice").is_null());
  EXPECT_FALSE(shown.at("isLangfuseManaged").get_bool());
  EXPECT_EQ(shown.at("prices").at("input").at("price").to_number<double>(), 1e-6);
  const json::Object& standard = shown.at("pricingTiers").at(0).get_object();
  EXPECT_EQ(standard.at("name").get_string(), "Standard");
  EXPECT_EQ(std::string_view(standard.at("id").get_string()), made.id + "_tier_default");
}

TEST_F(ModelsTest, ADefinitionIsTheSameAfterItWasStored) {
  json::Object wish = with_tiers(kDefaultTier + "," + tier("Large", false, 1, kLarge) + "," +
                                 tier("Fast", false, 2, kPriority, R"({"input":0.000000123456789012,"output":2})"));
  wish["tokenizerId"] = "openai";
  wish["tokenizerConfig"] = json::Object{{"tokenizerModel", "gpt-4o"}};
  wish["startDate"] = "2026-02-03T04:05:06.789Z";
  const auto made = make("p", wish);
  const auto read = models.find("p", made.id);
  ASSERT_TRUE(read && *read);
  EXPECT_EQ(json::to_text(model_json(**read, false)), json::to_text(model_json(made, false)));
  EXPECT_EQ(to_text((*read)->tiers[2].prices[0].second), "0.000000123456789012");
  EXPECT_EQ(json::to_text(model_json(made, false).at("startDate")), R"("2026-02-03T04:05:06.789Z")");
}

TEST_F(ModelsTest, ANewDefinitionPricesTheNextObservationOfItsProjectOnly) {
  EXPECT_EQ(priced("p", "mine", {{"input", 10}}).total_cost, std::nullopt);
  EXPECT_EQ(priced("q", "mine", {{"input", 10}}).total_cost, std::nullopt);
  const auto made = make("p", object(kFlat));
  EXPECT_EQ(priced("p", "MINE", {{"input", 10}}).model_id, made.id);
  EXPECT_EQ(priced("p", "mine", {{"input", 10}}).total_cost, 10'000'000);
  EXPECT_EQ(priced("q", "mine", {{"input", 10}}).model_id, "");
  ASSERT_TRUE(models.remove("p", made.id, world.actor));
  EXPECT_EQ(priced("p", "mine", {{"input", 10}}).model_id, "");
}

TEST_F(ModelsTest, TiersOfAProjectApplyByTheirConditions) {
  make("p", with_tiers(kDefaultTier + "," + tier("Large", false, 5, kLarge, R"({"input":3,"output":4})") + "," +
                       tier("Fast", false, 2, kPriority, R"({"input":5,"output":6})")));
  EXPECT_EQ(priced("p", "mine", {{"input", 10}}).pricing_tier_name, "Standard");
  EXPECT_EQ(priced("p", "mine", {{"input", 1001}}).pricing_tier_name, "Large");
  EXPECT_EQ(priced("p", "mine", {{"input", 1001}}, R"({"service_tier":"priority"})").pricing_tier_name, "Fast");
}

TEST_F(ModelsTest, ANameIsUniqueInItsProject) {
  make("p", object(kFlat));
  const auto again = models.create("p", object(kFlat), world.actor);
  ASSERT_FALSE(again);
  EXPECT_EQ(again.error().code, Errc::kInvalidArgument);
  EXPECT_EQ(again.error().message, "Model name 'mine' already exists in project");
  EXPECT_TRUE(models.create("q", object(kFlat), world.actor));
}

TEST_F(ModelsTest, PuttingReplacesAsAWholeAndKeepsTheCreationTime) {
  json::Object wish = object(kFlat);
  wish["tokenizerId"] = "openai";
  const auto first = models.put("p", "my id", wish, world.actor);
  ASSERT_TRUE(first);
  world.clock.advance(kSecond);
  const auto second = models.put("p", "my id", object(kFlat), world.actor);
  ASSERT_TRUE(second);
  EXPECT_EQ(second->tokenizer_id, "");
  EXPECT_EQ((*models.find("p", "my id"))->tokenizer_id, "");
  EXPECT_EQ(second->created_at_us, first->created_at_us);
  EXPECT_EQ(models.list("p")->size(), 1U);
  EXPECT_EQ(audited("create"), 1);
  EXPECT_EQ(audited("update"), 1);
  ASSERT_TRUE(models.remove("p", "my id", world.actor));
  EXPECT_EQ(audited("delete"), 1);
}

TEST_F(ModelsTest, AnotherProjectsDefinitionIsOutOfReachEvenUnderAnEqualId) {
  ASSERT_TRUE(models.put("p", "x", object(kFlat), world.actor));
  EXPECT_EQ(models.remove("q", "x", world.actor).error().code, Errc::kNotFound);
  EXPECT_FALSE(*models.find("q", "x"));
  ASSERT_TRUE(models.put("q", "x", with("inputPrice", "7"), world.actor));
  EXPECT_EQ(to_text((*models.find("p", "x"))->tiers[0].prices[0].second), "0.000001");
  ASSERT_TRUE(models.remove("q", "x", world.actor));
  EXPECT_TRUE(*models.find("p", "x"));
  EXPECT_EQ(models.remove("p", "b9854a5c92dc496b997d99d20", world.actor).error().code, Errc::kNotFound)
      << "built-in definitions cannot be deleted";
}

TEST(Wishes, ThatBreakARuleAreRefused) {
  EXPECT_EQ(fault(object(kFlat)), "");
  EXPECT_EQ(fault(with("matchPattern", R"("(")")), "matchPattern is not a valid regex pattern (Postgres)");
  EXPECT_EQ(fault(with("matchPattern", R"("")")).substr(0, 13), "matchPattern:");
  EXPECT_EQ(fault(with("modelName", "")).substr(0, 10), "modelName:");
  EXPECT_EQ(fault(with("unit", "")).substr(0, 5), "unit:");
  EXPECT_EQ(fault(with("unit", R"("PARSECS")")).substr(0, 5), "unit:");
  EXPECT_EQ(fault(with("startDate", R"("yesterday")")).substr(0, 10), "startDate:");
  EXPECT_EQ(fault(with("tokenizerId", R"("bert")")).substr(0, 12), "tokenizerId:");
  EXPECT_EQ(fault(with("inputPrice", "-1")).substr(0, 11), "inputPrice:");
  EXPECT_EQ(fault(with("inputPrice", R"("1")")).substr(0, 11), "inputPrice:");
  EXPECT_NE(fault(with("totalPrice", "1")), "");
  json::Object both = object(kFlat);
  both["pricingTiers"] = *json::parse("[" + kDefaultTier + "]");
  EXPECT_NE(fault(both).find("not both"), std::string::npos);
  json::Object neither = with("inputPrice", "");
  neither.erase("outputPrice");
  EXPECT_NE(fault(neither).find("not neither"), std::string::npos);
}

TEST(Wishes, NullAndAbsentAreTheSame) {
  for (const char* key : {"startDate", "tokenizerId", "tokenizerConfig", "totalPrice", "pricingTiers"}) {
    EXPECT_EQ(fault(with(key, "null")), "") << key;
  }
}

TEST(Wishes, TiersKeepTheirRules) {
  EXPECT_EQ(fault(with_tiers(kDefaultTier + "," + tier("Large", false, 1, kLarge))), "");
  EXPECT_EQ(fault(with_tiers(kDefaultTier + "," + tier("  Fast ", false, 999, kPriority))), "");
  const std::string long_name(101, 'n');
  for (const std::string& bad : {
           std::string(),
           tier("Large", false, 1, kLarge),
           kDefaultTier + "," + tier("Other", true, 1, "[]"),
           tier("Standard", true, 1, "[]"),
           tier("Standard", true, 0, kLarge),
           kDefaultTier + "," + tier("Large", false, 1, "[]"),
           kDefaultTier + "," + tier("Large", false, 0, kLarge),
           kDefaultTier + "," + tier("Large", false, 1000, kLarge),
           kDefaultTier + "," + tier("A", false, 1, kLarge) + "," + tier("B", false, 1, kLarge),
           kDefaultTier + "," + tier("Standard", false, 1, kLarge),
           kDefaultTier + "," + tier(" ", false, 1, kLarge),
           kDefaultTier + "," + tier(long_name, false, 1, kLarge),
           kDefaultTier + "," + tier("Large", false, 1, kLarge, R"({"input":1})"),
           kDefaultTier + "," + tier("Large", false, 1, kLarge, "{}"),
           kDefaultTier + "," + tier("Large", false, 1, kLarge, R"({"input":-1,"output":1})"),
           kDefaultTier + "," + tier("Large", false, 1, R"([{"usageDetailPattern":"(","operator":"gt","value":1}])"),
           kDefaultTier + "," +
               tier("Large", false, 1, R"([{"usageDetailPattern":"(a+)+","operator":"gt","value":1}])"),
           kDefaultTier + "," + tier("Large", false, 1, R"([{"usageDetailPattern":"","operator":"gt","value":1}])"),
           kDefaultTier + "," + tier("Large", false, 1, R"([{"usageDetailPattern":"a","operator":">","value":1}])"),
           kDefaultTier + "," + tier("Large", false, 1, R"([{"usageDetailPattern":"a","operator":"gt","value":-1}])"),
           kDefaultTier + "," +
               tier("Large", false, 1, R"([{"source":"output","key":"k","operator":"in","values":["v"]}])"),
           kDefaultTier + "," +
               tier("Large", false, 1, R"([{"source":"metadata","key":"","operator":"in","values":["v"]}])"),
           kDefaultTier + "," +
               tier("Large", false, 1, R"([{"source":"metadata","key":"k","operator":"in","values":[]}])"),
           kDefaultTier + "," +
               tier("Large", false, 1, R"([{"source":"metadata","key":"k","operator":"in","values":[""]}])"),
           kDefaultTier + "," +
               tier("Large", false, 1, R"([{"source":"metadata","key":"k","operator":"eq","values":["v"]}])"),
       }) {
    EXPECT_NE(fault(with_tiers(bad)), "") << bad;
  }
}

TEST(Wishes, PatternsThatRunAwayInBacktrackingEnginesAreKnown) {
  for (const char* unsafe : {"(a+)+", "(a*)*", "((a+))+", "(x(a{2,}))*", "(a+?)+"}) {
    EXPECT_TRUE(has_nested_repetition(unsafe)) << unsafe;
  }
  for (const char* safe : {"a+b+", "(ab)+c*", "(a+)b?", "[+*]+", R"(\(a+\))", "(input|prompt|cached)", "^input.*"}) {
    EXPECT_FALSE(has_nested_repetition(safe)) << safe;
  }
}

}  // namespace
}  // namespace clew::models
