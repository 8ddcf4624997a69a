#include "query/facets.h"

#include <map>

#include <gtest/gtest.h>

#include "query/testing.h"

namespace clew::query {
namespace {

class FacetTest : public testing::Test {
 protected:
  static void SetUpTestSuite() { suite_store_ = new TestStore; }
  static void TearDownTestSuite() {
    delete suite_store_;
    suite_store_ = nullptr;
  }
  FacetTest() {
    for (int i = 0; i < 4; ++i) {
      auto o = test_observation("t" + std::to_string(i), "s" + std::to_string(i), "", i * 60'000);
      o.environment = i == 3 ? "staging" : "production";
      o.level = i == 0 ? domain::Level::kError : domain::Level::kDefault;
      o.tags = i < 2 ? std::vector<std::string>{"a", "b"} : std::vector<std::string>{"b"};
      o.model = i == 1 ? "gpt" : "";
      if (i == 1) o.total_cost = 3'000'000'000'000;
      if (i == 2) o.end_time_us.reset();
      store_.add(project_, o);
      store_.add(project_, o);  // a repeated row must not count twice
    }
    store_.add(other_, test_observation("theirs", "x"));
  }

  static const Facet& named(const std::vector<Facet>& facets, std::string_view name) {
    for (const Facet& facet : facets) {
      if (facet.field == name) return facet;
    }
    ADD_FAILURE() << "no facet " << name;
    return facets.front();
  }
  static std::map<std::string, std::uint64_t> counts(const Facet& facet) {
    std::map<std::string, std::uint64_t> result;
    for (const auto& [value, count] : facet.values)
      result[value] = count;
    return result;
  }
  template <class Filter>
  static Filter range() {
    Filter filter;
    filter.from_us = test_time(-60'000);
    filter.to_us = test_time(3'600'000);
    return filter;
  }

  // One store for all tests, a pair of projects for each.
  static inline TestStore* suite_store_ = nullptr;
  static inline int tests_ = 0;
  TestStore& store_ = *suite_store_;
  const std::string project_ = "project-" + std::to_string(++tests_);
  const std::string other_ = project_ + "-other";  // after project_ in every order
  FacetReader reader_{store_.engine()};
};

using Counts = std::map<std::string, std::uint64_t>;

TEST_F(FacetTest, CountsTracesByValue) {
  auto facets = reader_.of_traces(project_, range<TraceFilter>());
  ASSERT_TRUE(facets) << facets.error().message;
  EXPECT_EQ(counts(named(*facets, "environment")), (Counts{{"production", 3}, {"staging", 1}}));
  EXPECT_EQ(counts(named(*facets, "tags")), (Counts{{"a", 2}, {"b", 4}}));
  EXPECT_EQ(counts(named(*facets, "level")), (Counts{{"ERROR", 1}, {"DEFAULT", 3}}));
  EXPECT_EQ(counts(named(*facets, "model")), (Counts{{"gpt", 1}}));
  EXPECT_EQ(counts(named(*facets, "state")), (Counts{{"running", 1}, {"ended", 3}}));
  const Facet& cost = named(*facets, "totalCost");
  EXPECT_EQ(cost.min, 3.0);
  ASSERT_EQ(cost.histogram.size(), 1U);
  EXPECT_EQ(cost.histogram[0].from, 2.0);
  EXPECT_EQ(cost.histogram[0].to, 4.0);
}

TEST_F(FacetTest, AFacetIgnoresItsOwnFilter) {
  auto filter = range<TraceFilter>();
  filter.conditions = {any_of(Field::kEnvironment, {"staging"})};
  auto facets = reader_.of_traces(project_, filter);
  ASSERT_TRUE(facets) << facets.error().message;
  EXPECT_EQ(counts(named(*facets, "environment")), (Counts{{"production", 3}, {"staging", 1}}));
  EXPECT_EQ(counts(named(*facets, "tags")), (Counts{{"b", 1}}));
}

TEST_F(FacetTest, CountsObservationsByValue) {
  auto filter = range<ObservationFilter>();
  filter.conditions = {any_of(Field::kLevel, {"DEFAULT"})};
  auto facets = reader_.of_observations(project_, filter);
  ASSERT_TRUE(facets) << facets.error().message;
  EXPECT_EQ(counts(named(*facets, "type")), (Counts{{"SPAN", 3}}));
  EXPECT_EQ(counts(named(*facets, "level")), (Counts{{"ERROR", 1}, {"DEFAULT", 3}}));
  EXPECT_EQ(counts(named(*facets, "tags")), (Counts{{"a", 1}, {"b", 3}}));
}

TEST_F(FacetTest, TheNewestRowsOfTheProjectBeginWhereTheyDo) {
  FacetReader none(store_.engine(), 0), one(store_.engine(), 1), many(store_.engine(), 100);
  EXPECT_EQ(*none.newest_begin(project_, {}, {}), test_time(180'000));
  EXPECT_EQ(*none.newest_begin(project_, {}, test_time(100'000)), test_time(60'000)) << "within the range";
  EXPECT_EQ(*none.newest_begin(project_, test_time(200'000), {}), std::nullopt);
  EXPECT_EQ(*many.newest_begin(project_, {}, {}), std::nullopt) << "all of them are looked at";
  EXPECT_EQ(*one.newest_begin(other_, {}, {}), std::nullopt) << "rows of another project do not count";
}

TEST_F(FacetTest, PulseCoversTheRangeWithoutGaps) {
  auto filter = range<TraceFilter>();
  auto pulse = reader_.pulse_of_traces(project_, filter);
  ASSERT_TRUE(pulse) << pulse.error().message;
  EXPECT_EQ(pulse->bucket_us, 60'000'000);
  EXPECT_EQ(pulse->buckets.size(), 62U);
  std::uint64_t count = 0, errors = 0;
  for (const PulseBucket& bucket : pulse->buckets)
    count += bucket.count, errors += bucket.errors;
  EXPECT_EQ(count, 4U);
  EXPECT_EQ(errors, 1U);
  EXPECT_EQ(pulse->buckets[1].count, 1U);

  auto observation_range = range<ObservationFilter>();
  auto observations = reader_.pulse_of_observations(project_, observation_range);
  ASSERT_TRUE(observations) << observations.error().message;
  EXPECT_EQ(observations->buckets[1].errors, 1U);
}

TEST_F(FacetTest, EarliestIsOfThisProjectOnly) {
  auto earliest = reader_.earliest(project_);
  ASSERT_TRUE(earliest) << earliest.error().message;
  EXPECT_EQ(*earliest, test_time());
  auto none = reader_.earliest("nobody");
  ASSERT_TRUE(none) << none.error().message;
  EXPECT_FALSE(none->has_value());
}

}  // namespace
}  // namespace clew::query
