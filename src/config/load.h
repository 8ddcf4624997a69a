// From command line, environment and file to Settings. Order: default < file < environment < flag.
#pragma once

#include <functional>
#include <map>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "config/settings.h"
#include "config/table.h"

namespace clew::config {

struct Sources {
  // --data-dir DIR, --listen HOST:PORT, --web-dir DIR, --config FILE, --log-level LEVEL, --set KEY=VALUE; also --x=y.
  std::vector<std::string> arguments;
  std::map<std::string, std::string> environment;
  // Reads a file: the config file, NAME_FILE variables, file:// references.
  std::function<Result<std::string>(const std::string& path)> read_file;
};

// The environment of the process, and files of the disk.
Sources process_sources(std::vector<std::string> arguments);

// Something worth a line in the log, at start.
struct Notice {
  enum class Level : std::uint8_t { kInfo, kWarn, kError };
  Level level = Level::kWarn;
  std::string text;
};

struct Loaded {
  std::unique_ptr<Settings> settings;  // what `table` points into
  Table table;                         // with the origin of each value
  std::vector<Notice> notices;
};

// On failure every problem found, one per line, each with the name it was given under and what was expected; secret
// values never appear.
Result<Loaded> load(const Sources& sources);

// `clew config print`: effective values with their origin, secrets masked.
std::string print(const Table& table);
// `clew config explain NAME`; `name` is a key or a variable. kNotFound names the nearest.
Result<std::string> explain(const Table& table, std::string_view name);
// docs/configuration.md.
std::string documentation();

}  // namespace clew::config
