// One suite for every implementation of Engine.
#include <atomic>
#include <chrono>
#include <thread>

#include <gtest/gtest.h>

#include "analytics/migrations.h"
#include "analytics/remote/remote_engine.h"
#include "analytics/schema_files.h"
#include "analytics/testing.h"
#include "base/text.h"

namespace clew::analytics {
namespace {

class EngineContract : public testing::TestWithParam<const char*> {
 protected:
  static void TearDownTestSuite() {
    embedded_.reset();
    remote_.reset();
    server_.reset();
  }

  static Engine& engine() {
    if (std::string_view(GetParam()) == "embedded") {
      if (!embedded_) embedded_ = std::make_unique<TestEngine>();
      return **embedded_;
    }
    if (!server_) {
      server_ = std::make_unique<TestServer>();
      auto opened =
          RemoteEngine::open({.url = server_->url(), .user = "clew", .password = "clew", .database = "clew test"});
      CLEW_ASSERT(opened.has_value(), opened.error().message.c_str());
      remote_ = *std::move(opened);
      auto migrated = migrate(*remote_);
      CLEW_ASSERT(migrated.has_value(), migrated.error().message.c_str());
    }
    return *remote_;
  }

 private:
  static inline std::unique_ptr<TestEngine> embedded_;
  static inline std::unique_ptr<TestServer> server_;
  static inline std::unique_ptr<Engine> remote_;
};

INSTANTIATE_TEST_SUITE_P(Engines, EngineContract, testing::Values("remote", "embedded"),
                         [](const auto& info) { return std::string(info.param); });

void must(const Result<>& result) {
  ASSERT_TRUE(result) << result.error().message;
}

TEST_P(EngineContract, ReturnsEveryTypeAsItWasAskedFor) {
  auto rows = engine().select("types", R"(SELECT
      'é\0x' AS text, toInt64(-5) AS integer, toUInt8(7) AS small, 1.5 AS real, CAST(NULL AS Nullable(String)) AS nothing,
      toNullable('some') AS something, ['a','b'] AS list, map('k','v','l','w') AS texts, map('i', toUInt64(3)) AS numbers,
      toDecimal64(1.25, 12) AS decimal, toDateTime64('2026-01-02 03:04:05.678901', 6, 'UTC') AS time,
      toLowCardinality('low') AS low, [toLowCardinality('x')] AS lows, true AS yes, NULL AS null,
      sum(toDecimal64(0.5, 12)) AS total, (1, 'z') AS pair)",
                              Params("p"));
  ASSERT_TRUE(rows) << rows.error().message;
  ASSERT_EQ(rows->size(), 1U);
  const auto at = [&](const char* name) { return rows->column(name); };
  EXPECT_EQ(rows->text(0, at("text")), std::string_view("é\0x", 4));
  EXPECT_EQ(rows->integer(0, at("integer")), -5);
  EXPECT_EQ(rows->integer(0, at("small")), 7);
  EXPECT_EQ(rows->real(0, at("real")), 1.5);
  EXPECT_TRUE(rows->is_null(0, at("nothing")));
  EXPECT_EQ(rows->optional_text(0, at("something")), "some");
  EXPECT_EQ(rows->texts(0, at("list")), (std::vector<std::string>{"a", "b"}));
  EXPECT_EQ(rows->text_map(0, at("texts"))[1].second, "w");
  EXPECT_EQ(rows->integer_map(0, at("numbers"))[0].second, 3);
  EXPECT_EQ(rows->decimal(0, at("decimal")), 1'250'000'000'000);
  EXPECT_EQ(rows->time(0, at("time")), *parse_iso_time("2026-01-02T03:04:05.678901Z"));
  EXPECT_EQ(rows->text(0, at("low")), "low");
  EXPECT_EQ(rows->texts(0, at("lows")), (std::vector<std::string>{"x"}));
  EXPECT_EQ(rows->integer(0, at("yes")), 1);
  EXPECT_TRUE(rows->is_null(0, at("null")));
  EXPECT_DOUBLE_EQ(rows->real(0, at("total")), 0.5);
}

TEST_P(EngineContract, ValuesTravelAsTheyAre) {
  std::string all;
  for (int c = 0; c < 256; ++c)
    all += static_cast<char>(c);
  const std::vector<std::string> list = {"it's", "a\\b", "tab\there", "'); DROP TABLE observations; --", "", all};
  Params params("p");
  params.text("all", all).texts("list", list).number("n", -42).time("t", 1'700'000'000'123'456).real("r", 0.1);
  auto rows = engine().select("values",
                              "SELECT {all:String} AS a, {list:Array(String)} AS l, {n:Int64} AS n, "
                              "{t:DateTime64(6,'UTC')} AS t, {r:Float64} AS r, {project_id:String} AS p",
                              params);
  ASSERT_TRUE(rows) << rows.error().message;
  EXPECT_EQ(rows->text(0, 0), all);
  EXPECT_EQ(rows->texts(0, 1), list);
  EXPECT_EQ(rows->integer(0, 2), -42);
  EXPECT_EQ(rows->time(0, 3), 1'700'000'000'123'456);
  EXPECT_EQ(rows->real(0, 4), 0.1);
  EXPECT_EQ(rows->text(0, 5), "p");
}

TEST_P(EngineContract, LargeAnswersComeInOnePieceOrNotAtAll) {
  auto rows = engine().select("large", "SELECT number AS n, toString(number) AS s FROM numbers(300000)", Params("p"));
  ASSERT_TRUE(rows) << rows.error().message;
  ASSERT_EQ(rows->size(), 300'000U);
  EXPECT_EQ(rows->integer(299'999, 0), 299'999);
  EXPECT_EQ(rows->text(299'999, 1), "299999");
  auto limited =
      engine().select("limited", "SELECT number FROM numbers(300000)", Params("p"), {.result_bytes_max = 1000});
  ASSERT_FALSE(limited);
  EXPECT_EQ(limited.error().code, Errc::kTooLarge);
}

TEST_P(EngineContract, RowsOfAFailedStatementNeverAppearInTheNextAnswer) {
  for (int i = 0; i < 20; ++i) {
    auto failed = engine().select("fails_late", "SELECT throwIf(number = 200000) FROM numbers(300000)", Params("p"));
    ASSERT_FALSE(failed);
    auto next = engine().select("next", "SELECT 1 AS one", Params("p"));
    ASSERT_TRUE(next) << next.error().message;
    ASSERT_EQ(next->size(), 1U);
    ASSERT_EQ(next->integer(0, 0), 1);
  }
}

TEST_P(EngineContract, StopsAtItsLimits) {
  auto slow = engine().select("slow", "SELECT count() FROM numbers(1000000000000) WHERE sipHash64(number) = 1",
                              Params("p"), {.timeout_ms = 300});
  ASSERT_FALSE(slow);
  EXPECT_EQ(slow.error().code, Errc::kDeadlineExceeded);
  auto big = engine().select("big", "SELECT groupArray(number) FROM numbers(100000000)", Params("p"),
                             {.memory_bytes_max = 10 << 20});
  ASSERT_FALSE(big);
  EXPECT_EQ(big.error().code, Errc::kTooLarge);
}

TEST_P(EngineContract, InsertsABlockOnceForItsToken) {
  must(engine().execute("create",
                        "CREATE TABLE IF NOT EXISTS t_insert (project_id LowCardinality(String), "
                        "tags Array(LowCardinality(String)), usage Map(LowCardinality(String), UInt64), "
                        "at Nullable(DateTime64(6,'UTC')), cost Map(LowCardinality(String), Decimal(18,12)), "
                        "text Nullable(String)) ENGINE = MergeTree ORDER BY project_id "
                        "SETTINGS non_replicated_deduplication_window = 100",
                        SystemParams()));
  NativeBlock block({{"project_id", "String"},
                     {"tags", "Array(String)"},
                     {"usage", "Map(String, UInt64)"},
                     {"at", "Nullable(DateTime64(6, 'UTC'))"},
                     {"cost", "Map(String, Decimal(18, 12))"},
                     {"text", "Nullable(String)"}});
  for (int i = 0; i < 2; ++i) {
    block[0].text("p");
    block[1].texts({"x", "y"});
    block[2].fixed_map<std::uint64_t>({{"input", 5}});
    block[3].nullable_fixed<std::int64_t>(i == 0 ? std::optional<std::int64_t>(1'000'001) : std::nullopt);
    block[4].fixed_map<std::int64_t>({{"input", 2'500'000'000}});
    block[5].nullable_text(i == 0 ? std::nullopt : std::optional<std::string>("t"));
  }
  must(engine().insert("t_insert", block, "a-1"));
  must(engine().insert("t_insert", block, "a-1"));
  auto rows = engine().select("read",
                              "SELECT tags, usage, at, cost, text FROM t_insert WHERE project_id = {project_id:String} "
                              "ORDER BY at NULLS LAST",
                              Params("p"));
  ASSERT_TRUE(rows) << rows.error().message;
  ASSERT_EQ(rows->size(), 2U);
  EXPECT_EQ(rows->texts(0, 0), (std::vector<std::string>{"x", "y"}));
  EXPECT_EQ(rows->integer_map(0, 1)[0], (std::pair<std::string, std::int64_t>{"input", 5}));
  EXPECT_EQ(rows->optional_time(0, 2), 1'000'001);
  EXPECT_EQ(rows->optional_time(1, 2), std::nullopt);
  EXPECT_EQ(rows->integer_map(0, 3)[0].second, 2'500'000'000);
  EXPECT_EQ(rows->optional_text(1, 4), "t");
}

// Two months, which are two parts.
struct TwoMonths {
  explicit TwoMonths(Engine& engine)
      : engine(engine), block({{"project_id", "String"}, {"at", "DateTime64(6, 'UTC')"}}) {
    must(engine.execute("create",
                        "CREATE TABLE IF NOT EXISTS t_pending (project_id String, at DateTime64(6, 'UTC')) "
                        "ENGINE = MergeTree PARTITION BY toYYYYMM(at) ORDER BY project_id "
                        "SETTINGS non_replicated_deduplication_window = 100",
                        SystemParams()));
    for (const char* at : {"2026-01-02T00:00:00Z", "2026-02-02T00:00:00Z"}) {
      block[0].text(project);
      block[1].fixed<std::int64_t>(*parse_iso_time(at));
    }
  }
  std::int64_t rows() const {
    const auto found =
        engine.select("count", "SELECT count() FROM t_pending WHERE project_id = {project_id:String}", Params(project));
    return found ? found->integer(0, 0) : -1;
  }

  Engine& engine;
  const std::string project = "p-" + text::random_hex(6);
  NativeBlock block;
};

TEST_P(EngineContract, ABegunInsertShowsWhenItIsFinishedAndNotBefore) {
  const TwoMonths one(engine()), other(engine());
  auto first = engine().begin_insert("t_pending", one.block, one.project);
  auto second = engine().begin_insert("t_pending", other.block, other.project);
  ASSERT_TRUE(first && second);
  must((*second)->finish());
  EXPECT_EQ(other.rows(), 2);
  EXPECT_EQ(one.rows(), 0);
  must((*first)->finish());
  EXPECT_EQ(one.rows(), 2);
}

TEST_P(EngineContract, ABegunInsertThatIsDroppedStoresNothingAndMayBeRepeated) {
  const TwoMonths some(engine());
  for (std::size_t i = 0; i < 3 * kPendingInsertsMax; ++i) {
    auto pending = engine().begin_insert("t_pending", some.block, some.project);
    ASSERT_TRUE(pending) << pending.error().message;
    pending->reset();
  }
  EXPECT_EQ(some.rows(), 0);
  must(engine().insert("t_pending", some.block, some.project));
  EXPECT_EQ(some.rows(), 2);
  must(engine().insert("t_pending", some.block, some.project));
  EXPECT_EQ(some.rows(), 2);
}

TEST_P(EngineContract, RefusesInsertsItCannotStore) {
  NativeBlock block({{"project_id", "String"}});
  block[0].text("p");
  auto missing = engine().insert("no_such_table", block, {});
  ASSERT_FALSE(missing);
  EXPECT_EQ(missing.error().code, Errc::kUnavailable);
}

TEST_P(EngineContract, ServesManyCallersAtOnce) {
  std::vector<std::jthread> threads;
  std::atomic<int> right = 0;
  for (int t = 0; t < 12; ++t) {
    threads.emplace_back([&, t] {
      for (int i = 0; i < 10; ++i) {
        Params params("p");
        params.number("n", t * 100 + i);
        auto rows = engine().select("parallel", "SELECT {n:Int64} AS n FROM numbers(3)", params);
        if (rows && rows->size() == 3 && rows->integer(2, 0) == t * 100 + i) ++right;
      }
    });
  }
  threads.clear();
  EXPECT_EQ(right, 120);
}

TEST_P(EngineContract, AnUnknownOrLateSchemaNumberIsNoticed) {
  std::vector<SchemaFile> files = schema_files();
  must(migrate(engine(), files));
  files.push_back({"9001_first", "CREATE TABLE IF NOT EXISTS late_1 (id UInt8) ENGINE = Memory;\n"});
  files.push_back({"9003_third", "CREATE TABLE IF NOT EXISTS late_3 (id UInt8) ENGINE = Memory;\n"});
  must(migrate(engine(), files));
  const auto older = migrate(engine());
  ASSERT_FALSE(older.has_value());
  EXPECT_NE(older.error().message.find("9001"), std::string::npos);
  files.insert(files.end() - 1, {"9002_second", "CREATE TABLE IF NOT EXISTS late_2 (id UInt8) ENGINE = Memory;\n"});
  must(migrate(engine(), files));
  EXPECT_TRUE(engine().select("late", "SELECT count() FROM late_2", SystemParams()).has_value());
  // Others share the store.
  must(engine().execute("forget",
                        "ALTER TABLE schema_migrations DELETE WHERE version > 9000 SETTINGS mutations_sync = 1",
                        SystemParams()));
  must(migrate(engine()));
}

TEST_P(EngineContract, MigratingAgainChangesNothing) {
  must(migrate(engine()));
  auto rows = engine().select("versions", "SELECT version FROM schema_migrations", SystemParams());
  ASSERT_TRUE(rows) << rows.error().message;
  EXPECT_EQ(rows->size(), schema_files().size());
}

TEST_P(EngineContract, ValuesMayBeLarge) {
  std::vector<std::string> ids(3'000, std::string(36, 'i'));
  Params params("p");
  params.texts("ids", ids).text("body", std::string(kValueBytesMax, 'x'));
  auto rows = engine().select("many", "SELECT length({ids:Array(String)}) AS n, length({body:String}) AS m", params);
  ASSERT_TRUE(rows) << rows.error().message;
  EXPECT_EQ(rows->integer(0, 0), 3'000);
  EXPECT_EQ(rows->integer(0, 1), static_cast<std::int64_t>(kValueBytesMax));
}

TEST(RemoteEngine, SaysThatTheServerIsAway) {
  auto opened = RemoteEngine::open({.url = "http://127.0.0.1:1", .connect_timeout_ms = 500});
  ASSERT_FALSE(opened);
  EXPECT_EQ(opened.error().code, Errc::kUnavailable);
}

TEST(Rows, RefusesDamagedBlocks) {
  NativeBlock block({{"s", "String"}, {"n", "UInt64"}});
  block[0].text("hello");
  block[1].fixed<std::uint64_t>(7);
  const std::string bytes = block.finish();
  Rows whole;
  ASSERT_TRUE(whole.append(bytes));
  EXPECT_EQ(whole.integer(0, 1), 7);
  for (std::size_t cut = 1; cut < bytes.size(); ++cut) {
    Rows rows;
    EXPECT_FALSE(rows.append(std::string_view(bytes).substr(0, cut))) << cut;
  }
}

std::int64_t at_work(Engine& engine, std::string_view name) {
  auto rows =
      engine.select("look", "SELECT count() FROM system.processes WHERE Settings['log_comment'] LIKE {like:String}",
                    Params("p").text("like", std::string(name) + "%"));
  return rows ? rows->integer(0, 0) : -1;
}

// Would take minutes.
constexpr std::string_view kEndless = "SELECT sum(cityHash64(number)) FROM numbers(1000000000000)";

TEST_P(EngineContract, AStatementEndsWhenItsReaderLeaves) {
  Engine& store = engine();
  std::stop_source reader;
  const std::stop_token stop = reader.get_token();
  std::optional<Result<Rows>> outcome;
  std::thread thread(
      [&] { outcome = store.select("endless", kEndless, Params("p"), {.timeout_ms = 120'000, .stop = &stop}); });
  const auto deadline = std::chrono::steady_clock::now() + std::chrono::seconds(60);
  while (at_work(store, "endless") != 1 && std::chrono::steady_clock::now() < deadline)
    std::this_thread::yield();
  EXPECT_EQ(at_work(store, "endless"), 1);
  reader.request_stop();
  thread.join();
  ASSERT_FALSE(*outcome);
  EXPECT_EQ(outcome->error().code, Errc::kCancelled);
  while (at_work(store, "endless") != 0 && std::chrono::steady_clock::now() < deadline)
    std::this_thread::yield();
  EXPECT_EQ(at_work(store, "endless"), 0);
}

// Whoever asks for a count reads its row: a statement that was ended must not pass for one that found nothing.
TEST_P(EngineContract, AStatementEndedAtAnyMomentIsWholeOrCancelled) {
  Engine& store = engine();
  constexpr int kReaders = 6, kMoments = 150;
  std::atomic<int> empty = 0, others = 0;
  const auto read = [&](int number) {
    for (int moment = 0; moment < kMoments; ++moment) {
      std::stop_source reader;
      const std::stop_token stop = reader.get_token();
      std::thread leaving([&] {
        for (int turn = 0; turn < 10 * moment + number; ++turn)  // later each time, about as long as a statement
          std::this_thread::yield();
        reader.request_stop();
      });
      const auto rows = store.select("brief", "SELECT sum(cityHash64(number)) AS n FROM numbers(300000)", Params("p"),
                                     {.timeout_ms = 120'000, .stop = &stop});
      leaving.join();
      if (rows && rows->size() != 1) ++empty;
      if (!rows && rows.error().code != Errc::kCancelled) ++others;
    }
  };
  std::vector<std::thread> readers;
  for (int number = 0; number < kReaders; ++number)
    readers.emplace_back(read, number);
  for (std::thread& reader : readers)
    reader.join();
  EXPECT_EQ(empty, 0);
  EXPECT_EQ(others, 0);
}

TEST_P(EngineContract, AReaderWhoLeftBeforeHasNoStatementAtWork) {
  Engine& store = engine();
  std::stop_source reader;
  reader.request_stop();
  const std::stop_token stop = reader.get_token();
  const auto rows = store.select("late", kEndless, Params("p"), {.timeout_ms = 120'000, .stop = &stop});
  ASSERT_FALSE(rows);
  EXPECT_EQ(rows.error().code, Errc::kCancelled);
}

}  // namespace
}  // namespace clew::analytics
