// A trace is found by its id whole, wherever its rows lie in time.
#include "query/trace_times.h"

#include <gtest/gtest.h>

#include "query/observation_reader.h"
#include "query/testing.h"
#include "query/trace_reader.h"

namespace clew::query {
namespace {

constexpr std::int64_t kDayMs = 86'400'000;

class TraceTimesTest : public testing::Test {
 protected:
  TraceTimes times(std::vector<std::string> ids, std::string_view project = "p") {
    auto read = TraceTimes::read(store_.engine(), project, ids);
    EXPECT_TRUE(read) << read.error().message;
    return read ? *std::move(read) : TraceTimes();
  }

  TestStore store_;
};

TEST_F(TraceTimesTest, ALateChildIsPartOfItsTrace) {
  store_.add("p", test_observation("t", "root"));
  ASSERT_TRUE(ObservationReader(store_.engine()).of_trace("p", "t", 10, {ObservationPart::kCore}));
  store_.add("p", test_observation("t", "late", "root", 3 * kDayMs));
  const auto rows = ObservationReader(store_.engine()).of_trace("p", "t", 10, {ObservationPart::kCore});
  ASSERT_TRUE(rows) << rows.error().message;
  EXPECT_EQ(rows->size(), 2U);
  const auto found = TraceReader(store_.engine()).find("p", "t", {TracePart::kTime});
  ASSERT_TRUE(found && found->has_value());
  EXPECT_EQ((*found)->timestamp_us, test_time());
  EXPECT_EQ(times({"t"}).range()->last_us, test_time(3 * kDayMs));
}

TEST_F(TraceTimesTest, ARowBeforeAllOthersWidensTheRange) {
  store_.add("p", test_observation("t", "child", "root", 5'000));
  store_.add("p", test_observation("t", "root"));
  EXPECT_EQ(times({"t"}).range()->first_us, test_time());
  EXPECT_EQ(times({"t"}).begun_before(test_time(1)), std::vector<std::string>{"t"});
  EXPECT_TRUE(times({"t"}).begun_before(test_time()).empty());
}

TEST_F(TraceTimesTest, TheSameIdInAnotherProjectIsAnotherTrace) {
  store_.add("p", test_observation("t", "root"));
  store_.add("q", test_observation("t", "root", {}, 9 * kDayMs));
  EXPECT_EQ(times({"t"}).range()->last_us, test_time());
  EXPECT_EQ(times({"t"}, "q").range()->first_us, test_time(9 * kDayMs));
  EXPECT_FALSE(times({"t"}, "r").range());
}

TEST_F(TraceTimesTest, ManyTracesFarApartAreAllInThePredicate) {
  std::vector<std::string> ids;
  for (int i = 0; i < 80; ++i) {
    ids.push_back("trace-" + std::to_string(i));
    store_.add("p", test_observation(ids.back(), "root", {}, i * 3'600'000));
  }
  const auto traces = TraceReader(store_.engine()).load("p", ids, {TracePart::kTime});
  ASSERT_TRUE(traces) << traces.error().message;
  EXPECT_EQ(traces->size(), 80U);
}

}  // namespace
}  // namespace clew::query
