// What a limit would take from a project now, counted exactly. Changes nothing. Blocks on the stores.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "analytics/engine.h"
#include "base/time.h"
#include "meta/database.h"
#include "retention/deletions.h"

namespace clew::retention {

struct Outlook {
  TimeUs before_us = 0;
  std::int64_t observations = 0;
  std::int64_t text_bytes = 0;  // of their inputs and outputs
  std::int64_t traces = 0;      // that lose observations
  std::int64_t scores = 0;
  Kept files;
  std::optional<TimeUs> oldest_us;  // of all observations, whatever the limit
};

// kInvalidArgument: `days` is no limit (1 to 36,500).
Result<Outlook> count_older(analytics::Engine& engine, const std::vector<Followers>& followers,
                            std::string_view project_id, std::int64_t days, TimeUs now);

struct ProjectOutlook {
  std::string project_id, name;
  std::int64_t days = 0;  // 0: keeps its data for ever; nothing was counted
  Outlook outlook;
};

// The same for every project that is not deleted, or the one named (kNotFound), with its own limit or with `days`
// instead.
Result<std::vector<ProjectOutlook>> dry_run(analytics::Engine& engine, meta::Database& database,
                                            const std::vector<Followers>& followers,
                                            const std::optional<std::string>& project_id,
                                            std::optional<std::int64_t> days, TimeUs now);

}  // namespace clew::retention
