// Sessions: what the traces with one session id have in common. Every method blocks and may be called from any thread.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "analytics/engine.h"
#include "base/time.h"

namespace clew::query {

struct SessionRecord {
  std::string id;
  TimeUs created_at_us = 0;  // when its first trace began
  std::string environment;   // the newest
};

struct SessionFilter {
  std::optional<TimeUs> from_us, to_us;   // of created_at, half open
  std::vector<std::string> environments;  // empty = any
};

class SessionReader {
 public:
  explicit SessionReader(analytics::Engine& engine) : engine_(engine) {}

  // Newest first, ties by id.
  Result<std::vector<SessionRecord>> list(std::string_view project_id, const SessionFilter& filter, std::size_t offset,
                                          std::size_t limit);
  Result<std::uint64_t> count(std::string_view project_id, const SessionFilter& filter);
  Result<std::optional<SessionRecord>> find(std::string_view project_id, std::string_view id);

 private:
  analytics::Engine& engine_;
};

}  // namespace clew::query
