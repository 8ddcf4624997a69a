// What a server costs, seen from outside: CPU time of the whole process, memory, bytes on disk.
#pragma once

#include <cstdint>
#include <string>

#include "base/result.h"

namespace clew::bench {

// CPU time of a process in microseconds: all its threads, also those that have ended. Resolution 10 ms.
// kNotFound: no such process.
Result<std::int64_t> cpu_us(int pid);

struct Memory {
  double now_mb = 0, peak_mb = 0;
};
Result<Memory> memory(int pid);

// Waits until the process used less than 3 % of a core over the last three seconds, at most `seconds_max`. False when
// it was still busy then.
Result<bool> wait_until_idle(int pid, int seconds_max);

struct DiskUse {
  std::uint64_t bytes = 0;           // allocated below the directory, everything
  std::uint64_t outdated_bytes = 0;  // of it parts of the analytics store that merges have replaced (it deletes them
                                     // eight minutes later)
  std::uint64_t log_bytes = 0;       // of it segments of the ingest log, preallocated and reused
  // How often a stored byte has been merged so far, on average over the live parts. Runs whose figures differ here
  // cannot be compared: a short one may end before its first merge.
  double merge_passes = 0;
};
DiskUse disk_use(const std::string& dir);

}  // namespace clew::bench
