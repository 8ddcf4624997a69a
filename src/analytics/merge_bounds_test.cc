// The bound on merges: small parts stay as they are, and their number stays bounded all the same.
#include "analytics/embedded/merge_bounds.h"

#include <filesystem>
#include <fstream>

#include <gtest/gtest.h>
#include <sys/resource.h>

#include "analytics/embedded/merge_priority.h"
#include "analytics/testing.h"

namespace clew::analytics {
namespace {

TEST(MergeBounds, GrowWithTheNumberOfPartsUntilNothingIsHeldBack) {
  const std::uint64_t few = MergeBounds::bytes_max("payloads", 0);
  EXPECT_LT(few, 1'000'000'000U);
  EXPECT_EQ(MergeBounds::bytes_max("payloads", 199), few);
  EXPECT_EQ(MergeBounds::bytes_max("payloads", 200), 4 * few);
  EXPECT_EQ(MergeBounds::bytes_max("payloads", 400), 16 * few);
  EXPECT_EQ(MergeBounds::bytes_max("payloads", 3'000), 10'000'000'000U) << "the store refuses inserts at 3,000 parts";
}

TEST(MergeBounds, LeaveSmallTablesAlone) {
  EXPECT_EQ(MergeBounds::bytes_max("scores", 5'000), 0U);
}

TEST(MergeBounds, AreSetByTheFirstInsert) {
  TestEngine engine;
  if (engine->description().find("in process") == std::string::npos) GTEST_SKIP() << "a server is its operator's";
  NativeBlock block({{"project_id", "String"}, {"trace_id", "String"}, {"start_time", "DateTime64(6, 'UTC')"}});
  block[0].text("p");
  block[1].text("t");
  block[2].fixed<std::int64_t>(1'700'000'000'000'000);
  ASSERT_TRUE(engine->insert("payloads", block, {}));
  const auto rows =
      engine->select("table", "SELECT engine_full FROM system.tables WHERE name = 'payloads'", SystemParams(), {});
  ASSERT_TRUE(rows);
  ASSERT_EQ(rows->size(), 1U);
  EXPECT_NE(std::string(rows->text(0, 0)).find("max_bytes_to_merge_at_max_space_in_pool = 150000000"),
            std::string::npos)
      << rows->text(0, 0);
}

TEST(MergePriority, IsBelowThatOfInserts) {
  TestEngine engine;
  if (engine->description().find("in process") == std::string::npos) GTEST_SKIP() << "a server is its operator's";
  std::size_t merging = 0;
  for (const auto& task : std::filesystem::directory_iterator("/proc/self/task")) {
    std::ifstream comm(task.path() / "comm");
    std::string name;
    if (!std::getline(comm, name) || name != "MergeMutate") continue;
    ++merging;
    EXPECT_EQ(getpriority(PRIO_PROCESS, static_cast<id_t>(std::stoi(task.path().filename()))),
              getpriority(PRIO_PROCESS, 0) + kMergeNiceness);
  }
  EXPECT_GT(merging, 0U);
}

}  // namespace
}  // namespace clew::analytics
