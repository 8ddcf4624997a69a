#include <fstream>

#include <gtest/gtest.h>
#include <sys/stat.h>

#include "meta/postgres_url.h"
#include "meta/sqlite_database.h"
#include "meta/testing/databases.h"

namespace clew::meta {
namespace {

TEST(SqliteDatabase, FilesAreReadableByTheOwnerOnly) {
  const testing::TemporaryFolder folder;
  const auto database = open_sqlite({.file = folder.path() / "meta.db"});
  ASSERT_TRUE(database.has_value());
  ASSERT_TRUE((*database)->run("CREATE TABLE t (id BIGINT)").has_value());
  for (const auto& entry : std::filesystem::directory_iterator(folder.path())) {
    struct stat status = {};
    ASSERT_EQ(::stat(entry.path().c_str(), &status), 0);
    EXPECT_EQ(status.st_mode & 0777, 0600U) << entry.path();
  }
}

TEST(SqliteDatabase, AFileThatIsNoDatabaseIsCorruption) {
  const testing::TemporaryFolder folder;
  std::ofstream(folder.path() / "meta.db") << std::string(4096, 'x');
  const auto database = open_sqlite({.file = folder.path() / "meta.db"});
  ASSERT_FALSE(database.has_value());
  EXPECT_EQ(database.error().code, Errc::kCorruption);
}

TEST(SqliteDatabase, SelectCannotChangeAnything) {
  const testing::TemporaryFolder folder;
  const auto database = std::move(*open_sqlite({.file = folder.path() / "meta.db"}));
  EXPECT_FALSE(database->run("SELECT 1; DROP TABLE t").has_value());
}

TEST(PostgresUrl, PrismaParametersAreTranslated) {
  const auto target = parse_postgres_url(
      "postgresql://clew:p%40ss@db.example:6432/langfuse?schema=tracing&connection_limit=7&pool_timeout=3"
      "&pgbouncer=true&sslmode=require&sslcert=/etc/ca.pem&connect_timeout=9&socket_timeout=4");
  ASSERT_TRUE(target.has_value());
  EXPECT_EQ(target->url,
            "postgresql://clew:p%40ss@db.example:6432/langfuse?sslmode=require&sslrootcert=/etc/ca.pem"
            "&connect_timeout=9");
  EXPECT_EQ(target->place, "db.example:6432/langfuse");
  EXPECT_EQ(target->schema, "tracing");
  EXPECT_EQ(target->connections_max, 7U);
  EXPECT_EQ(target->pool_timeout_s, 3);
  EXPECT_TRUE(target->through_pgbouncer);
  EXPECT_EQ(target->ignored, std::vector<std::string>{"socket_timeout"});
}

TEST(PostgresUrl, WhatCannotBeHonouredIsRefused) {
  EXPECT_FALSE(parse_postgres_url("mysql://x").has_value());
  EXPECT_FALSE(parse_postgres_url("postgresql://h/d?schema=a;drop").has_value());
  EXPECT_FALSE(parse_postgres_url("postgresql://h/d?connection_limit=many").has_value());
  EXPECT_FALSE(parse_postgres_url("postgresql://h/d?sslidentity=/x.p12").has_value());
}

}  // namespace
}  // namespace clew::meta
