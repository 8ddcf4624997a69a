// What every module may rely on from Database, on SQLite and on a real PostgreSQL.
#include <atomic>
#include <thread>

#include <gtest/gtest.h>

#include "base/text.h"
#include "meta/database.h"
#include "meta/migrations.h"
#include "meta/postgres_database.h"
#include "meta/sqlite_database.h"
#include "meta/testing/databases.h"

namespace clew::meta {
namespace {

// One server for the whole program; each test has a schema of its own.
class PostgresForAll final : public ::testing::Environment {
 public:
  static testing::PostgresServer*& server() {
    static testing::PostgresServer* instance = nullptr;
    return instance;
  }
  void SetUp() override {
    server_ = std::make_unique<testing::PostgresServer>();
    if (server_->start()) server() = server_.get();
  }
  void TearDown() override {
    server() = nullptr;
    server_.reset();
  }

 private:
  std::unique_ptr<testing::PostgresServer> server_;
};
const auto* const kEnvironment = ::testing::AddGlobalTestEnvironment(new PostgresForAll);

enum class Engine { kSqlite, kPostgres, kPgbouncer };  // the last: PostgreSQL without named statements

class DatabaseContract : public ::testing::TestWithParam<Engine> {
 protected:
  void SetUp() override {
    if (GetParam() != Engine::kSqlite && PostgresForAll::server() == nullptr) {
      GTEST_SKIP() << "PostgreSQL 15 is not installed (package postgresql-15)";
    }
    database_ = open();
    must("CREATE TABLE things (id BIGINT PRIMARY KEY, name TEXT UNIQUE, price DOUBLE PRECISION)");
    must("CREATE TABLE parts (id BIGINT PRIMARY KEY, thing BIGINT NOT NULL REFERENCES things (id))");
  }

  // Another connection to the same store, as another process would have it.
  std::unique_ptr<Database> open() {
    if (GetParam() == Engine::kSqlite) return std::move(*open_sqlite({.file = folder_.path() / "meta.db"}));
    return std::move(*open_postgres(
        {.url = PostgresForAll::server()->url(schema_) + (GetParam() == Engine::kPgbouncer ? "&pgbouncer=true" : "")}));
  }

  ResultSet must(std::string_view sql, const std::vector<Value>& values = {}) {
    Result<ResultSet> result = database_->run(sql, values);
    EXPECT_TRUE(result.has_value()) << result.error().message;
    return result ? *result : ResultSet{};
  }
  Errc code_of(std::string_view sql, const std::vector<Value>& values = {}) {
    const Result<ResultSet> result = database_->run(sql, values);
    EXPECT_FALSE(result.has_value());
    return result ? Errc::kInternal : result.error().code;
  }

  testing::TemporaryFolder folder_;
  const std::string schema_ = "t_" + text::random_hex(8);
  std::unique_ptr<Database> database_;
};

TEST_P(DatabaseContract, ValuesComeBackAsTheyWent) {
  const std::string text = "späte Grüße 🧵 'quoted' \"$1\" \\ \n";
  must("INSERT INTO things (id, name, price) VALUES ($1, $2, $3)", {std::int64_t{1} << 62, text, 0.1});
  must("INSERT INTO things (id, name, price) VALUES ($1, $2, $3)", {std::int64_t{-5}, Value{}, Value{}});
  const ResultSet rows = must("SELECT id, name, price FROM things ORDER BY id");
  ASSERT_EQ(rows.size(), 2U);
  EXPECT_EQ(rows.names, (std::vector<std::string>{"id", "name", "price"}));
  EXPECT_EQ(rows.integer(0, 0), -5);
  EXPECT_TRUE(rows.is_null(0, 1));
  EXPECT_FALSE(rows.optional_integer(0, 2).has_value());
  EXPECT_EQ(rows.integer(1, 0), std::int64_t{1} << 62);
  EXPECT_EQ(rows.text(1, 1), text);
  EXPECT_EQ(std::get<double>(rows.rows[1][2]), 0.1);
}

TEST_P(DatabaseContract, AParameterMayAppearTwiceAndInAnyOrder) {
  must("INSERT INTO things (id, name) VALUES ($2, $1)", {std::string("b"), std::int64_t{2}});
  const ResultSet rows =
      must("SELECT id FROM things WHERE name = $2 AND id = $1 AND name = $2", {std::int64_t{2}, std::string("b")});
  EXPECT_EQ(rows.size(), 1U);
}

TEST_P(DatabaseContract, TheSameTextTakesNullAndValues) {
  must("INSERT INTO things (id, name) VALUES ($1, $2)", {std::int64_t{1}, Value{}});
  must("INSERT INTO things (id, name) VALUES ($1, $2)", {std::int64_t{2}, std::string("x")});
  must("INSERT INTO things (id, name) VALUES ($1, $2)", {std::int64_t{3}, Value{}});
  EXPECT_EQ(must("SELECT count(*) FROM things WHERE name IS NULL").integer(0, 0), 2);
}

TEST_P(DatabaseContract, ChangedCountsRowsOfTheStatement) {
  must("INSERT INTO things (id) VALUES (1), (2), (3)");
  EXPECT_EQ(must("UPDATE things SET price = 2 WHERE id > 1").changed, 2);
  EXPECT_EQ(must("DELETE FROM things WHERE id = 9").changed, 0);
  EXPECT_EQ(must("SELECT id FROM things").changed, 0);
}

TEST_P(DatabaseContract, UpsertAndReturningWork) {
  constexpr std::string_view kUpsert =
      "INSERT INTO things (id, name) VALUES (1, $1) ON CONFLICT (id) DO UPDATE SET name = excluded.name RETURNING name";
  EXPECT_EQ(must(kUpsert, {std::string("a")}).text(0, 0), "a");
  EXPECT_EQ(must(kUpsert, {std::string("b")}).text(0, 0), "b");
  EXPECT_EQ(must("SELECT count(*) FROM things").integer(0, 0), 1);
}

TEST_P(DatabaseContract, UniqueAndForeignKeysAreConflicts) {
  must("INSERT INTO things (id, name) VALUES (1, 'a')");
  EXPECT_EQ(code_of("INSERT INTO things (id, name) VALUES (1, 'b')"), Errc::kConflict);
  EXPECT_EQ(code_of("INSERT INTO things (id, name) VALUES (2, 'a')"), Errc::kConflict);
  EXPECT_EQ(code_of("INSERT INTO parts (id, thing) VALUES (1, 77)"), Errc::kConflict);
  EXPECT_EQ(code_of("INSERT INTO parts (id, thing) VALUES (1, NULL)"), Errc::kInternal);
}

TEST_P(DatabaseContract, TextThatOnlyOneEngineWouldStoreIsRefusedByBoth) {
  EXPECT_EQ(code_of("INSERT INTO things (id, name) VALUES (1, $1)", {std::string("a\0b", 3)}), Errc::kInvalidArgument);
  EXPECT_EQ(code_of("INSERT INTO things (id, name) VALUES (1, $1)", {std::string("\xC3\x28")}), Errc::kInvalidArgument);
}

TEST_P(DatabaseContract, ValuesAreNeverReadAsSql) {
  must("INSERT INTO things (id, name) VALUES (1, $1)", {std::string("'); DROP TABLE things; --")});
  EXPECT_EQ(must("SELECT count(*) FROM things").integer(0, 0), 1);
}

TEST_P(DatabaseContract, AFailedTransactionLeavesNothing) {
  const Result<> done = database_->transaction([](Session& session) -> Result<> {
    if (auto inserted = session.run("INSERT INTO things (id) VALUES (1)", {}); !inserted) return inserted.error();
    return Error{Errc::kForbidden, "changed my mind"};
  });
  ASSERT_FALSE(done.has_value());
  EXPECT_EQ(done.error().code, Errc::kForbidden);
  EXPECT_EQ(must("SELECT count(*) FROM things").integer(0, 0), 0);
}

TEST_P(DatabaseContract, ATransactionWithAFailedStatementDoesNotCommitEvenIfTheWorkIgnoresIt) {
  must("INSERT INTO things (id) VALUES (7)");
  const Result<> done = database_->transaction([](Session& session) -> Result<> {
    static_cast<void>(session.run("INSERT INTO things (id) VALUES (1)", {}));
    static_cast<void>(session.run("INSERT INTO things (id) VALUES (7)", {}));
    static_cast<void>(session.run("INSERT INTO things (id) VALUES (2)", {}));
    return ok();
  });
  EXPECT_FALSE(done.has_value());
  EXPECT_EQ(must("SELECT count(*) FROM things").integer(0, 0), 1);
}

TEST_P(DatabaseContract, OthersSeeATransactionOnlyWhenItCommitted) {
  const std::unique_ptr<Database> other = open();
  const Result<> done = database_->transaction([&](Session& session) -> Result<> {
    if (auto inserted = session.run("INSERT INTO things (id) VALUES (1)", {}); !inserted) return inserted.error();
    EXPECT_EQ(other->run("SELECT count(*) FROM things")->integer(0, 0), 0);
    return ok();
  });
  ASSERT_TRUE(done.has_value()) << done.error().message;
  EXPECT_EQ(other->run("SELECT count(*) FROM things")->integer(0, 0), 1);
}

// Read-then-write from several processes: nothing is lost, whatever the engine does about conflicts.
TEST_P(DatabaseContract, ConcurrentReadModifyWriteLosesNothing) {
  must("INSERT INTO things (id, price) VALUES (1, 0)");
  constexpr int kThreads = 4, kRounds = 25;
  std::vector<std::jthread> threads;
  for (int t = 0; t < kThreads; ++t) {
    threads.emplace_back([this, t] {
      const std::unique_ptr<Database> own = t % 2 == 0 ? open() : nullptr;
      Database& database = own ? *own : *database_;
      for (int i = 0; i < kRounds; ++i) {
        const Result<> done = database.transaction([](Session& session) -> Result<> {
          CLEW_TRY(const ResultSet rows, session.run("SELECT price FROM things WHERE id = 1", {}));
          const double price = std::get<double>(rows.rows[0][0]);
          if (auto set = session.run("UPDATE things SET price = $1 WHERE id = 1", {price + 1}); !set) {
            return set.error();
          }
          return ok();
        });
        EXPECT_TRUE(done.has_value()) << done.error().message;
      }
    });
  }
  threads.clear();
  EXPECT_EQ(std::get<double>(must("SELECT price FROM things WHERE id = 1").rows[0][0]), kThreads * kRounds);
}

TEST_P(DatabaseContract, ExclusiveTransactionsOfTwoProcessesDoNotOverlap) {
  const std::unique_ptr<Database> other = open();
  std::atomic<int> inside = 0;
  const auto work = [&](Session& session) -> Result<> {
    EXPECT_EQ(inside.fetch_add(1), 0);
    auto rows = session.run("SELECT count(*) FROM things", {});
    std::this_thread::yield();
    inside.fetch_sub(1);
    if (!rows) return rows.error();
    return ok();
  };
  std::jthread second([&] {
    for (int i = 0; i < 20; ++i)
      EXPECT_TRUE(other->exclusive_transaction(work).has_value());
  });
  for (int i = 0; i < 20; ++i)
    EXPECT_TRUE(database_->exclusive_transaction(work).has_value());
}

// ---- migrations ----------------------------------------------------------------------------------------------------

constexpr Migration kFirst{1, "0001_first",
                           "-- a comment;\nCREATE TABLE one (id BIGINT);\nINSERT INTO one VALUES (1);\n"};
constexpr Migration kSecond{2, "0002_second", "CREATE TABLE two (\n  id BIGINT\n);"};
constexpr Migration kBroken{2, "0002_broken", "INSERT INTO one VALUES (2);\nINSERT INTO nowhere VALUES (1);"};

TEST_P(DatabaseContract, MigrationsRunOnceInOrder) {
  const FakeClock clock(1);
  const std::array both = {kFirst, kSecond};
  EXPECT_EQ(*migrate(*database_, clock, std::span(both).first(1)), std::vector<std::string>{"0001_first"});
  EXPECT_EQ(*pending_migrations(*database_, both), std::vector<std::string>{"0002_second"});
  EXPECT_EQ(*migrate(*database_, clock, both), std::vector<std::string>{"0002_second"});
  EXPECT_TRUE(migrate(*database_, clock, both)->empty());
  EXPECT_EQ(must("SELECT count(*) FROM one").integer(0, 0), 1);
}

TEST_P(DatabaseContract, ANumberThatComesLaterIsAppliedLater) {
  const FakeClock clock{0};
  const Migration third{3, "0003_third", "CREATE TABLE three (id BIGINT);"};
  const std::vector<Migration> early = {kFirst, third}, late = {kFirst, kSecond, third};
  EXPECT_EQ(*migrate(*database_, clock, early), (std::vector<std::string>{"0001_first", "0003_third"}));
  EXPECT_EQ(*pending_migrations(*database_, late), std::vector<std::string>{"0002_second"});
  EXPECT_EQ(*migrate(*database_, clock, late), std::vector<std::string>{"0002_second"});
  EXPECT_TRUE(migrate(*database_, clock, late)->empty());
  const auto unknown = migrate(*database_, clock, early);
  ASSERT_FALSE(unknown.has_value());
  EXPECT_EQ(unknown.error().code, Errc::kUnsupported) << "0002 was applied and is not known here";
}

TEST_P(DatabaseContract, AFailingMigrationChangesNothing) {
  const FakeClock clock(1);
  const std::array broken = {kFirst, kBroken};
  const auto failed = migrate(*database_, clock, broken);
  ASSERT_FALSE(failed.has_value());
  EXPECT_TRUE(failed.error().message.contains("0002_broken")) << failed.error().message;
  const std::array both = {kFirst, kSecond};
  EXPECT_EQ(migrate(*database_, clock, both)->size(), 2U);
  EXPECT_EQ(must("SELECT count(*) FROM one").integer(0, 0), 1);
}

TEST_P(DatabaseContract, ANewerSchemaIsRefused) {
  const FakeClock clock(1);
  const std::array both = {kFirst, kSecond};
  ASSERT_TRUE(migrate(*database_, clock, both).has_value());
  const auto refused = migrate(*database_, clock, std::span(both).first(1));
  ASSERT_FALSE(refused.has_value());
  EXPECT_EQ(refused.error().code, Errc::kUnsupported);
}

TEST_P(DatabaseContract, AnEditedMigrationIsNoticed) {
  const FakeClock clock(1);
  ASSERT_TRUE(migrate(*database_, clock, std::span(&kFirst, 1)).has_value());
  const Migration edited{1, "0001_first", "CREATE TABLE one (id TEXT);"};
  const auto refused = migrate(*database_, clock, std::span(&edited, 1));
  ASSERT_FALSE(refused.has_value());
  EXPECT_EQ(refused.error().code, Errc::kCorruption);
}

TEST_P(DatabaseContract, TwoProcessesMayMigrateAtOnce) {
  std::atomic<std::size_t> applied = 0;
  std::vector<std::jthread> processes;
  for (int i = 0; i < 4; ++i) {
    processes.emplace_back([&] {
      const std::unique_ptr<Database> own = open();
      const auto names = migrate(*own, SystemClock());
      ASSERT_TRUE(names.has_value()) << names.error().message;
      applied += names->size();
    });
  }
  processes.clear();
  EXPECT_EQ(applied, known_migrations().size());
}

std::string engine_name(const ::testing::TestParamInfo<Engine>& info) {
  switch (info.param) {
    case Engine::kSqlite:
      return "sqlite";
    case Engine::kPostgres:
      return "postgres";
    case Engine::kPgbouncer:
      return "pgbouncer";
  }
  return "?";
}
INSTANTIATE_TEST_SUITE_P(Engines, DatabaseContract,
                         ::testing::Values(Engine::kSqlite, Engine::kPostgres, Engine::kPgbouncer), engine_name);

// ---- PostgreSQL going away -----------------------------------------------------------------------------------------

TEST(PostgresDatabase, ComesBackWithTheServerAndSaysUnavailableMeanwhile) {
  testing::PostgresServer server;
  if (!server.start()) GTEST_SKIP() << "PostgreSQL 15 is not installed (package postgresql-15)";
  const auto database = std::move(*open_postgres({.url = server.url("public")}));
  ASSERT_TRUE(database->run("CREATE TABLE kept (id BIGINT)").has_value());
  ASSERT_TRUE(server.pause());
  const auto away = database->run("SELECT count(*) FROM kept");
  ASSERT_FALSE(away.has_value());
  EXPECT_EQ(away.error().code, Errc::kUnavailable);
  ASSERT_TRUE(server.resume());
  Result<ResultSet> back = Error{};
  const std::int64_t deadline = monotonic_us() + 10'000'000;
  while (!back && monotonic_us() < deadline)
    back = database->run("SELECT count(*) FROM kept");
  EXPECT_TRUE(back.has_value()) << back.error().message;
}

TEST(PostgresDatabase, OpensWithoutAServer) {
  const testing::TemporaryFolder empty;
  const auto database = open_postgres({.url = "postgres://u:secret@localhost/d?host=" + empty.path().string()});
  ASSERT_TRUE(database.has_value());
  const auto refused = (*database)->run("SELECT 1");
  ASSERT_FALSE(refused.has_value());
  EXPECT_EQ(refused.error().code, Errc::kUnavailable);
  EXPECT_FALSE(refused.error().message.contains("secret")) << refused.error().message;
}

}  // namespace
}  // namespace clew::meta
