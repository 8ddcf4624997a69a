// Who waits for whom: a project that floods waits for itself.
#include "ingest/worker/fair_queue.h"

#include <algorithm>

#include <gtest/gtest.h>

namespace clew::ingest {
namespace {

LogRecord record(LogPosition position, std::uint32_t owner, std::size_t bytes = 10) {
  return {.position = position, .bytes = bytes, .owner = owner};
}

std::vector<LogPosition> positions(const std::vector<LogRecord>& records) {
  std::vector<LogPosition> out;
  for (const LogRecord& each : records)
    out.push_back(each.position);
  return out;
}

TEST(FairQueue, OneOwnerIsServedInLogOrder) {
  FairQueue queue(0);
  for (LogPosition position = 1; position <= 5; ++position)
    queue.add(record(position, 7));
  EXPECT_EQ(positions(queue.take(30, 5, 100)), (std::vector<LogPosition>{1, 2, 3}));
  EXPECT_EQ(positions(queue.take(1000, 5, 100)), (std::vector<LogPosition>{4, 5}));
  EXPECT_TRUE(queue.empty());
}

TEST(FairQueue, AFloodDoesNotHoldOthersUp) {
  FairQueue queue(0);
  for (LogPosition position = 1; position <= 1000; ++position)
    queue.add(record(position, 1));
  for (LogPosition position = 1001; position <= 1009; ++position)
    queue.add(record(position, static_cast<std::uint32_t>(position)));
  const auto first = positions(queue.take(100'000, 200, 1000));
  for (LogPosition position = 1001; position <= 1009; ++position)
    EXPECT_NE(std::find(first.begin(), first.end(), position), first.end()) << position;
  EXPECT_EQ(first.front(), 1U);
  EXPECT_LE(first.size(), 20U);
}

TEST(FairQueue, WhatSmallOwnersLeaveGoesToTheOthers) {
  FairQueue queue(0);
  for (LogPosition position = 1; position <= 100; ++position)
    queue.add(record(position, 1));
  queue.add(record(101, 2));
  EXPECT_EQ(queue.take(1000, 500, 1000).size(), 50U);
}

TEST(FairQueue, OneRecordLargerThanAFlushIsTaken) {
  FairQueue queue(0);
  queue.add(record(1, 1, 1'000'000));
  queue.add(record(2, 2, 1'000'000));
  EXPECT_EQ(queue.take(10, 10, 100).size(), 1U);
  EXPECT_EQ(queue.take(10, 10, 100).size(), 1U);
  EXPECT_TRUE(queue.empty());
}

TEST(FairQueue, OnlyWhatHasNoGapBeforeItIsAcknowledged) {
  FairQueue queue(0);
  queue.add(record(1, 1));
  queue.add(record(2, 2));
  queue.add(record(3, 1));
  auto some = queue.take(1000, 1000, 100);
  ASSERT_EQ(some.size(), 3U);
  EXPECT_EQ(queue.stored({some[2]}), 0U);
  EXPECT_EQ(queue.stored({some[0]}), 1U);
  EXPECT_EQ(queue.stored({some[1]}), 3U);
}

TEST(FairQueue, WhatIsPutBackComesAgainInOrder) {
  FairQueue queue(0);
  for (LogPosition position = 1; position <= 4; ++position)
    queue.add(record(position, static_cast<std::uint32_t>(position % 2)));
  const auto taken = queue.take(1000, 1000, 100);
  queue.put_back(taken);
  EXPECT_EQ(positions(queue.take(1000, 1000, 100)), (std::vector<LogPosition>{1, 2, 3, 4}));
}

TEST(FairQueue, ASuspectIsTakenAloneFromWhicheverOwnerHasIt) {
  FairQueue queue(0);
  queue.add(record(1, 1));
  queue.add(record(5, 2));
  EXPECT_EQ(positions(queue.take_one_within(4, 6)), (std::vector<LogPosition>{5}));
  EXPECT_TRUE(queue.take_one_within(4, 6).empty());
}

}  // namespace
}  // namespace clew::ingest
