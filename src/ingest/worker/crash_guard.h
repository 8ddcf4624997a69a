// Remembers over a crash what was in process, so that a record that kills the process does not do so for ever: one that
// was in process at three crashes in a row is put aside before it is touched again.
//
// A crash is the process's own end by a signal (a bug, a failed assertion, a stack that ran over). Being killed is
// none: supervisors and power cuts hit innocent records, again and again when a machine is slow.
//
// A small file that is mapped into memory: what is written there survives the end of the process however it comes, at
// the price of a store to memory. (It need not survive a power cut, which is not the record's fault.) One thread.
#pragma once

#include <cstdint>
#include <string>

#include "base/result.h"
#include "ingest/log/log.h"

namespace clew::ingest {

class CrashGuard {
 public:
  static constexpr std::uint32_t kCrashesMax = 3;

  // What was in process when the last process ended without saying so; `crashes` 0: nothing.
  struct Suspects {
    LogPosition first = 0, last = 0;
    std::uint32_t crashes = 0;  // in a row
    bool contains(LogPosition position) const { return crashes > 0 && position >= first && position <= last; }
  };

  // Without a file (empty path, or one that cannot be made) it guards nothing.
  explicit CrashGuard(const std::string& path);
  ~CrashGuard();
  CrashGuard(const CrashGuard&) = delete;
  CrashGuard& operator=(const CrashGuard&) = delete;

  const Suspects& suspects() const { return suspects_; }
  // Whether this record must not be touched: it alone was in process at kCrashesMax crashes.
  bool condemns(LogPosition position) const;

  // For a thread that processes, too: lets the guard note a stack that ran over. enter() does it for its own.
  static void watch_this_thread();

  // `crashes`: of the suspect when it is processed alone, else 0.
  void enter(LogPosition first, LogPosition last, std::uint32_t crashes);
  // Nothing is in process any more.
  void leave();
  // In between enter() and leave(): nothing is done with it for a while, for a store is away.
  void pause() { leave(); }
  void resume();

 private:
  struct Page;
  Page* page_ = nullptr;
  Suspects suspects_;
};

}  // namespace clew::ingest
