// The models API as SDKs use it (contract/cost.md 9, sdk5.md 2.2 and X01).
#include "api/public/models.h"

#include <algorithm>

#include <gtest/gtest.h>

#include "api/public/route_harness.h"
#include "auth/testing.h"

namespace clew::api {
namespace {

constexpr std::string_view kMine = R"({"modelName":"aaa","matchPattern":"^aaa$","unit":"TOKENS","inputPrice":0.5})";

class ModelsApi : public testing::Test {
 protected:
  ModelsApi() {
    CLEW_ASSERT(world.database.run("INSERT INTO organizations (id, name, metadata, created_at, updated_at) "
                                   "VALUES ('o', 'Org', '{}', 1, 1)"),
                "fixture");
    for (const char* id : {"p1", "p2"}) {
      CLEW_ASSERT(world.database.run("INSERT INTO projects (id, organization_id, name, metadata, created_at, "
                                     "updated_at) VALUES ($1, 'o', $1, '{}', 1, 1)",
                                     {std::string(id)}),
                  "fixture");
    }
    register_models(routes, {.models = models, .catalog = *catalog});
  }
  RouteHarness::Answer post(std::string_view body) {
    return routes.call(http::Method::kPost, "/api/public/models", {}, std::string(body));
  }
  RouteHarness::Answer put(std::string_view id, std::string_view body) {
    return routes.call(http::Method::kPut, "/api/public/models/" + std::string(id), {}, std::string(body));
  }
  RouteHarness::Answer remove(std::string_view id) {
    return routes.call(http::Method::kDelete, "/api/public/models/" + std::string(id));
  }

  auth::testing::World world;
  models::Models models{world.database, world.clock};
  std::unique_ptr<ingest::ModelCatalog> catalog =
      *ingest::ModelCatalog::create(ingest::builtin_model_prices(), &models, world.clock);
  RouteHarness routes;
};

TEST_F(ModelsApi, ListsProjectAndBuiltInDefinitionsByName) {
  ASSERT_EQ(post(kMine).status, 200);
  const auto first = routes.get("/api/public/models");
  ASSERT_EQ(first.status, 200);
  EXPECT_EQ(first.text("meta"), R"({"page":1,"limit":50,"totalItems":168,"totalPages":4})");
  EXPECT_EQ(first.size("data"), 50U);
  EXPECT_EQ(first.text("data/0/modelName"), "aaa");
  EXPECT_EQ(first.text("data/0/isLangfuseManaged"), "false");
  EXPECT_EQ(first.text("data/1/isLangfuseManaged"), "true");
  EXPECT_EQ(routes.get("/api/public/models", "page=4").size("data"), 18U);
  EXPECT_EQ(routes.get("/api/public/models", "page=1000000&limit=100").size("data"), 0U);
  EXPECT_EQ(routes.get("/api/public/models", "limit=101").status, 400);
  EXPECT_EQ(routes.get("/api/public/models", "page=0").status, 400);
}

TEST_F(ModelsApi, AModelNamedGpt4TestStandsOnTheSecondPage) {
  ASSERT_EQ(
      post(R"({"modelName":"gpt-4-test","matchPattern":"(?i)^gpt-4-test$","unit":"TOKENS","inputPrice":1})").status,
      200);
  const auto page = routes.get("/api/public/models", "page=2");
  std::vector<std::string> names;
  for (std::size_t i = 0; i < page.size("data"); ++i)
    names.push_back(page.text("data/" + std::to_string(i) + "/modelName"));
  EXPECT_NE(std::ranges::find(names, "gpt-4-test"), names.end());
}

TEST_F(ModelsApi, ReadsOneOfTheProjectAndABuiltInOne) {
  const std::string id = post(kMine).text("id");
  EXPECT_EQ(routes.get("/api/public/models/" + id).text("inputPrice"), "0.5");
  const auto builtin = routes.get("/api/public/models/b9854a5c92dc496b997d99d20");
  EXPECT_EQ(builtin.text("modelName"), "gpt-4o");
  EXPECT_EQ(builtin.text("isLangfuseManaged"), "true");
  EXPECT_EQ(builtin.text("prices/input/price"), "0.0000025");
  EXPECT_EQ(builtin.text("tokenizerConfig/tokenizerModel"), "gpt-4o");
  EXPECT_EQ(routes.get("/api/public/models/none").status, 404);
  routes.project = "p2";
  EXPECT_EQ(routes.get("/api/public/models/" + id).status, 404);
  EXPECT_EQ(remove(id).status, 404);
}

TEST_F(ModelsApi, SaysWhatIsWrongWithADefinition) {
  ASSERT_EQ(post(kMine).status, 200);
  const auto again = post(kMine);
  EXPECT_EQ(again.status, 400);
  EXPECT_EQ(again.text("message"), "Model name 'aaa' already exists in project");
  const auto broken = post(R"({"modelName":"b","matchPattern":"(","unit":"TOKENS","inputPrice":1})");
  EXPECT_EQ(broken.status, 400);
  EXPECT_EQ(broken.text("message"), "matchPattern is not a valid regex pattern (Postgres)");
  EXPECT_EQ(post("not json").status, 400);
}

TEST_F(ModelsApi, DeletesDefinitionsOfTheProjectOnly) {
  const std::string id = post(kMine).text("id");
  const auto removed = remove(id);
  EXPECT_EQ(removed.status, 200);
  EXPECT_EQ(json::to_text(removed.body), R"({"message":"Model successfully deleted"})");
  EXPECT_EQ(remove(id).status, 404);
  EXPECT_EQ(remove("b9854a5c92dc496b997d99d20").status, 404);
}

TEST_F(ModelsApi, X01PuttingCreatesReplacesAndKnowsItsLimits) {
  EXPECT_EQ(
      put("my-id", R"({"modelName":"m","matchPattern":"m","unit":"TOKENS","totalPrice":1,"tokenizerId":"claude"})")
          .status,
      200);
  const auto replaced = put("my-id", R"({"modelName":"m","matchPattern":"m","unit":"TOKENS","totalPrice":1})");
  EXPECT_EQ(replaced.status, 200);
  EXPECT_EQ(replaced.text("id"), "my-id");
  EXPECT_EQ(replaced.text("tokenizerId"), "null");
  EXPECT_EQ(put("b9854a5c92dc496b997d99d20", kMine).status, 404);
  EXPECT_EQ(put("my-id", R"({"modelName":"m","matchPattern":"(","unit":"TOKENS","totalPrice":1})").status, 400);
  ASSERT_EQ(post(kMine).status, 200);
  EXPECT_EQ(put("my-id", kMine).status, 400);
  routes.project = "p2";
  EXPECT_EQ(put("my-id", kMine).status, 200) << "ids of other projects are free";
}

}  // namespace
}  // namespace clew::api
