#include "analytics/embedded/embedded_engine.h"

#include <algorithm>
#include <array>
#include <atomic>
#include <chrono>
#include <condition_variable>
#include <filesystem>
#include <fstream>
#include <mutex>

#include <fmt/format.h>
#include <unistd.h>

#include "analytics/embedded/chdb.h"
#include "analytics/embedded/merge_bounds.h"
#include "analytics/embedded/merge_priority.h"
#include "analytics/engine_error.h"
#include "analytics/statement_killer.h"
#include "base/text.h"

namespace clew::analytics {

namespace {

constexpr std::string_view kNative = "Native";
constexpr std::size_t kInsertPieceBytes = 4U << 20;
// The engine otherwise waits for more rows until the stream ends, and shows the parts of a block of several months one
// by one. Measured: with these a part of 6,000 rows is written before the end is asked for, which then takes 14 ms
// instead of 114.
constexpr std::string_view kWrittenMeanwhile =
    ", min_insert_block_size_rows=1, min_insert_block_size_bytes=1, "
    "max_insert_delayed_streams_for_parallel_write=100000";

// Merges when about as many parts of a size are there as `merge_selector_base` says, with any number of the pool's two
// entries busy (docs/decisions/0042). Small pools: measured 25–29 threads and about 1 GB at full load instead of 200
// threads and 2 GB with the defaults.
std::string server_config(const EmbeddedOptions& options) {
  return fmt::format(R"(<clickhouse>
  <max_server_memory_usage>{}</max_server_memory_usage>
  <mark_cache_size>67108864</mark_cache_size>
  <index_mark_cache_size>33554432</index_mark_cache_size>
  <primary_index_cache_size>33554432</primary_index_cache_size>
  <query_condition_cache_size>16777216</query_condition_cache_size>
  <background_pool_size>2</background_pool_size>
  <background_merges_mutations_concurrency_ratio>1</background_merges_mutations_concurrency_ratio>
  <background_schedule_pool_size>4</background_schedule_pool_size>
  <background_common_pool_size>1</background_common_pool_size>
  <background_fetches_pool_size>1</background_fetches_pool_size>
  <background_move_pool_size>1</background_move_pool_size>
  <max_io_thread_pool_size>8</max_io_thread_pool_size>
  <max_io_thread_pool_free_size>0</max_io_thread_pool_free_size>
  <max_thread_pool_free_size>0</max_thread_pool_free_size>
  <max_format_parsing_thread_pool_size>4</max_format_parsing_thread_pool_size>
  <max_active_parts_loading_thread_pool_size>2</max_active_parts_loading_thread_pool_size>
  <max_outdated_parts_loading_thread_pool_size>2</max_outdated_parts_loading_thread_pool_size>
  <max_prefixes_deserialization_thread_pool_size>4</max_prefixes_deserialization_thread_pool_size>
  <merge_tree>
    <merge_max_block_size>1024</merge_max_block_size>
    <max_bytes_to_merge_at_max_space_in_pool>10000000000</max_bytes_to_merge_at_max_space_in_pool>
    <min_parts_to_merge_at_once>8</min_parts_to_merge_at_once>
    <merge_selector_base>14</merge_selector_base>
    <number_of_free_entries_in_pool_to_lower_max_size_of_merge>1</number_of_free_entries_in_pool_to_lower_max_size_of_merge>
  </merge_tree>
</clickhouse>
)",
                     options.memory_bytes_max);
}

// The parameters in the form of the C functions; points into the Params.
struct BoundValues {
  explicit BoundValues(const Params& params) {
    for (const auto& [key, value] : params.values()) {
      names.push_back(key.data());
      name_sizes.push_back(key.size());
      values.push_back(value.data());
      value_sizes.push_back(value.size());
    }
  }
  std::vector<const char*> names, values;
  std::vector<std::size_t> name_sizes, value_sizes;
};

// One connection is one session and runs one statement at a time.
class Connection {
 public:
  Connection(const Chdb& chdb, ChdbConnection* handle) : chdb_(chdb), handle_(handle) {}
  ~Connection() { chdb_.close_conn(handle_); }
  Connection(const Connection&) = delete;
  Connection& operator=(const Connection&) = delete;

  // Streams the answer of `sql`; appends each block's bytes to `rows`. Any error makes the connection unusable.
  Result<> select(std::string_view name, std::string_view sql, const Params& params, std::uint64_t result_bytes_max,
                  const std::stop_token* stop, Rows& rows) {
    const BoundValues bound(params);
    ChdbResult* stream =
        chdb_.stream_query(*handle_, sql.data(), sql.size(), kNative.data(), kNative.size(), bound.names.data(),
                           bound.name_sizes.data(), bound.values.data(), bound.value_sizes.data(), bound.names.size());
    if (!stream) return Error{Errc::kInternal, std::string(name) + ": the engine gave no result"};
    if (const char* error = chdb_.result_error(stream)) {
      Error out = engine_error(name, error);
      chdb_.destroy_result(stream);
      return out;
    }
    std::uint64_t total = 0;
    Result<> outcome;
    for (;;) {
      ChdbResult* chunk = chdb_.stream_fetch(*handle_, stream);
      if (!chunk) break;
      if (const char* error = chdb_.result_error(chunk)) {
        outcome = engine_error(name, error);
        chdb_.destroy_result(chunk);
        break;
      }
      const std::size_t length = chdb_.result_length(chunk);
      if (length == 0) {
        chdb_.destroy_result(chunk);
        break;
      }
      total += length;
      if (total > result_bytes_max) {
        outcome = Error{Errc::kTooLarge, std::string(name) + ": the answer is larger than its limit"};
      } else if (stop != nullptr && stop->stop_requested()) {
        outcome = Error{Errc::kCancelled, std::string(name) + ": the reader left"};
      } else {
        outcome = rows.append({chdb_.result_buffer(chunk), length});
      }
      chdb_.destroy_result(chunk);
      if (!outcome) {
        chdb_.stream_cancel(*handle_, stream);
        break;
      }
    }
    chdb_.destroy_result(stream);
    // Ended before its first block, a statement looks like one that found nothing.
    if (outcome && stop != nullptr && stop->stop_requested()) {
      outcome = Error{Errc::kCancelled, std::string(name) + ": the reader left"};
    }
    return outcome;
  }

  // A statement without rows: DDL, USE, DELETE.
  Result<> execute(std::string_view name, std::string_view sql, const Params& params) {
    const BoundValues bound(params);
    ChdbResult* result =
        chdb_.query(*handle_, sql.data(), sql.size(), kNative.data(), kNative.size(), bound.names.data(),
                    bound.name_sizes.data(), bound.values.data(), bound.value_sizes.data(), bound.names.size());
    if (!result) return Error{Errc::kInternal, std::string(name) + ": the engine gave no result"};
    Result<> outcome;
    if (const char* error = chdb_.result_error(result)) outcome = engine_error(name, error);
    chdb_.destroy_result(result);
    return outcome;
  }

  // Hands the block to the engine's own threads, which write its part while the caller goes on.
  Result<ChdbInsertStream> begin_insert(std::string_view table, const std::string& sql, const NativeBlock& block) {
    ChdbInsertStream stream = chdb_.stream_insert(*handle_, sql.data(), sql.size(), kNative.data(), kNative.size());
    if (!stream) return Error{Errc::kUnavailable, "insert into " + std::string(table) + ": no insert stream"};
    Result<> outcome;
    if (const char* error = chdb_.stream_insert_error(stream)) {
      outcome = insert_error(table, error);
    } else {
      block.write(kInsertPieceBytes, [&](std::string_view piece) {
        if (chdb_.stream_append(stream, piece.data(), piece.size()) == 0) return true;
        const char* why = chdb_.stream_insert_error(stream);
        outcome = insert_error(table, why ? why : "append failed");
        return false;
      });
    }
    if (outcome) return stream;
    chdb_.destroy_insert_stream(stream);
    return std::move(outcome).error();
  }
  Result<> finish_insert(std::string_view table, ChdbInsertStream stream) {
    Result<> outcome;
    ChdbResult* done = chdb_.stream_done(stream);
    if (const char* error = done ? chdb_.result_error(done) : "no result") outcome = insert_error(table, error);
    if (done) chdb_.destroy_result(done);
    chdb_.destroy_insert_stream(stream);
    return outcome;
  }
  void cancel_insert(ChdbInsertStream stream) {
    chdb_.stream_cancel_insert(stream);
    chdb_.destroy_insert_stream(stream);
  }

 private:
  const Chdb& chdb_;
  ChdbConnection* handle_;
};

}  // namespace

struct EmbeddedEngine::State {
  EmbeddedOptions options;
  const Chdb* chdb = nullptr;
  std::string config_path;
  std::string version;
  // Begins every deduplication token. The engine notes a token before the rows have their name, and the note is not
  // synced with them: after a crash it may know a block that is not there, and would skip it when the log sends it
  // again.
  const std::string epoch = text::random_hex(8);

  std::mutex mutex;
  std::condition_variable returned;
  std::vector<std::unique_ptr<Connection>> idle;
  std::array<int, 2> in_use{};  // by Purpose
  MergeBounds merge_bounds;
  std::atomic<bool> merges_give_way = false;

  std::atomic<std::uint64_t> statements = 0;
  // Last: its thread uses what stands above. Measured: without ASYNC a KILL of a large GROUP BY takes seconds, and
  // stream_cancel waits for the next block.
  StatementKiller killer{
      StatementKiller::Afterwards::kEnded, [this](const std::string& id) {
        auto connection = connect();
        if (!connection) return;
        SystemParams params;
        params.text("id", id);
        static_cast<void>((*connection)
                              ->execute("kill",
                                        "KILL QUERY WHERE query_id IN (SELECT query_id FROM system.processes WHERE "
                                        "Settings['log_comment'] = {id:String}) ASYNC",
                                        params));
      }};

  Result<std::unique_ptr<Connection>> connect() const {
    std::vector<std::string> arguments = {"clew", "--path=" + options.data_dir, "--config-file=" + config_path};
    std::vector<char*> argv;
    for (std::string& argument : arguments)
      argv.push_back(argument.data());
    ChdbConnection* handle = chdb->connect(static_cast<int>(argv.size()), argv.data());
    if (!handle || !*handle) {
      return Error{Errc::kUnavailable, "cannot open the analytics store in " + options.data_dir +
                                           "; is another process using this data directory?"};
    }
    return std::make_unique<Connection>(*chdb, handle);
  }

  // A connection whose current database is `clew`: in `default` a file name would be a table.
  Result<std::unique_ptr<Connection>> session() const {
    CLEW_TRY(auto connection, connect());
    CLEW_CHECK(connection->execute("use_database", "USE clew", SystemParams()));
    // What a deletion under way takes is not read any more (query/trace_deletion.h).
    CLEW_CHECK(connection->execute("see_deletions", "SET apply_mutations_on_fly = 1", SystemParams()));
    return connection;
  }

  // Inserts have connections of their own: rows do not wait in line with those who read.
  enum class Purpose : std::uint8_t { kStatement, kInsert };

  Result<std::unique_ptr<Connection>> acquire(Purpose purpose) {
    const int most = purpose == Purpose::kInsert ? static_cast<int>(kPendingInsertsMax) : options.read_connections_max;
    int& count = in_use[static_cast<std::size_t>(purpose)];
    {
      std::unique_lock<std::mutex> lock(mutex);
      const bool free = returned.wait_for(lock, std::chrono::seconds(30), [&] { return count < most; });
      if (!free) return Error{Errc::kOverloaded, "all connections of the analytics store are busy"};
      ++count;
      if (!idle.empty()) {
        auto connection = std::move(idle.back());
        idle.pop_back();
        return connection;
      }
    }
    auto fresh = session();
    if (!fresh) release(purpose, nullptr);
    return fresh;
  }

  // Gives a connection back; null drops it (it saw an error).
  void release(Purpose purpose, std::unique_ptr<Connection> connection) {
    const std::lock_guard<std::mutex> lock(mutex);
    --in_use[static_cast<std::size_t>(purpose)];
    if (connection) idle.push_back(std::move(connection));
    returned.notify_all();
  }
};

class EmbeddedEngine::Insert final : public PendingInsert {
 public:
  Insert(EmbeddedEngine& engine, std::string table, std::unique_ptr<Connection> connection, ChdbInsertStream stream)
      : engine_(engine), table_(std::move(table)), connection_(std::move(connection)), stream_(stream) {}
  ~Insert() override {
    if (!connection_) return;
    connection_->cancel_insert(stream_);
    connection_.reset();
    release(nullptr);
  }

  Result<> finish() override {
    auto outcome = connection_->finish_insert(table_, stream_);
    if (!outcome) connection_.reset();
    release(std::move(connection_));
    if (!outcome) return outcome;
    State& state = *engine_.state_;
    // The engine's threads come with its first tables.
    if (!state.merges_give_way) state.merges_give_way = lower_merge_priority() > 0;
    state.merge_bounds.inserted(table_, engine_);
    return outcome;
  }

 private:
  void release(std::unique_ptr<Connection> connection) {
    engine_.state_->release(State::Purpose::kInsert, std::move(connection));
  }

  EmbeddedEngine& engine_;
  const std::string table_;
  std::unique_ptr<Connection> connection_;  // until finished
  ChdbInsertStream stream_;
};

EmbeddedEngine::EmbeddedEngine(std::unique_ptr<State> state) : state_(std::move(state)) {}
EmbeddedEngine::~EmbeddedEngine() = default;

Result<std::unique_ptr<EmbeddedEngine>> EmbeddedEngine::open(const EmbeddedOptions& options) {
  auto state = std::make_unique<State>();
  state->options = options;
  std::error_code ec;
  state->options.data_dir = std::filesystem::absolute(options.data_dir, ec).lexically_normal().string();
  std::filesystem::create_directories(state->options.data_dir, ec);
  if (ec) return Error{Errc::kUnavailable, "cannot create " + state->options.data_dir + ": " + ec.message()};
  CLEW_TRY(state->chdb, Chdb::load(options.library_path));
  state->config_path = state->options.data_dir + "/engine.xml";
  {
    std::ofstream config(state->config_path, std::ios::trunc);
    config << server_config(state->options);
    if (!config.flush()) return Error{Errc::kUnavailable, "cannot write " + state->config_path};
  }
  CLEW_TRY(auto connection, state->connect());
  CLEW_CHECK(connection->execute("create_database", "CREATE DATABASE IF NOT EXISTS clew", SystemParams()));
  Rows rows;
  CLEW_CHECK(connection->select("version", "SELECT version() AS v", SystemParams(), 1U << 20, nullptr, rows));
  if (!rows.empty()) state->version = rows.text(0, 0);
  return std::unique_ptr<EmbeddedEngine>(new EmbeddedEngine(std::move(state)));
}

Result<Rows> EmbeddedEngine::select(std::string_view name, std::string_view sql, const Params& params,
                                    const QueryLimits& limits) {
  // The name is ours; with a number it says which statement of this process is meant.
  const std::string id = fmt::format("{}#{}", name, ++state_->statements);
  const std::string text = fmt::format(
      "{}\nSETTINGS max_execution_time={:.3f}, max_memory_usage={}, max_threads={}, "
      "max_bytes_before_external_group_by=0, low_cardinality_allow_in_native_format=0, "
      "read_in_order_use_virtual_row=1, log_comment='{}'",
      sql, limits.timeout_ms / 1000.0, limits.memory_bytes_max,
      limits.threads > 0 ? limits.threads : state_->options.query_threads, id);
  CLEW_TRY(auto connection, state_->acquire(State::Purpose::kStatement));
  Rows rows;
  auto outcome = [&] {
    const StatementKiller::Watch watch(state_->killer, id, limits.stop);
    return connection->select(name, text, params, limits.result_bytes_max, limits.stop, rows);
  }();
  state_->release(State::Purpose::kStatement, outcome ? std::move(connection) : nullptr);
  if (!outcome) return std::move(outcome).error();
  return rows;
}

Result<> EmbeddedEngine::execute(std::string_view name, std::string_view sql, const Params& params) {
  CLEW_TRY(auto connection, state_->acquire(State::Purpose::kStatement));
  auto outcome = connection->execute(name, sql, params);
  state_->release(State::Purpose::kStatement, outcome ? std::move(connection) : nullptr);
  return outcome;
}

Result<std::unique_ptr<PendingInsert>> EmbeddedEngine::begin_insert(std::string_view table, const NativeBlock& block,
                                                                    std::string_view dedup_token) {
  const std::string token = dedup_token.empty() ? std::string() : state_->epoch + "-" + std::string(dedup_token);
  const std::string sql = insert_statement(table, block, token) + std::string(kWrittenMeanwhile);
  CLEW_TRY(auto connection, state_->acquire(State::Purpose::kInsert));
  auto stream = connection->begin_insert(table, sql, block);
  if (!stream) {
    connection.reset();
    state_->release(State::Purpose::kInsert, nullptr);
    return std::move(stream).error();
  }
  return std::unique_ptr<PendingInsert>(new Insert(*this, std::string(table), std::move(connection), *stream));
}

std::string EmbeddedEngine::description() const {
  return "ClickHouse " + state_->version + " in process, " + state_->options.data_dir;
}

}  // namespace clew::analytics
