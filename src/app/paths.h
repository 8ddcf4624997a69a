// Where things lie in the data directory, and where the engine library is looked for.
#pragma once

#include <string>

#include "base/result.h"
#include "config/settings.h"

namespace clew::app {

struct DataPaths {
  explicit DataPaths(std::string data_dir);

  std::string root;       // absolute
  std::string meta;       // meta.db
  std::string analytics;  // the engine's directory
  std::string log;        // ingest log
  std::string blobs;
  std::string dead_letters;
};

// The configured path, else libchdb.so beside the program, else where `./dev setup` puts it above the program.
// kUnavailable lists the places that were tried.
Result<std::string> find_engine_library(const config::AnalyticsSettings& settings);

}  // namespace clew::app
