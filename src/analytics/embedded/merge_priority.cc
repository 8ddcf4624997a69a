#include "analytics/embedded/merge_priority.h"

#include <algorithm>
#include <charconv>
#include <filesystem>
#include <fstream>
#include <string>

#include <sys/resource.h>

namespace clew::analytics {

std::size_t lower_merge_priority() {
  constexpr int kLowest = 19;
  const int niceness = std::min(kLowest, ::getpriority(PRIO_PROCESS, 0) + kMergeNiceness);
  std::size_t found = 0;
  std::error_code ec;
  for (const auto& task : std::filesystem::directory_iterator("/proc/self/task", ec)) {
    std::ifstream in(task.path() / "comm");
    std::string name;
    if (!std::getline(in, name) || name != "MergeMutate") continue;
    const std::string id = task.path().filename();
    ::id_t number = 0;
    std::from_chars(id.data(), id.data() + id.size(), number);
    if (::setpriority(PRIO_PROCESS, number, niceness) == 0) ++found;
  }
  return found;
}

}  // namespace clew::analytics
