#include "meta/postgres_database.h"

#include <algorithm>
#include <random>
#include <thread>

#include "base/time.h"
#include "meta/internal/pool.h"
#include "meta/internal/postgres_connection.h"
#include "meta/internal/values.h"
#include "meta/postgres_url.h"

namespace clew::meta {

namespace {

using internal::Pool;
using internal::PostgresConnection;

// SERIALIZABLE is what SQLite gives, so one piece of code is right on both.
constexpr std::string_view kBegin = "BEGIN ISOLATION LEVEL SERIALIZABLE";
// Each statement sees what the previous holder of the lock committed. The number is ours alone: "clew" in ASCII.
constexpr std::string_view kBeginExclusive =
    "BEGIN; SET LOCAL statement_timeout = 0; SET LOCAL lock_timeout = '300s'; SELECT pg_advisory_xact_lock(1668048247)";
constexpr int kAttemptsMax = 12;
constexpr std::int64_t kReconnectPauseUs = 500'000;

class PostgresDatabase final : public Database {
 public:
  using Database::run;

  PostgresDatabase(PostgresTarget target, std::size_t connections_max, std::chrono::seconds wait_max)
      : target_(std::move(target)), pool_(connections_max, wait_max, [this] { return connect(); }) {}

  Result<ResultSet> run(std::string_view sql, const std::vector<Value>& values) override {
    // A read can be asked again when the connection broke under it; a change could then happen twice.
    const int attempts = internal::only_reads(sql) ? 2 : 1;
    for (int attempt = 1;; ++attempt) {
      CLEW_TRY(auto connection, pool_.acquire());
      Result<ResultSet> result = connection->run(sql, values);
      if (result || connection->usable() || attempt == attempts) return result;
    }
  }

  Result<> transaction(const std::function<Result<>(Session&)>& work) override { return in_transaction(kBegin, work); }

  Result<> exclusive_transaction(const std::function<Result<>(Session&)>& work) override {
    return in_transaction(kBeginExclusive, work);
  }

  std::string description() const override { return "PostgreSQL, " + target_.place; }

 private:
  Result<> in_transaction(std::string_view begin, const std::function<Result<>(Session&)>& work) {
    for (int attempt = 1;; ++attempt) {
      CLEW_TRY(auto connection, pool_.acquire());
      Result<> done = connection->begin(begin);
      if (done) done = work(*connection);
      if (done) done = connection->commit();
      if (done) return done;
      connection->rollback();
      if (!connection->lost_a_race() || attempt == kAttemptsMax) return done;
      pause_before_retry(attempt);
    }
  }

  // Between 0 and 2^attempt ms, at most 250 ms: those who met must not meet again.
  static void pause_before_retry(int attempt) {
    std::random_device random;
    const unsigned bound_ms = std::min(250U, 1U << attempt);
    // tidy: banned_call, a pause of milliseconds between attempts of this very thread; there is nothing to wait for
    std::this_thread::sleep_for(std::chrono::microseconds(random() % (bound_ms * 1000)));
  }

  // While the server is away, callers fail at once between attempts instead of queueing behind connect timeouts.
  Result<std::unique_ptr<PostgresConnection>> connect() {
    {
      const std::lock_guard lock(mutex_);
      if (monotonic_us() < retry_at_us_) return last_failure_;
    }
    Result<std::unique_ptr<PostgresConnection>> connection = PostgresConnection::open(target_);
    if (!connection) {
      const std::lock_guard lock(mutex_);
      retry_at_us_ = monotonic_us() + kReconnectPauseUs;
      last_failure_ = connection.error();
    }
    return connection;
  }

  const PostgresTarget target_;
  std::mutex mutex_;
  std::int64_t retry_at_us_ = 0;
  Error last_failure_;
  Pool<PostgresConnection> pool_;
};

}  // namespace

Result<std::unique_ptr<Database>> open_postgres(const PostgresOptions& options) {
  CLEW_TRY(PostgresTarget target, parse_postgres_url(options.url));
  const std::size_t connections = target.connections_max > 0 ? target.connections_max : options.connections_max;
  const int wait_s = target.pool_timeout_s > 0 ? target.pool_timeout_s : options.pool_timeout_s;
  return std::unique_ptr<Database>(
      std::make_unique<PostgresDatabase>(std::move(target), connections, std::chrono::seconds(wait_s)));
}

}  // namespace clew::meta
