// Usage and cost as facts a user can check against a price list (contract/cost.md, examples C1–C15).
#include "ingest/enrich/enrich.h"

#include <atomic>
#include <filesystem>
#include <fstream>
#include <thread>

#include <gtest/gtest.h>

#include "ingest/enrich/price_files.h"
#include "ingest/enrich/token_usage.h"

namespace clew::ingest {
namespace {

using domain::CostMap;
using domain::UsageMap;

constexpr TimeUs kNow = 1'767'225'600'000'000;  // 2026-01-01T00:00:00Z
constexpr std::int64_t kSecond = 1'000'000;

// 10^-12 dollar from decimal text, so that expectations read like the contract.
domain::Picodollars dollars(std::string_view decimal) {
  return to_picodollars(parse_price(decimal)->amount);
}

class Enrichment : public testing::Test {
 protected:
  Enrichment() : clock_(kNow), catalog_(*ModelCatalog::create(builtin_model_prices(), nullptr, clock_)) {}

  domain::Observation enriched(std::string model, UsageMap usage, std::string parameters = "", CostMap cost = {}) {
    domain::Observation observation;
    observation.start_time_us = kNow;
    observation.model = std::move(model);
    observation.provided_usage = std::move(usage);
    observation.model_parameters = std::move(parameters);
    observation.provided_cost = std::move(cost);
    enrich(observation, "p", *catalog_);
    return observation;
  }

  FakeClock clock_;
  std::unique_ptr<ModelCatalog> catalog_;
};

TEST_F(Enrichment, C1CostIsPriceTimesUnitsPerUsageType) {
  const auto row = enriched("gpt-4o", {{"input", 1000}, {"input_cached_tokens", 200}, {"output", 500}});
  EXPECT_EQ(row.usage, (UsageMap{{"input", 1000}, {"input_cached_tokens", 200}, {"output", 500}, {"total", 1700}}));
  EXPECT_EQ(row.cost, (CostMap{{"input", dollars("0.0025")},
                               {"input_cached_tokens", dollars("0.00025")},
                               {"output", dollars("0.005")},
                               {"total", dollars("0.00775")}}));
  EXPECT_EQ(row.total_cost, dollars("0.00775"));
  EXPECT_EQ(row.pricing_tier_name, "Standard");
  EXPECT_EQ(row.pricing_tier_id, row.model_id + "_tier_default");
}

TEST_F(Enrichment, C2AModelParameterCanSelectATier) {
  const auto row = enriched("gpt-4o", {{"input", 1000}, {"input_cached_tokens", 200}, {"output", 500}},
                            R"({"temperature":0.5,"service_tier":"priority"})");
  EXPECT_EQ(row.pricing_tier_name, "Fast mode");
  EXPECT_EQ(row.total_cost, dollars("0.013175"));
  EXPECT_EQ(enriched("gpt-4o", {{"input", 1}}, R"({"service_tier":"auto"})").pricing_tier_name, "Standard");
  EXPECT_EQ(enriched("gpt-4o", {{"input", 1}}, R"({"other":"service_tier"})").pricing_tier_name, "Standard");
  EXPECT_EQ(enriched("gpt-4o", {{"input", 1}}, "service_tier priority").pricing_tier_name, "Standard");
}

TEST_F(Enrichment, C3AtTheLimitTheStandardTierApplies) {
  const auto row = enriched("gemini-2.5-pro", {{"input", 200'000}, {"output", 1000}});
  EXPECT_EQ(row.pricing_tier_name, "Standard");
  EXPECT_EQ(row.total_cost, dollars("0.26"));
}

TEST_F(Enrichment, C4TheLimitCountsAllMatchingUsageTypes) {
  const auto row = enriched("gemini-2.5-pro", {{"input", 150'000}, {"input_cached_tokens", 60'000}, {"output", 1000}});
  EXPECT_EQ(row.pricing_tier_name, "Large Context");
  EXPECT_EQ(row.total_cost, dollars("0.405"));
}

TEST_F(Enrichment, C5AllConditionsOfATierMustHold) {
  const auto row = enriched("gpt-5.4", {{"input", 300'000}, {"output", 1000}}, R"({"service_tier":"flex"})");
  EXPECT_EQ(row.pricing_tier_name, "Flex · Large context (>272K)");
  EXPECT_EQ(row.total_cost, dollars("0.76125"));
  EXPECT_EQ(enriched("gpt-5.4", {{"input", 3}}, R"({"service_tier":"flex"})").pricing_tier_name, "Flex");
}

TEST_F(Enrichment, C6TiersAreTriedByPriority) {
  const auto row = enriched("gpt-5.4", {{"input", 300'000}, {"output", 1000}}, R"({"service_tier":"priority"})");
  EXPECT_EQ(row.pricing_tier_name, "Fast mode");
  EXPECT_EQ(row.total_cost, dollars("1.53"));
}

TEST_F(Enrichment, C7APricedTotalIsTheTotal) {
  const auto row = enriched("text-embedding-3-small", {{"input", 1000}});
  EXPECT_EQ(row.usage, (UsageMap{{"input", 1000}, {"total", 1000}}));
  EXPECT_EQ(row.cost, (CostMap{{"total", dollars("0.00002")}}));
  EXPECT_EQ(row.total_cost, dollars("0.00002"));
}

TEST_F(Enrichment, C8ProvidedCostWinsAndTheModelIsStillLinked) {
  const auto row = enriched("gpt-4o", {{"input", 1000}}, "", {{"input", dollars("0.1")}});
  EXPECT_EQ(row.cost, (CostMap{{"input", dollars("0.1")}, {"total", dollars("0.1")}}));
  EXPECT_EQ(row.total_cost, dollars("0.1"));
  EXPECT_FALSE(row.model_id.empty());
}

TEST_F(Enrichment, C9OursProvidedEntriesWithoutATotalAreSummed) {
  const auto row = enriched("gpt-4o", {}, "", {{"input", dollars("0.1")}, {"cached", dollars("0.2")}});
  EXPECT_EQ(row.total_cost, dollars("0.3"));
}

TEST_F(Enrichment, C10AnUnknownModelHasUsageButNoCost) {
  const auto row = enriched("my-own-model", {{"input", 10}, {"output", 5}});
  EXPECT_EQ(row.usage, (UsageMap{{"input", 10}, {"output", 5}, {"total", 15}}));
  EXPECT_TRUE(row.cost.empty());
  EXPECT_EQ(row.total_cost, std::nullopt);
  EXPECT_EQ(row.model_id, "");
  EXPECT_EQ(row.pricing_tier_id, "");
}

TEST_F(Enrichment, C11UsageWithoutAPriceCostsNothingKnown) {
  const auto row = enriched("gpt-4o", {{"custom", 5}});
  EXPECT_EQ(row.usage, (UsageMap{{"custom", 5}, {"total", 5}}));
  EXPECT_TRUE(row.cost.empty());
  EXPECT_EQ(row.total_cost, std::nullopt);
  EXPECT_EQ(row.pricing_tier_name, "Standard");
}

TEST_F(Enrichment, C13WithProvidedCostAloneUsageStaysEmpty) {
  const auto row = enriched("gpt-4o", {}, "", {{"total", dollars("0.2")}});
  EXPECT_TRUE(row.usage.empty());
  EXPECT_EQ(row.pricing_tier_id, "");
  EXPECT_EQ(row.total_cost, dollars("0.2"));
}

TEST_F(Enrichment, C14NamesMatchWhateverTheirCaseAndVendorPrefix) {
  EXPECT_EQ(enriched("OPENAI/GPT-4O", {}).model_id, enriched("gpt-4o", {}).model_id);
  EXPECT_EQ(enriched("gpt-4o-unknown", {}).model_id, "");
  EXPECT_EQ(enriched("", {{"input", 1}}).model_id, "");
}

TEST_F(Enrichment, AGivenTotalIsNeverCorrected) {
  const auto row = enriched("gpt-4o", {{"input", 10}, {"output", 5}, {"total", 7}});
  EXPECT_EQ(row.usage, (UsageMap{{"input", 10}, {"output", 5}, {"total", 7}}));
}

TEST_F(Enrichment, OursOneCountUnderTwoNamesIsChargedOnce) {
  // The built-in list prices both names.
  const auto once = enriched("claude-sonnet-4-5-20250929", {{"input", 1000}, {"output", 10}});
  const auto twice = enriched("claude-sonnet-4-5-20250929",
                              {{"input", 1000}, {"input_tokens", 1000}, {"output", 10}, {"output_tokens", 10}});
  ASSERT_TRUE(once.total_cost);
  EXPECT_EQ(twice.total_cost, once.total_cost);
  EXPECT_EQ(twice.usage.back(), (std::pair<std::string, std::uint64_t>{"total", 1010}));
  EXPECT_EQ(twice.provided_usage.size(), 4U) << "what the client sent stays";
}

TEST_F(Enrichment, OursReasoningInsideTheOutputIsNotChargedOnTop) {
  const auto plain = enriched("gpt-5", {{"input", 100}, {"output", 500}});
  const auto detailed = enriched("gpt-5", {{"input", 100}, {"output", 500}, {"reasoning_tokens", 400}});
  ASSERT_TRUE(plain.total_cost);
  EXPECT_EQ(detailed.total_cost, plain.total_cost);
  EXPECT_EQ(detailed.cost.size(), 4U) << "the part keeps a line of its own";
}

TEST_F(Enrichment, OursAnthropicsCachedTokensAreChargedBesideTheInput) {
  const auto row = enriched("claude-sonnet-4-5-20250929", {{"input_tokens", 1000},
                                                           {"cache_read_input_tokens", 10000},
                                                           {"cache_creation_input_tokens", 100},
                                                           {"output_tokens", 10}});
  EXPECT_EQ(row.total_cost, dollars("0.003") + dollars("0.003") + dollars("0.000375") + dollars("0.00015"));
}

TEST_F(Enrichment, OursAnEmbeddingWithATotalOfItsOwnIsChargedOnce) {
  EXPECT_EQ(enriched("text-embedding-3-small", {{"input_tokens", 1000}, {"total_tokens", 1000}}).total_cost,
            dollars("0.00002"));
  EXPECT_EQ(enriched("text-embedding-3-small", {{"prompt_tokens", 1000}, {"total_tokens", 1000}}).total_cost,
            dollars("0.00002"));
}

TEST_F(Enrichment, ZeroIsACost) {
  EXPECT_EQ(enriched("gpt-4o", {{"input", 0}, {"output", 0}}).total_cost, 0);
}

TEST_F(Enrichment, AbsurdUsageIsClampedNotWrapped) {
  const auto row = enriched("gpt-4o", {{"input", ~0ULL}, {"output", ~0ULL}});
  EXPECT_EQ(row.usage.back(), (std::pair<std::string, std::uint64_t>{"total", ~0ULL}));
  EXPECT_EQ(row.total_cost, dollars("999999.999999"));
}

TEST_F(Enrichment, EnrichingAgainGivesTheSame) {
  auto row = enriched("gpt-4o", {{"input", 1000}});
  const auto cost = row.cost;
  enrich(row, "p", *catalog_);
  EXPECT_EQ(row.cost, cost);
  EXPECT_EQ(row.usage, (UsageMap{{"input", 1000}, {"total", 1000}}));
}

TEST_F(Enrichment, UnitPricesOfTheAppliedTierCanBeLookedUp) {
  const auto row = enriched("gpt-4o", {{"input", 1}}, R"({"service_tier":"priority"})");
  for (const auto& [key, price] : catalog_->unit_prices("p", row.model_id, row.pricing_tier_id)) {
    if (key == "output") EXPECT_EQ(to_text(price), "0.000017");
  }
  EXPECT_EQ(catalog_->unit_prices("p", row.model_id, row.pricing_tier_id).size(), 5U);
  EXPECT_TRUE(catalog_->unit_prices("p", row.model_id, "no such tier").empty());
  EXPECT_TRUE(catalog_->unit_prices("p", "no such model", row.pricing_tier_id).empty());
}

// Tokens of texts: the rules of contract/cost.md 5, with the built-in definitions.
class Counting : public Enrichment {
 protected:
  domain::Observation counted(std::string model, std::optional<std::string> input, std::optional<std::string> output,
                              domain::Level level = domain::Level::kDefault, CostMap cost = {}) {
    domain::Observation observation;
    observation.start_time_us = kNow;
    observation.model = std::move(model);
    observation.level = level;
    observation.provided_cost = std::move(cost);
    observation.input = std::move(input);
    observation.output = std::move(output);
    enrich(observation, "p", *catalog_, {.tokenizers = &tokenizers_});
    return observation;
  }
  tokenizer::Tokenizers tokenizers_;
};

TEST_F(Counting, C12TextWithoutUsageIsCountedAndPriced) {
  const auto row = counted("gpt-4o", "Hello world", "\"Hello\"");
  EXPECT_EQ(row.usage, (UsageMap{{"input", 2}, {"output", 1}, {"total", 3}}));
  EXPECT_EQ(row.pricing_tier_name, "Standard");
  EXPECT_EQ(row.total_cost, dollars("0.000015"));
  EXPECT_TRUE(row.provided_usage.empty()) << "what marks usage as counted";
}

TEST_F(Counting, HappensOnlyWithoutUsageCostAndError) {
  EXPECT_TRUE(counted("gpt-4o", "Hello", "x", domain::Level::kError).usage.empty());
  EXPECT_TRUE(counted("gpt-4o", "Hello", "x", domain::Level::kDefault, {{"total", 1}}).usage.empty());
  EXPECT_TRUE(counted("no-such-model", "Hello", "x").usage.empty());
  EXPECT_TRUE(counted("gemini-2.5-pro", "Hello", "x").usage.empty()) << "a definition without a tokeniser";
  EXPECT_TRUE(counted("gpt-4o", std::nullopt, std::nullopt).usage.empty());
  EXPECT_EQ(counted("gpt-4o", std::nullopt, "Hello").usage, (UsageMap{{"output", 1}, {"total", 1}}));
  EXPECT_TRUE(counted("gpt-4o", std::string(kCountedBytesMax + 1, 'a'), std::nullopt).usage.empty());
}

TEST_F(Counting, AListOfMessagesCountsWithWhatStandsAroundThem) {
  // 3 for the reply, 3 a message, 1 for the name, and 1 token each for role, content and name.
  const auto row = counted("gpt-4o",
                           R"([{"role":"user","content":"Hello"},)"
                           R"( {"role":"user","content":"Hello","name":"bob"}])",
                           std::nullopt);
  EXPECT_EQ(row.usage, (UsageMap{{"input", 3 + 3 + 2 + 3 + 3 + 1}, {"total", 15}}));
  // Content that is not text makes it no list of messages: the compact JSON counts.
  const auto parts = counted("gpt-4o", R"([{"role": "user", "content": ["Hello"]}])", std::nullopt);
  const auto compact = counted("gpt-4o", R"("[{\"role\":\"user\",\"content\":[\"Hello\"]}]")", std::nullopt);
  EXPECT_EQ(parts.usage, compact.usage);
  EXPECT_NE(parts.usage.at(0).second, row.usage.at(0).second);
}

TEST_F(Counting, ClaudeIsCountedWithItsOwnTokeniser) {
  const auto row = counted("claude-3-5-sonnet-20241022", "Hello world", "<EOT>");
  EXPECT_EQ(row.usage, (UsageMap{{"input", 2}, {"output", 1}, {"total", 3}}));
}

TEST_F(Counting, AStepOfLlamaIndexsCallIsNotTheCall) {
  domain::Observation row;
  row.start_time_us = kNow;
  row.model = "gpt-4o";
  row.input = "Hello";
  const auto usage = [&](std::string scope, std::string name) {
    row.scope_name = std::move(scope);
    row.name = std::move(name);
    enrich(row, "p", *catalog_, {.tokenizers = &tokenizers_});
    return row.usage;
  };
  const std::string llama_index = "openinference.instrumentation.llama_index";
  EXPECT_EQ(usage(llama_index, "OpenAI._prepare_chat_with_tools"), UsageMap());
  EXPECT_EQ(usage(llama_index, "OpenAI.chat"), (UsageMap{{"input", 1}, {"total", 1}}));
  EXPECT_EQ(usage("my.scope", "OpenAI._prepare_chat_with_tools"), (UsageMap{{"input", 1}, {"total", 1}}));
}

TEST_F(Enrichment, TiersAskTheFactsTheyAreGivenNotTheRecord) {
  domain::Observation row;
  row.start_time_us = kNow;
  row.model = "gpt-4o";
  row.model_parameters = R"({"service_tier":"priority"})";
  row.provided_usage = {{"input", 1000}};
  const domain::PricingFacts facts;
  enrich(row, "p", *catalog_, {.facts = &facts});
  EXPECT_EQ(row.pricing_tier_name, "Standard");
  enrich(row, "p", *catalog_);
  EXPECT_EQ(row.pricing_tier_name, "Fast mode");
}

TEST_F(Enrichment, RepricingUsesUsageAsItIsStored) {
  auto row = enriched("gpt-4o", {});
  row.usage = {{"input", 1000}, {"total", 1000}};
  price(row, "p", *catalog_, nullptr);
  EXPECT_EQ(row.total_cost, dollars("0.0025"));
  EXPECT_EQ(row.usage, (UsageMap{{"input", 1000}, {"total", 1000}}));
}

TEST_F(Enrichment, PostgresWordBoundariesAreUnderstood) {
  EXPECT_TRUE(check_match_pattern(R"(\yfoo\y)"));
  EXPECT_EQ(re2_pattern(R"(\yfoo\Y\\y)"), R"(\bfoo\B\\y)");
  EXPECT_FALSE(check_match_pattern("(?=look)ahead"));
  EXPECT_FALSE(check_match_pattern(""));
}

TEST(Prices, AreExactDecimals) {
  EXPECT_EQ(to_text(*parse_price("2.5e-06")), "0.0000025");
  EXPECT_EQ(to_text(*parse_price("0.000000000000000001")), "0.000000000000000001");
  EXPECT_EQ(to_text(*parse_price("12.50")), "12.5");
  EXPECT_EQ(to_text(*price_of(json::Value(2.5e-06))), "0.0000025");
  EXPECT_EQ(to_text(*price_of(json::Value(0))), "0");
  EXPECT_DOUBLE_EQ(to_dollars(*parse_price("2.5e-06")), 2.5e-06);
  for (const char* wrong : {"", "-1", "x", "1x", "1e", "1e999999", "1000000", ".", "1e99"}) {
    EXPECT_FALSE(parse_price(wrong)) << wrong;
  }
  // 0.1 + 0.2 in units of a ten-millionth: no binary fraction in between.
  EXPECT_EQ(to_picodollars(add(multiply(*parse_price("1e-7"), 1'000'000), multiply(*parse_price("2e-7"), 1'000'000))),
            300'000'000'000);
  EXPECT_EQ(to_picodollars(parse_price("0.0000000000015")->amount), 2);  // half up at 12 digits
  EXPECT_EQ(to_picodollars(parse_price("0.0000000000014999")->amount), 1);
}

// Definitions of projects, as `meta` would give them.
class FakeProjects final : public ProjectModels {
 public:
  Result<std::vector<ModelDefinition>> list(std::string_view project_id) override {
    ++calls;
    if (broken) return Error{Errc::kUnavailable, "meta is away"};
    const auto found = models.find(std::string(project_id));
    return found == models.end() ? std::vector<ModelDefinition>() : found->second;
  }
  std::map<std::string, std::vector<ModelDefinition>> models;
  int calls = 0;
  bool broken = false;
};

ModelDefinition model(std::string id, std::string pattern, std::optional<TimeUs> start = std::nullopt) {
  PricingTier tier{.id = id + "_tier_default", .name = "Standard", .is_default = true};
  tier.prices = {{"input", *parse_price("1")}};
  return {.id = id, .model_name = id, .match_pattern = std::move(pattern), .start_date_us = start, .tiers = {tier}};
}

class Catalog : public testing::Test {
 protected:
  Catalog() : clock_(kNow), catalog_(*ModelCatalog::create(builtin_model_prices(), &projects_, clock_)) {}
  std::string matched(std::string_view project, std::string_view name, TimeUs start = kNow) {
    const auto found = catalog_->match(project, name, start);
    return found ? found->definition().id : "";
  }
  FakeProjects projects_;
  FakeClock clock_;
  std::unique_ptr<ModelCatalog> catalog_;
};

TEST_F(Catalog, AProjectOverridesABuiltInModelForItselfOnly) {
  projects_.models["p"] = {model("mine", "^gpt-4o$")};
  EXPECT_EQ(matched("p", "gpt-4o"), "mine");
  EXPECT_EQ(matched("q", "gpt-4o"), "b9854a5c92dc496b997d99d20");
  EXPECT_FALSE(catalog_->match("p", "gpt-4o", kNow)->is_builtin());
  EXPECT_EQ(catalog_->find("p", "mine")->definition().model_name, "mine");
  EXPECT_EQ(catalog_->find("q", "mine"), nullptr);
}

TEST_F(Catalog, OursAStartDateMakesPriceHistory) {
  projects_.models["p"] = {model("always", "^m$"), model("march", "^m$", kNow + 60 * kSecond),
                           model("february", "^m$", kNow + 30 * kSecond)};
  EXPECT_EQ(matched("p", "m", kNow), "always");
  EXPECT_EQ(matched("p", "m", kNow + 30 * kSecond), "february");
  EXPECT_EQ(matched("p", "m", kNow + 90 * kSecond), "march");
}

TEST_F(Catalog, AmongEqualsTheMoreSpecificPatternWinsThenTheSmallerId) {
  projects_.models["p"] = {model("b", "^abc"), model("c", "(?i)^(vendor/)?abcdef.*$"), model("a", "^abc")};
  EXPECT_EQ(matched("p", "abcdefg"), "c");
  EXPECT_EQ(matched("p", "abcx"), "a");
}

TEST_F(Catalog, PatternsAreSearchedNotMatchedFromEndToEnd) {
  projects_.models["p"] = {model("mine", "llama")};
  EXPECT_EQ(matched("p", "meta/llama-3"), "mine");
}

TEST_F(Catalog, ChangesAreSeenAtOnceHereAndSoonElsewhere) {
  EXPECT_EQ(matched("p", "m"), "");
  projects_.models["p"] = {model("mine", "^m$")};
  EXPECT_EQ(matched("p", "m"), "");
  catalog_->forget_project("p");
  EXPECT_EQ(matched("p", "m"), "mine");
  projects_.models["p"].clear();
  clock_.advance(11 * kSecond);
  EXPECT_EQ(matched("p", "m"), "");
}

TEST_F(Catalog, WhenTheStoreIsAwayTheLastKnownDefinitionsApply) {
  projects_.models["p"] = {model("mine", "^m$")};
  EXPECT_EQ(matched("p", "m"), "mine");
  projects_.broken = true;
  clock_.advance(11 * kSecond);
  EXPECT_EQ(matched("p", "m"), "mine");
  const int calls = projects_.calls;
  EXPECT_EQ(matched("p", "m"), "mine");
  EXPECT_EQ(projects_.calls, calls) << "a broken store is not asked again for every span";
}

TEST_F(Catalog, MemoryIsBoundedWhateverNamesArrive) {
  auto small = ModelCatalog::create(builtin_model_prices(), &projects_, clock_, {.projects_max = 4, .names_max = 4});
  ASSERT_TRUE(small);
  for (int i = 0; i < 100; ++i) {
    EXPECT_EQ((*small)->match("p" + std::to_string(i), "unknown-" + std::to_string(i), kNow), nullptr);
    EXPECT_NE((*small)->match("p" + std::to_string(i), "gpt-4o", kNow), nullptr);
  }
}

TEST_F(Catalog, APriceListOfTheOperatorLiesOverTheBuiltInOne) {
  projects_.models["p"] = {model("mine", "^mine$")};
  EXPECT_EQ(matched("p", "brand-new"), "");
  EXPECT_EQ(matched("q", "gpt-4o"), "b9854a5c92dc496b997d99d20");
  auto gpt4o = model("b9854a5c92dc496b997d99d20", "^gpt-4o$");
  gpt4o.model_name = "gpt-4o";
  ASSERT_TRUE(catalog_->lay_over_builtin({model("new", "^brand-new$"), gpt4o}));
  EXPECT_EQ(matched("p", "brand-new"), "new");
  EXPECT_EQ(matched("p", "mine"), "mine");
  EXPECT_EQ(to_text(catalog_->find("q", matched("q", "gpt-4o"))->definition().tiers[0].prices[0].second), "1");
  EXPECT_EQ(catalog_->builtin().size(), 168U);
  auto twice = model("other-id", "x");
  twice.model_name = "gpt-4o";
  EXPECT_FALSE(catalog_->lay_over_builtin({twice}));
  EXPECT_EQ(matched("p", "brand-new"), "new") << "a bad list changes nothing";
  ASSERT_TRUE(catalog_->lay_over_builtin({}));
  EXPECT_EQ(matched("p", "brand-new"), "");
}

TEST(PriceFiles, AreReadFromAFileOrAFolderAndRefusedByName) {
  namespace fs = std::filesystem;
  std::string pattern = (fs::temp_directory_path() / "clew-prices-XXXXXX").string();
  ASSERT_NE(mkdtemp(pattern.data()), nullptr);
  const fs::path dir = pattern;
  const auto write = [&](const char* name, std::string_view price) {
    std::ofstream(dir / name) << R"([{"id":"i","model":"m","match_pattern":"^m$","tiers":[{"id":"t","name":"n",)"
                              << R"("default":true,"priority":0,"conditions":[],"prices":{"input":)" << price
                              << "}}]}]";
  };
  EXPECT_EQ(read_price_files(dir).error().code, Errc::kNotFound);
  EXPECT_EQ(price_files_version(dir), "");
  write("1.json", "1");
  const std::string before = price_files_version(dir);
  write("2.json", "2");
  EXPECT_NE(price_files_version(dir), before);
  const auto models = read_price_files(dir);
  ASSERT_TRUE(models);
  ASSERT_EQ(models->size(), 1U);
  EXPECT_EQ(to_text(models->front().tiers[0].prices[0].second), "2") << "the later file counts";
  EXPECT_TRUE(read_price_files(dir / "1.json"));
  write("3.json", "-5");
  const auto bad = read_price_files(dir);
  ASSERT_FALSE(bad);
  EXPECT_NE(bad.error().message.find("3.json"), std::string::npos);
  fs::remove_all(dir);
}

TEST_F(Catalog, ManyThreadsMayAskWhileDefinitionsChange) {
  class Constant final : public ProjectModels {
   public:
    Result<std::vector<ModelDefinition>> list(std::string_view) override { return std::vector{model("mine", "^m$")}; }
  };
  Constant constant;
  auto shared = ModelCatalog::create(builtin_model_prices(), &constant, clock_, {.projects_max = 2, .names_max = 3});
  ASSERT_TRUE(shared);
  std::atomic<int> wrong = 0;
  std::vector<std::thread> threads;
  for (int t = 0; t < 4; ++t) {
    threads.emplace_back([&, t] {
      for (int i = 0; i < 500; ++i) {
        const std::string project = "p" + std::to_string(i % 3);
        const auto found = (*shared)->match(project, "m", kNow);
        if (!found || found->definition().id != "mine") ++wrong;
        if ((*shared)->match(project, "unknown-" + std::to_string(i % 5), kNow)) ++wrong;
        if (t == 0) (*shared)->forget_project(project);
      }
    });
  }
  for (std::thread& thread : threads)
    thread.join();
  EXPECT_EQ(wrong, 0);
}

TEST(BuiltinModels, KeepTheInvariantsOfTheContract) {
  const auto models = parse_model_prices(builtin_model_prices());
  ASSERT_TRUE(models) << models.error().message;
  EXPECT_EQ(models->size(), 167U);
  std::size_t tiers = 0;
  for (const ModelDefinition& one : *models)
    tiers += one.tiers.size();
  EXPECT_EQ(tiers, 251U);
}

TEST(BuiltinModels, AreFoundByTheNamesClientsSend) {
  const FakeClock clock(kNow);
  const auto catalog = ModelCatalog::create(builtin_model_prices(), nullptr, clock);
  ASSERT_TRUE(catalog);
  const std::pair<const char*, const char*> names[] = {
      {"gpt-4o-mini", "gpt-4o-mini"},
      {"openai/gpt-5.2", "gpt-5.2"},
      {"gpt-4-1106-vision-preview", "gpt-4-turbo-vision"},
      {"ft:gpt-3.5-turbo-1106:my-org::abc", "ft:gpt-3.5-turbo-1106"},
      {"claude-3-5-sonnet-20241022", "claude-3.5-sonnet-20241022"},
      {"eu.anthropic.claude-sonnet-4-5-20250929-v1:0", "claude-sonnet-4-5-20250929"},
      {"chat-bison@001", "chat-bison"},
      {"googleai/gemini-2.5-flash", "gemini-2.5-flash"},
  };
  for (const auto& [name, expected] : names) {
    const auto found = (*catalog)->match("p", name, kNow);
    ASSERT_TRUE(found) << name;
    EXPECT_EQ(found->definition().model_name, expected);
  }
  // Names overlap in pairs of similar models (gpt-4o, gpt-4o-mini, ...); none may be taken for another.
  for (const auto& one : (*catalog)->builtin()) {
    const auto found = (*catalog)->match("p", one->definition().model_name, kNow);
    if (found) EXPECT_EQ(found->definition().id, one->definition().id) << one->definition().model_name;
  }
}

TEST(BuiltinModels, ABrokenListIsRefused) {
  const auto list = [](std::string_view tiers, std::string_view pattern = "^m$") {
    return R"([{"id":"i","model":"m","match_pattern":")" + std::string(pattern) + R"(","tiers":[)" +
           std::string(tiers) + "]}]";
  };
  const std::string good = R"({"id":"t","name":"n","default":true,"priority":0,"conditions":[],"prices":{"input":1}})";
  EXPECT_TRUE(parse_model_prices(list(good)));
  for (const std::string& bad : {
           list(""),
           list(good + "," + good),
           list(good, "("),
           list(R"({"id":"t","name":"n","default":true,"priority":1,"conditions":[],"prices":{"input":1}})"),
           list(R"({"id":"t","name":"n","default":true,"priority":0,"conditions":[],"prices":{}})"),
           list(R"({"id":"t","name":"n","default":true,"priority":0,"conditions":[],"prices":{"input":-1}})"),
           list(good +
                R"(,{"id":"u","name":"o","default":false,"priority":1,"conditions":[{"usage_pattern":"x","op":"gt",)"
                R"("value":1}],"prices":{"output":1}})"),
           list(good +
                R"(,{"id":"u","name":"o","default":false,"priority":1,"conditions":[{"usage_pattern":"x","op":"??",)"
                R"("value":1}],"prices":{"input":1}})"),
           std::string("{}"),
       }) {
    EXPECT_FALSE(parse_model_prices(bad)) << bad;
  }
}

}  // namespace
}  // namespace clew::ingest
