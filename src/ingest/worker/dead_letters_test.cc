// Dead letters are kept until a person decides, within a bound that nobody crosses silently.
#include "ingest/worker/dead_letters.h"

#include <filesystem>

#include <gtest/gtest.h>

namespace clew::ingest {
namespace {

namespace fs = std::filesystem;

class DeadLetterStore : public testing::Test {
 protected:
  DeadLetterStore() {
    std::string pattern = fs::temp_directory_path() / "clew-letters-XXXXXX";
    dir_ = mkdtemp(pattern.data());
  }
  ~DeadLetterStore() override { fs::remove_all(dir_); }

  static DeadLetter letter(LogPosition position, const std::string& project, const std::string& reason = "refused") {
    return {.position = position,
            .project_id = project,
            .reason = reason,
            .error = "the store refuses this row",
            .failed_at_us = static_cast<TimeUs>(position) * 1'000,
            .source = "otlp",
            .attempts = 2};
  }

  std::string dir_;
};

TEST_F(DeadLetterStore, WhatWasKeptIsThereAfterARestart) {
  {
    DeadLetters letters(dir_);
    ASSERT_TRUE(letters.add(letter(5, "p1"), "record"));
    ASSERT_TRUE(letters.add(letter(5, "p1"), "another"));  // the same position again changes nothing
  }
  const DeadLetters letters(dir_);
  const auto found = letters.find(5);
  ASSERT_TRUE(found);
  EXPECT_EQ(found->project_id, "p1");
  EXPECT_EQ(found->source, "otlp");
  EXPECT_EQ(found->attempts, 2U);
  EXPECT_EQ(found->bytes, 6U);
  EXPECT_TRUE(found->has_payload);
  EXPECT_EQ(letters.record(5).value_or(""), "record");
  EXPECT_EQ(letters.totals().bytes, 6U);
  EXPECT_EQ(letters.totals().oldest_us, 5'000);
}

TEST_F(DeadLetterStore, PagesAreNewestFirstAndFiltered) {
  DeadLetters letters(dir_);
  for (LogPosition i = 1; i <= 9; ++i)
    ASSERT_TRUE(letters.add(letter(i, i % 2 == 0 ? "even" : "odd", i < 4 ? "undecodable" : "refused"), "x"));
  const auto first = letters.page({.project_id = "odd"}, 0, 2);
  ASSERT_EQ(first.size(), 2U);
  EXPECT_EQ(first[0].position, 9U);
  EXPECT_EQ(first[1].position, 7U);
  const auto next = letters.page({.project_id = "odd"}, first.back().position, 10);
  ASSERT_EQ(next.size(), 3U);
  EXPECT_EQ(next[0].position, 5U);
  EXPECT_EQ(letters.count({.reason = "undecodable"}), 3U);
  EXPECT_EQ(letters.count({.project_id = "even", .from_us = 4'000, .to_us = 8'000}), 2U);
}

TEST_F(DeadLetterStore, RemovedIsRemovedForGood) {
  {
    DeadLetters letters(dir_);
    ASSERT_TRUE(letters.add(letter(1, "p1"), "record"));
    ASSERT_TRUE(letters.remove(1));
    ASSERT_TRUE(letters.remove(1));
    EXPECT_EQ(letters.totals().bytes, 0U);
  }
  EXPECT_TRUE(fs::is_empty(dir_));
  EXPECT_EQ(DeadLetters(dir_).totals().letters, 0U);
}

TEST_F(DeadLetterStore, BeyondTheLimitTheHeadStaysAndTheLossIsSaid) {
  DeadLetters letters(dir_, {.bytes_max = 10, .project_share_max = 1, .letters_max = 3});
  ASSERT_TRUE(letters.add(letter(1, "p1"), "12345678"));
  const auto full = letters.add(letter(2, "p1"), "123456");
  ASSERT_FALSE(full);
  EXPECT_EQ(full.error().code, Errc::kOverloaded);
  const auto head = letters.find(2);
  ASSERT_TRUE(head);
  EXPECT_FALSE(head->has_payload);
  EXPECT_EQ(head->bytes, 6U);
  EXPECT_FALSE(letters.record(2));
  EXPECT_EQ(letters.totals().payloads_dropped, 1U);
  ASSERT_TRUE(letters.add(letter(3, "p1"), "12"));  // what fits still fits
  ASSERT_FALSE(letters.add(letter(4, "p1"), "1"));
  EXPECT_EQ(letters.totals().letters_dropped, 1U);
  EXPECT_TRUE(letters.record(1));  // nothing is evicted
}

TEST_F(DeadLetterStore, OneProjectLeavesRoomForOthers) {
  DeadLetters letters(dir_, {.bytes_max = 10, .project_share_max = 0.5});
  ASSERT_TRUE(letters.add(letter(1, "noisy"), "12345"));
  EXPECT_FALSE(letters.add(letter(2, "noisy"), "1"));
  EXPECT_TRUE(letters.add(letter(3, "quiet"), "12345"));
  ASSERT_TRUE(letters.remove(1));
  EXPECT_TRUE(letters.add(letter(4, "noisy"), "12345"));
}

}  // namespace
}  // namespace clew::ingest
