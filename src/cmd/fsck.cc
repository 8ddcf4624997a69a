// clew fsck: reads every byte of a stopped Clew's data directory and says what is damaged, and where. Changes nothing.
//
// Exit status: 0 all good, or only what the next start mends without loss; 1 damage (with --strict: anything at all);
// 2 it could not be looked at.
#include <cstdio>

#include <fmt/format.h>

#include "app/paths.h"
#include "app/stores.h"
#include "cmd/commands.h"
#include "config/load.h"
#include "ingest/log/inspection.h"

namespace clew::cmd {

namespace {

// A part of 10 GB is read at some hundred MB a second.
constexpr int kTableMs = 3'600'000;

class Findings {
 public:
  void good(const std::string& what) { line("ok      ", what); }
  void harmless(const std::string& what) { ++harmless_, line("mends   ", what); }
  void damage(const std::string& what) { ++damages_, line("DAMAGED ", what); }
  void unreadable(const std::string& what) { ++unreadable_, line("FAILED  ", what); }

  int status(bool strict) const {
    if (unreadable_ > 0) return 2;
    return damages_ > 0 || (strict && harmless_ > 0) ? 1 : 0;
  }

 private:
  static void line(const char* mark, const std::string& what) { std::printf("  %s%s\n", mark, what.c_str()); }
  int harmless_ = 0, damages_ = 0, unreadable_ = 0;
};

void check_log(Findings& findings, const std::string& dir) {
  const auto log = ingest::inspect_log(dir);
  if (!log) return findings.unreadable("ingest log: " + log.error().message);
  for (const ingest::LogDamage& damage : log->damage) {
    const bool harmless =
        damage.kind == ingest::LogDamage::Kind::kTornTail || damage.kind == ingest::LogDamage::Kind::kCheckpoint;
    harmless ? findings.harmless(damage.text()) : findings.damage(damage.text());
  }
  findings.good(fmt::format("ingest log {}: {} segments, {} records, {} of them not stored yet", dir, log->segments,
                            log->records, log->records_open));
}

void check_database(Findings& findings, const config::Settings& settings, const app::DataPaths& paths) {
  auto database = app::open_database(settings, paths);
  if (!database) return findings.unreadable("relational store: " + database.error().message);
  if (settings.meta.database_url.is_set()) {
    return findings.good("relational store " + (*database)->description() + ": answers; it checks its own pages");
  }
  auto rows = (*database)->run("PRAGMA integrity_check", {});
  if (!rows) return findings.damage("relational store " + paths.meta + ": " + rows.error().message);
  for (std::size_t i = 0; i < rows->size(); ++i) {
    const std::string text(rows->text(i, 0));
    text == "ok" ? findings.good("relational store " + paths.meta)
                 : findings.damage("relational store " + paths.meta + ": " + text);
  }
}

// Reads every block of every column: the engine compares each with its checksum and names the file that does not fit.
// (CHECK TABLE would do it by part, but the engine in process cannot run it as a stream.)
void check_table(Findings& findings, analytics::Engine& engine, const std::string& table) {
  const auto rows = engine.select("fsck_table", "SELECT count() AS n FROM `" + table + "` WHERE NOT ignore(*)",
                                  analytics::SystemParams(), {.timeout_ms = kTableMs, .memory_bytes_max = 2ULL << 30});
  if (!rows) return findings.damage("analytics table " + rows.error().message);
  findings.good(fmt::format("analytics table {}: {} rows", table, rows->integer(0, 0)));
}

// Parts that the engine could not load when it started are moved to `detached` with a reason.
void check_detached(Findings& findings, analytics::Engine& engine) {
  const auto parts = engine.select("fsck_detached",
                                   "SELECT table, name, reason FROM system.detached_parts"
                                   " WHERE database = currentDatabase() AND reason LIKE 'broken%' ORDER BY table, name",
                                   analytics::SystemParams());
  if (!parts) return findings.unreadable("analytics store: " + parts.error().message);
  for (std::size_t i = 0; i < parts->size(); ++i) {
    findings.damage(fmt::format("analytics table {} part {}: {}, not loaded", parts->text(i, 0), parts->text(i, 1),
                                parts->text(i, 2)));
  }
}

void check_analytics(Findings& findings, const config::Settings& settings, const app::DataPaths& paths) {
  auto engine = app::open_engine(settings, paths);
  if (!engine) {
    return findings.unreadable("analytics store: " + engine.error().message + " (stop a running Clew first)");
  }
  auto tables = (*engine)->select("fsck_tables",
                                  "SELECT name FROM system.tables WHERE database = currentDatabase()"
                                  " AND engine LIKE '%MergeTree' ORDER BY name",
                                  analytics::SystemParams());
  if (!tables) return findings.unreadable("analytics store: " + tables.error().message);
  for (std::size_t i = 0; i < tables->size(); ++i)
    check_table(findings, **engine, std::string(tables->text(i, 0)));
  check_detached(findings, **engine);
}

}  // namespace

int fsck(std::vector<std::string> arguments) {
  const bool strict = std::erase(arguments, "--strict") > 0;
  auto loaded = config::load(config::process_sources(std::move(arguments)));
  if (!loaded) {
    std::fprintf(stderr, "%s\n", loaded.error().message.c_str());
    return 2;
  }
  const config::Settings& settings = *loaded->settings;
  const app::DataPaths paths(settings.data_dir);
  Findings findings;
  check_log(findings, paths.log);
  check_database(findings, settings, paths);
  check_analytics(findings, settings, paths);
  std::fflush(stdout);
  // As in serve: closing the engine would wait for merges.
  std::_Exit(findings.status(strict));
}

}  // namespace clew::cmd
