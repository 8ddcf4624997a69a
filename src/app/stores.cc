#include "app/stores.h"

#include <filesystem>

#include "analytics/embedded/embedded_engine.h"
#include "analytics/migrations.h"
#include "analytics/remote/remote_engine.h"
#include "meta/migrations.h"
#include "meta/postgres_database.h"
#include "meta/sqlite_database.h"

namespace clew::app {

Result<std::unique_ptr<meta::Database>> open_database(const config::Settings& settings, const DataPaths& paths) {
  if (settings.meta.database_url.is_set()) {
    return meta::open_postgres({.url = settings.meta.database_url.reveal(),
                                .connections_max = static_cast<std::size_t>(settings.meta.connections_max)});
  }
  return meta::open_sqlite({.file = paths.meta});
}

Result<std::unique_ptr<analytics::Engine>> open_engine(const config::Settings& settings, const DataPaths& paths) {
  const config::AnalyticsSettings& remote = settings.analytics;
  if (!remote.url.empty()) {
    CLEW_TRY(auto engine, analytics::RemoteEngine::open({.url = remote.url,
                                                         .user = remote.user,
                                                         .password = remote.password.reveal(),
                                                         .database = remote.database}));
    return std::unique_ptr<analytics::Engine>(std::move(engine));
  }
  CLEW_TRY(const std::string library, find_engine_library(settings.analytics));
  CLEW_TRY(auto engine, analytics::EmbeddedEngine::open({.library_path = library,
                                                         .data_dir = paths.analytics,
                                                         .memory_bytes_max = settings.analytics.engine_memory_max}));
  return std::unique_ptr<analytics::Engine>(std::move(engine));
}

Result<Stores> open_stores(const config::Settings& settings, const DataPaths& paths, const Clock& clock,
                           DiskHooks disk) {
  std::error_code ec;
  std::filesystem::create_directories(paths.root, ec);
  if (ec) return Error{Errc::kUnavailable, "cannot create the data directory " + paths.root + ": " + ec.message()};
  Stores stores;
  CLEW_TRY(stores.database, open_database(settings, paths));
  auto meta_schema = meta::migrate(*stores.database, clock);
  if (!meta_schema) return std::move(meta_schema).error().with_context("relational store");
  CLEW_TRY(stores.engine, open_engine(settings, paths));
  CLEW_CHECK(analytics::migrate(*stores.engine));
  ingest::SegmentLogOptions log;
  log.dir = paths.log;
  log.backlog_bytes_max = settings.ingest.backlog_bytes_max;
  log.disk_free_bytes_min = settings.ingest.disk_free_bytes_min;
  log.disk_free_share_min = static_cast<double>(settings.ingest.disk_free_percent_min) / 100.0;
  log.strict = settings.ingest.strict_recovery;
  log.on_disk_failure = std::move(disk.on_disk_failure);
  log.sync_data = std::move(disk.sync_data);
  CLEW_TRY(stores.log, ingest::SegmentLog::open(std::move(log), clock));
  return stores;
}

}  // namespace clew::app
