// Databases for tests: an empty SQLite file that disappears with the object, and a PostgreSQL server of the machine.
#pragma once

#include <cstdlib>
#include <filesystem>
#include <memory>
#include <string>

#include "meta/migrations.h"
#include "meta/sqlite_database.h"

namespace clew::meta::testing {

class TemporaryFolder {
 public:
  TemporaryFolder() {
    std::string pattern = (std::filesystem::temp_directory_path() / "clew-test-XXXXXX").string();
    CLEW_ASSERT(mkdtemp(pattern.data()) != nullptr, "cannot create a temporary folder");
    path_ = pattern;
  }
  ~TemporaryFolder() {
    std::error_code ignored;
    std::filesystem::remove_all(path_, ignored);
  }
  TemporaryFolder(const TemporaryFolder&) = delete;
  TemporaryFolder& operator=(const TemporaryFolder&) = delete;
  const std::filesystem::path& path() const { return path_; }

 private:
  std::filesystem::path path_;
};

// A migrated SQLite database.
class TemporaryDatabase {
 public:
  TemporaryDatabase() {
    auto opened = open_sqlite({.file = folder_.path() / "meta.db"});
    CLEW_ASSERT(opened.has_value(), "cannot open SQLite");
    database_ = *std::move(opened);
    CLEW_ASSERT(migrate(*database_, SystemClock()).has_value(), "cannot migrate");
  }
  Database& operator*() { return *database_; }
  Database* operator->() { return database_.get(); }

 private:
  TemporaryFolder folder_;
  std::unique_ptr<Database> database_;
};

// A server of its own, through a socket. start() is false when PostgreSQL is not installed.
class PostgresServer {
 public:
  PostgresServer() = default;
  ~PostgresServer() {
    if (running_) script("stop");
  }
  PostgresServer(const PostgresServer&) = delete;
  PostgresServer& operator=(const PostgresServer&) = delete;

  bool start() { return running_ = script("start"); }
  bool pause() { return script("pause"); }  // connections break, the data stays
  bool resume() { return script("resume"); }
  std::string url(const std::string& schema) const {
    return "postgresql://clew@localhost/postgres?host=" + folder_.path().string() + "&schema=" + schema;
  }

 private:
  bool script(const std::string& command) const {
    const std::string line = CLEW_SOURCE_DIR "/src/meta/testing/postgres.sh " + command + " " + folder_.path().string();
    return std::system(line.c_str()) == 0;
  }

  TemporaryFolder folder_;
  bool running_ = false;
};

}  // namespace clew::meta::testing
