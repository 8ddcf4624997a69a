// The embedded relational store: one SQLite file in WAL mode with full synchronisation, so that what a call reported as
// done survives a power cut. One connection writes, a few read beside it.
#pragma once

#include <filesystem>
#include <memory>

#include "base/result.h"
#include "meta/database.h"

namespace clew::meta {

struct SqliteOptions {
  std::filesystem::path file;  // created when missing, mode 0600; its folder must exist
  std::size_t readers = 4;
  int busy_timeout_ms = 5000;  // how long to wait for another process or for our own writer
};

// kUnavailable: the file cannot be opened. kCorruption: it is not a database.
Result<std::unique_ptr<Database>> open_sqlite(const SqliteOptions& options);

}  // namespace clew::meta
