// How much memory this process may use.
#pragma once

#include <cstdint>
#include <string>

namespace clew::app {

// The smallest limit of the control groups the process is in (version 2, or a version 1 memory group mounted at its
// usual place), and the machine's memory. `root` and `membership` are where the kernel shows them.
std::uint64_t memory_limit_bytes(const std::string& root = "/sys/fs/cgroup",
                                 const std::string& membership = "/proc/self/cgroup");

}  // namespace clew::app
