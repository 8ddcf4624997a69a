#include "app/memory_limit.h"

#include <filesystem>
#include <fstream>

#include <gtest/gtest.h>

#include "base/text.h"

namespace clew::app {
namespace {

class MemoryLimit : public testing::Test {
 protected:
  MemoryLimit() { std::filesystem::create_directories(root_); }
  ~MemoryLimit() override { std::filesystem::remove_all(root_); }
  void write(const std::string& path, const std::string& text) {
    std::filesystem::create_directories(std::filesystem::path(root_ + path).parent_path());
    std::ofstream(root_ + path) << text << '\n';
  }
  std::uint64_t limit() const { return memory_limit_bytes(root_, root_ + "/membership"); }

  const std::string root_ = testing::TempDir() + "memory-limit-" + text::random_hex(6);
};

TEST_F(MemoryLimit, IsTheMachinesWithoutAGroup) {
  EXPECT_GT(limit(), 64ULL << 20);
  write("/memory.max", "max");
  EXPECT_EQ(limit(), memory_limit_bytes(root_, "/no/such/file"));
}

TEST_F(MemoryLimit, IsTheSmallestOfTheGroupsAboveTheProcess) {
  write("/membership", "0::/system/clew");
  write("/system/clew/memory.max", "max");
  EXPECT_GT(limit(), 20'000'000U);
  write("/system/memory.max", "20000000");
  EXPECT_EQ(limit(), 20'000'000U);
  write("/system/clew/memory.max", "10000000");
  EXPECT_EQ(limit(), 10'000'000U);
}

TEST_F(MemoryLimit, OfAContainerIsItsRoots) {
  write("/membership", "0::/");
  write("/memory.max", "30000000");
  EXPECT_EQ(limit(), 30'000'000U);
}

TEST_F(MemoryLimit, OfTheOldHierarchyCountsToo) {
  write("/memory/memory.limit_in_bytes", "40000000");
  EXPECT_EQ(limit(), 40'000'000U);
}

}  // namespace
}  // namespace clew::app
