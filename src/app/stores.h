// The four ports with the implementation that the settings choose; schemas brought up to date.
#pragma once

#include <functional>
#include <memory>

#include "analytics/engine.h"
#include "app/paths.h"
#include "base/time.h"
#include "config/settings.h"
#include "ingest/log/segment_log.h"
#include "meta/database.h"

namespace clew::app {

struct Stores {
  std::unique_ptr<meta::Database> database;
  std::unique_ptr<analytics::Engine> engine;
  std::unique_ptr<ingest::SegmentLog> log;
};

// What the ingest log calls for its disk; see SegmentLogOptions.
struct DiskHooks {
  std::function<int(int)> sync_data;
  std::move_only_function<void(const Error&)> on_disk_failure;
};

// Opens and migrates. Every error says which store and what to do.
Result<Stores> open_stores(const config::Settings& settings, const DataPaths& paths, const Clock& clock,
                           DiskHooks disk);

Result<std::unique_ptr<meta::Database>> open_database(const config::Settings& settings, const DataPaths& paths);
Result<std::unique_ptr<analytics::Engine>> open_engine(const config::Settings& settings, const DataPaths& paths);

}  // namespace clew::app
