// Databases for tests: an empty SQLite file that disappears with the object, and a PostgreSQL server of the machine.
// With DATABASE_URL set (tests/postgres/with_postgres.sh) the former is a fresh schema there instead, so that the tests
// of every module also run against PostgreSQL.
#pragma once

#include <cstdlib>
#include <filesystem>
#include <memory>
#include <string>

#include "base/text.h"
#include "meta/migrations.h"
#include "meta/postgres_database.h"
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

// A migrated, empty database.
class TemporaryDatabase {
 public:
  TemporaryDatabase() {
    auto opened = open();
    CLEW_ASSERT(opened.has_value(), "cannot open the database");
    database_ = *std::move(opened);
    const auto migrated = migrate(*database_, SystemClock());
    CLEW_ASSERT(migrated.has_value(), migrated.error().message.c_str());
  }
  Database& operator*() { return *database_; }
  Database* operator->() { return database_.get(); }

 private:
  Result<std::unique_ptr<Database>> open() {
    const char* url = std::getenv("DATABASE_URL");  // tidy: banned_call, how the test runner names its server
    if (url == nullptr) return open_sqlite({.file = folder_.path() / "meta.db"});
    const char* separator = std::string_view(url).contains('?') ? "&" : "?";
    return open_postgres({.url = std::string(url) + separator + "schema=t_" + text::random_hex(8)});
  }

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
