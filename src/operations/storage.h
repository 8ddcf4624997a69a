// How much the analytics store holds: by table as the engine says, by project as an estimate. Asked on demand and kept
// for a while, because the answer reads a column of every row.
#pragma once

#include <cstdint>
#include <mutex>
#include <optional>
#include <string>
#include <vector>

#include "analytics/engine.h"
#include "base/time.h"
#include "meta/database.h"

namespace clew::operations {

struct TableStorage {
  std::string table;
  std::uint64_t rows = 0;  // as stored: rows that an update has superseded count until they are merged away
  std::uint64_t parts = 0;
  std::uint64_t bytes = 0;  // on disk, compressed, with indexes
  std::uint64_t uncompressed_bytes = 0;
};

struct ProjectStorage {
  std::string project_id;
  std::string name;  // "" when the project is gone
  std::uint64_t observations = 0;
  std::uint64_t text_characters = 0;  // of input and output
  // An estimate: of the observations table by the project's share of its rows, of the payloads table by its share of
  // the text, of the other tables by its share of rows. Compression differs between projects, so it is no invoice.
  std::uint64_t estimated_bytes = 0;
};

struct MergeLoad {
  std::uint64_t running = 0;
  std::uint64_t bytes = 0;  // being merged, compressed
};

struct StorageReport {
  TimeUs taken_us = 0;
  std::vector<TableStorage> tables;      // largest first
  std::vector<ProjectStorage> projects;  // largest first, at most kProjectsMax
  std::uint64_t projects_total = 0;
  MergeLoad merges;
};

class StorageFacts {
 public:
  static constexpr std::size_t kProjectsMax = 200;

  StorageFacts(analytics::Engine& engine, meta::Database& database, const Clock& clock)
      : engine_(engine), database_(database), clock_(clock) {}

  // Blocks on the stores; at most once in `max_age_us` they are asked.
  Result<StorageReport> report(std::int64_t max_age_us);
  // Cheap: system tables only.
  Result<std::vector<TableStorage>> tables();
  Result<MergeLoad> merges();

 private:
  Result<std::vector<ProjectStorage>> projects(const std::vector<TableStorage>& tables);

  analytics::Engine& engine_;
  meta::Database& database_;
  const Clock& clock_;
  std::mutex mutex_;  // also so that only one question is under way
  std::optional<StorageReport> last_;
  std::int64_t last_at_us_ = 0;
};

}  // namespace clew::operations
