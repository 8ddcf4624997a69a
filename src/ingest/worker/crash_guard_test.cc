// REL-40: what was in process at three crashes in a row is known as such, and nothing else is.
#include "ingest/worker/crash_guard.h"

#include <csignal>
#include <filesystem>

#include <gtest/gtest.h>
#include <sys/wait.h>
#include <unistd.h>

namespace clew::ingest {
namespace {

class Guard : public testing::Test {
 protected:
  Guard() : path_(std::filesystem::temp_directory_path() / ("clew-guard-" + std::to_string(getpid()))) {}
  ~Guard() override { std::filesystem::remove(path_); }

  // A process that dies while it has these in process.
  void crash(LogPosition first, LogPosition last, std::uint32_t crashes, int by = SIGABRT) {
    const pid_t child = fork();
    if (child == 0) {
      CrashGuard guard(path_);
      guard.enter(first, last, crashes);
      kill(getpid(), by);
      _exit(9);
    }
    int status = 0;
    waitpid(child, &status, 0);
  }

  std::string path_;
};

TEST_F(Guard, RemembersOverACrashWhatWasInProcess) {
  EXPECT_EQ(CrashGuard(path_).suspects().crashes, 0U);
  crash(10, 19, 0);
  const CrashGuard guard(path_);
  EXPECT_EQ(guard.suspects().crashes, 1U);
  EXPECT_TRUE(guard.suspects().contains(10) && guard.suspects().contains(19));
  EXPECT_FALSE(guard.suspects().contains(9) || guard.suspects().contains(20));
  EXPECT_FALSE(guard.condemns(10));
}

TEST_F(Guard, CondemnsOneRecordAfterThreeCrashesAndNeverAGroup) {
  crash(10, 19, 0);
  crash(12, 12, 1);
  EXPECT_FALSE(CrashGuard(path_).condemns(12));
  crash(12, 12, 2);
  {
    const CrashGuard guard(path_);
    EXPECT_TRUE(guard.condemns(12));
    EXPECT_FALSE(guard.condemns(13));
  }
  crash(10, 19, 7);
  EXPECT_FALSE(CrashGuard(path_).condemns(12));
}

TEST_F(Guard, WhatWasFinishedOrWaitedForAStoreIsNoSuspect) {
  {
    CrashGuard guard(path_);
    guard.enter(1, 2, 0);
    guard.leave();
  }
  EXPECT_EQ(CrashGuard(path_).suspects().crashes, 0U);
}

TEST_F(Guard, BeingKilledIsNoCrash) {
  for (int i = 0; i < 5; ++i)
    crash(10, 10, 0, SIGKILL);
  EXPECT_EQ(CrashGuard(path_).suspects().crashes, 0U);
  crash(10, 10, 2, SIGKILL);
  EXPECT_FALSE(CrashGuard(path_).condemns(10));
}

TEST_F(Guard, AFileThatCannotBeMadeGuardsNothing) {
  CrashGuard guard("/proc/no-such-place/guard");
  guard.enter(1, 1, 2);
  guard.leave();
  EXPECT_FALSE(guard.condemns(1));
}

}  // namespace
}  // namespace clew::ingest
