#include "app/memory_limit.h"

#include <algorithm>
#include <fstream>

#include <unistd.h>

namespace clew::app {

namespace {

// Lowers `limit` to the number in `path`; "max" and files that are not there change nothing.
void lower_to(std::uint64_t& limit, const std::string& path) {
  std::ifstream file(path);
  std::uint64_t bytes = 0;
  if (file >> bytes && bytes > 0) limit = std::min(limit, bytes);
}

}  // namespace

std::uint64_t memory_limit_bytes(const std::string& root, const std::string& membership) {
  std::uint64_t limit =
      static_cast<std::uint64_t>(::sysconf(_SC_PHYS_PAGES)) * static_cast<std::uint64_t>(::sysconf(_SC_PAGESIZE));
  lower_to(limit, root + "/memory.max");  // a container sees its own group as the root
  lower_to(limit, root + "/memory/memory.limit_in_bytes");
  std::ifstream groups(membership);
  for (std::string line; std::getline(groups, line);) {
    if (!line.starts_with("0::/")) continue;
    for (std::string path = line.substr(3); path.size() > 1; path.resize(path.rfind('/')))
      lower_to(limit, root + path + "/memory.max");
  }
  return limit;
}

}  // namespace clew::app
