// How large the parts are that the engine may make by merging. Merging is the larger half of what a span costs, and
// every pass over its text costs as much as writing it; a part that is large enough gains nothing by growing. So the
// parts of the large tables stay small (by then most are of a few minutes, and a read for a time opens few) until a
// month has many of them; then the bound grows by steps, so that their number stays bounded at any volume.
//
// Only in process: a ClickHouse server is its operator's. See docs/decisions/0042.
#pragma once

#include <cstdint>
#include <map>
#include <mutex>
#include <string>
#include <string_view>

#include "analytics/engine.h"

namespace clew::analytics {

class MergeBounds {
 public:
  // The largest part that merging may make in a table whose fullest month has so many parts; 0: not bounded here.
  static std::uint64_t bytes_max(std::string_view table, std::uint64_t parts);

  // After each insert: looks at the parts of the table now and then, and sets the bound when it must move. Any thread.
  // An error is tried again at the next insert.
  void inserted(std::string_view table, Engine& engine);

 private:
  void look_at(std::string_view table, Engine& engine);

  struct Bound {
    std::uint32_t inserts = 0;  // since the last look
    std::uint64_t bytes = 0;    // as set by this process
  };
  std::mutex mutex_;
  std::map<std::string, Bound, std::less<>> bounds_;
};

}  // namespace clew::analytics
