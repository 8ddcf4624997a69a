#include "meta/sqlite_database.h"

#include <atomic>
#include <thread>

#include "meta/internal/pool.h"
#include "meta/internal/sqlite_connection.h"
#include "meta/internal/values.h"

namespace clew::meta {

namespace {

using internal::Pool;
using internal::SqliteConnection;

// Remembers the first failure, as PostgreSQL does: a transaction with a failed statement must not commit.
class FailFast final : public Session {
 public:
  explicit FailFast(Session& session) : session_(session) {}
  Result<ResultSet> run(std::string_view sql, const std::vector<Value>& values) override {
    if (failure_) return *failure_;
    Result<ResultSet> result = session_.run(sql, values);
    if (!result) failure_ = result.error();
    return result;
  }
  const std::optional<Error>& failure() const { return failure_; }

 private:
  Session& session_;
  std::optional<Error> failure_;
};

class SqliteDatabase final : public Database {
 public:
  using Database::run;

  explicit SqliteDatabase(const SqliteOptions& options)
      : file_(options.file.string()),
        readers_(options.readers, std::chrono::milliseconds(options.busy_timeout_ms),
                 [file = file_, options] {
                   return SqliteConnection::open(file, SqliteConnection::Mode::kRead, options.busy_timeout_ms);
                 }),
        writer_(1, std::chrono::milliseconds(options.busy_timeout_ms), [file = file_, options] {
          return SqliteConnection::open(file, SqliteConnection::Mode::kWrite, options.busy_timeout_ms);
        }) {}

  Result<> check() {
    CLEW_TRY(auto writer, writer_.acquire());
    if (auto read = writer->run("SELECT count(*) FROM sqlite_master", {}); !read) return read.error();
    return ok();
  }

  Result<ResultSet> run(std::string_view sql, const std::vector<Value>& values) override {
    if (internal::only_reads(sql)) {
      CLEW_TRY(auto reader, readers_.acquire());
      return reader->run(sql, values);
    }
    assert_not_nested();
    CLEW_TRY(auto writer, writer_.acquire());
    return writer->run(sql, values);
  }

  Result<> transaction(const std::function<Result<>(Session&)>& work) override {
    assert_not_nested();
    CLEW_TRY(auto writer, writer_.acquire());
    // IMMEDIATE takes the write lock now: no statement inside can meet a conflict with another process.
    CLEW_CHECK(writer->execute("BEGIN IMMEDIATE"));
    FailFast session(*writer);
    owner_.store(std::this_thread::get_id());
    Result<> done = work(session);
    owner_.store(std::thread::id());
    if (done && session.failure()) done = *session.failure();
    if (done) done = writer->execute("COMMIT");
    // After some failures (disk full) SQLite has rolled back already, and this fails harmlessly.
    if (!done) static_cast<void>(writer->execute("ROLLBACK"));
    return done;
  }

  // There is one writer per file anyway.
  Result<> exclusive_transaction(const std::function<Result<>(Session&)>& work) override { return transaction(work); }

  std::string description() const override { return "SQLite, " + file_; }

 private:
  void assert_not_nested() const {
    CLEW_ASSERT(owner_.load() != std::this_thread::get_id(), "inside a transaction use its Session, not the Database");
  }

  const std::string file_;
  Pool<SqliteConnection> readers_;
  Pool<SqliteConnection> writer_;
  std::atomic<std::thread::id> owner_;  // the thread inside transaction(), to catch nesting
};

}  // namespace

Result<std::unique_ptr<Database>> open_sqlite(const SqliteOptions& options) {
  auto database = std::make_unique<SqliteDatabase>(options);
  CLEW_CHECK(database->check());
  return std::unique_ptr<Database>(std::move(database));
}

}  // namespace clew::meta
