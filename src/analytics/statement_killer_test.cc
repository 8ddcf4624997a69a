#include "analytics/statement_killer.h"

#include <atomic>

#include <gtest/gtest.h>

namespace clew::analytics {
namespace {

using Afterwards = StatementKiller::Afterwards;

// The call that sent a statement returns as soon as its reader has left; whoever asks the store to end it is slower.
TEST(StatementKiller, AStatementWhoseCallHasReturnedIsStillEnded) {
  std::atomic<int> asked = 0;
  StatementKiller killer(Afterwards::kMayGoOn, [&](const std::string& id) {
    EXPECT_EQ(id, "slow#1");
    ++asked;
    asked.notify_all();
  });
  std::stop_source reader;
  const std::stop_token stop = reader.get_token();
  {
    const StatementKiller::Watch watch(killer, "slow#1", &stop);
    reader.request_stop();
  }
  asked.wait(0);
  EXPECT_GT(asked, 0);
}

TEST(StatementKiller, NobodyIsAskedForAStatementThatEndedBeforeItsReaderLeft) {
  std::atomic<int> asked = 0;
  {
    StatementKiller killer(Afterwards::kMayGoOn, [&](const std::string&) { ++asked; });
    std::stop_source reader;
    const std::stop_token stop = reader.get_token();
    {
      const StatementKiller::Watch watch(killer, "brief#1", &stop);
    }
    reader.request_stop();
  }
  EXPECT_EQ(asked, 0);
}

}  // namespace
}  // namespace clew::analytics
