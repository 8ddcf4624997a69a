// clew doctor: opens every store with the settings of this machine and says what is wrong.
#include <cstdio>
#include <filesystem>

#include <fmt/format.h>
#include <sys/statvfs.h>

#include "app/paths.h"
#include "app/stores.h"
#include "cmd/commands.h"
#include "config/load.h"
#include "meta/migrations.h"

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
  if (auto database = app::open_database(settings, paths); !database) {
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
  }
  std::fputs(report.failures() == 0 ? "\nEverything works.\n" : "\nNot everything works.\n", stdout);
  return report.failures() == 0 ? 0 : 1;
}

}  // namespace clew::cmd
