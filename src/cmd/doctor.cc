// clew doctor: opens every store with the settings of this machine and says what is wrong.
#include <cstdio>
#include <filesystem>

#include <fmt/format.h>
#include <sys/statvfs.h>

#include "app/paths.h"
#include "app/stores.h"
#include "cmd/commands.h"
#include "config/load.h"
#include "ingest/worker/dead_letters.h"
#include "meta/migrations.h"
#include "operations/storage.h"

namespace clew::cmd {

namespace {

class Report {
 public:
  void good(const std::string& what) { std::fputs(("  ok    " + what + "\n").c_str(), stdout); }
  void bad(const std::string& what, const std::string& why) {
    std::fputs(("  FAIL  " + what + ": " + why + "\n").c_str(), stdout);
    ++failures_;
  }
  int failures() const { return failures_; }

 private:
  int failures_ = 0;
};

void check_disk(Report& report, const app::DataPaths& paths, const config::IngestSettings& ingest) {
  std::error_code ec;
  std::filesystem::create_directories(paths.root, ec);
  struct statvfs info{};
  if (ec || statvfs(paths.root.c_str(), &info) != 0) {
    return report.bad("data directory " + paths.root, ec ? ec.message() : "cannot be examined");
  }
  const double free = static_cast<double>(info.f_bavail) * static_cast<double>(info.f_frsize);
  const double share = 100.0 * static_cast<double>(info.f_bavail) / static_cast<double>(info.f_blocks);
  const std::string what =
      fmt::format("data directory {}: {:.1f} GiB free ({:.0f} %)", paths.root, free / (1U << 30), share);
  if (free < static_cast<double>(ingest.disk_free_bytes_min) ||
      share < static_cast<double>(ingest.disk_free_percent_min)) {
    return report.bad(what, "ingestion refuses data until there is more");
  }
  report.good(what);
}

// What waits for a person or for the next start.
void check_ingestion(Report& report, const app::DataPaths& paths, const config::IngestSettings& ingest) {
  const ingest::DeadLetters letters(paths.dead_letters, {.bytes_max = ingest.dead_letter_bytes_max});
  const ingest::DeadLetterTotals totals = letters.totals();
  const std::string what =
      fmt::format("dead letters: {}, {:.1f} of {:.1f} MiB", totals.letters,
                  static_cast<double>(totals.bytes) / (1U << 20), static_cast<double>(totals.bytes_max) / (1U << 20));
  if (totals.letters > 0) {
    report.bad(what, "they wait for a decision on the operator's page");
  } else {
    report.good(what);
  }
  std::error_code ec;
  if (std::filesystem::exists(paths.log + "/quarantine", ec)) {
    report.bad("ingest log " + paths.log, "damaged records were moved to quarantine/");
  }
}

// As the operator's page shows it.
void check_storage(Report& report, analytics::Engine& engine, meta::Database& database) {
  const SystemClock clock;
  operations::StorageFacts storage(engine, database, clock);
  const auto tables = storage.tables();
  if (!tables) return report.bad("tables", tables.error().message);
  std::uint64_t bytes = 0, rows = 0;
  for (const operations::TableStorage& table : *tables) {
    bytes += table.bytes;
    if (table.table == "observations") rows = table.rows;
  }
  report.good(fmt::format("stored: {} observations, {:.1f} MiB in {} tables", rows,
                          static_cast<double>(bytes) / (1U << 20), tables->size()));
}

}  // namespace

int doctor(std::vector<std::string> arguments) {
  auto loaded = config::load(config::process_sources(std::move(arguments)));
  Report report;
  if (!loaded) {
    report.bad("settings", loaded.error().message);
    return 1;
  }
  const config::Settings& settings = *loaded->settings;
  report.good("settings");
  for (const config::Notice& notice : loaded->notices)
    std::fputs(("  note  " + notice.text + "\n").c_str(), stdout);
  const app::DataPaths paths(settings.data_dir);
  check_disk(report, paths, settings.ingest);
  check_ingestion(report, paths, settings.ingest);
  auto database = app::open_database(settings, paths);
  if (!database) {
    report.bad("relational store", database.error().message);
  } else if (auto pending = meta::pending_migrations(**database); !pending) {
    report.bad("relational store " + (*database)->description(), pending.error().message);
  } else {
    report.good(fmt::format("relational store {}, {} migrations pending", (*database)->description(), pending->size()));
  }
  if (auto engine = app::open_engine(settings, paths); !engine) {
    report.bad("analytics store", engine.error().message + " (stop a running Clew on this directory first)");
  } else if (auto one = (*engine)->select("doctor", "SELECT 1", analytics::SystemParams()); !one) {
    report.bad("analytics store " + (*engine)->description(), one.error().message);
  } else {
    report.good("analytics store " + (*engine)->description());
    if (database) check_storage(report, **engine, **database);
  }
  std::fputs(report.failures() == 0 ? "\nEverything works.\n" : "\nNot everything works.\n", stdout);
  return report.failures() == 0 ? 0 : 1;
}

}  // namespace clew::cmd
