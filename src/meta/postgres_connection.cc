#include "meta/internal/postgres_connection.h"

#include <algorithm>
#include <array>
#include <charconv>
#include <deque>

#include <arpa/inet.h>
#include <fmt/format.h>
#include <libpq-fe.h>
#include <poll.h>

#include "base/text.h"
#include "meta/internal/values.h"

namespace clew::meta::internal {

namespace {

constexpr std::size_t kStatementsMax = 512;

// Type numbers of PostgreSQL (pg_type.dat); they never change.
constexpr Oid kBool = 16, kInt8 = 20, kInt2 = 21, kInt4 = 23, kFloat4 = 700, kFloat8 = 701, kNumeric = 1700;
constexpr Oid kInferred = 0;

// A value as PQexecParams wants it. Text is sent in binary format, which is its plain bytes with a length.
struct Parameters {
  std::vector<Oid> types;
  std::vector<const char*> bytes;
  std::vector<int> lengths;
  std::vector<int> formats;
  std::deque<std::string> storage;

  explicit Parameters(const std::vector<Value>& values) {
    for (const Value& value : values)
      add(value);
  }

  void add(const Value& value) {
    if (const auto* text = std::get_if<std::string>(&value)) return push(kInferred, text->data(), text->size(), 1);
    if (const auto* integer = std::get_if<std::int64_t>(&value)) return push_text(kInt8, std::to_string(*integer));
    if (const auto* real = std::get_if<double>(&value)) return push_text(kFloat8, fmt::format("{}", *real));
    push(kInferred, nullptr, 0, 0);
  }

 private:
  void push_text(Oid type, std::string text) {
    storage.push_back(std::move(text));
    push(type, storage.back().c_str(), storage.back().size(), 0);
  }
  void push(Oid type, const char* data, std::size_t size, int format) {
    types.push_back(type);
    bytes.push_back(data);
    lengths.push_back(static_cast<int>(size));
    formats.push_back(format);
  }
};

Value column_value(const PGresult* answer, int row, int column) {
  if (PQgetisnull(answer, row, column) != 0) return std::monostate{};
  const std::string_view text(PQgetvalue(answer, row, column),
                              static_cast<std::size_t>(PQgetlength(answer, row, column)));
  switch (PQftype(answer, column)) {
    case kBool:
      return std::int64_t{text == "t" ? 1 : 0};
    case kInt2:
    case kInt4:
    case kInt8: {
      std::int64_t number = 0;
      std::from_chars(text.data(), text.data() + text.size(), number);
      return number;
    }
    case kFloat4:
    case kFloat8:
    case kNumeric: {
      double number = 0;
      std::from_chars(text.data(), text.data() + text.size(), number);
      return number;
    }
    default:
      return std::string(text);
  }
}

Errc code_of(std::string_view state) {
  if (state == "23505" || state == "23503") return Errc::kConflict;  // unique, foreign key
  if (state == "57014") return Errc::kDeadlineExceeded;              // statement_timeout
  if (state == "XX001" || state == "XX002") return Errc::kCorruption;
  if (state.starts_with("40")) return Errc::kUnavailable;  // serialisation, deadlock
  if (state.starts_with("08") || state.starts_with("53") || state.starts_with("57P") || state == "55P03" ||
      state == "25006" || state == "25P03") {
    return Errc::kUnavailable;  // connection, resources, shutdown, lock timeout, read-only replica, idle timeout
  }
  return Errc::kInternal;
}

std::string one_line(const char* message) {
  std::string text(text::trim(message));
  std::ranges::replace(text, '\n', ' ');
  return text;
}

}  // namespace

void PostgresConnection::Closer::operator()(pg_conn* connection) const {
  PQfinish(connection);
}
void PostgresConnection::Clearer::operator()(pg_result* result) const {
  PQclear(result);
}

PostgresConnection::~PostgresConnection() = default;

Result<std::unique_ptr<PostgresConnection>> PostgresConnection::open(const PostgresTarget& target) {
  // A pooler in transaction mode refuses start-up options and would leak settings between clients.
  std::string options;
  if (!target.through_pgbouncer) {
    options = "-c statement_timeout=30000 -c idle_in_transaction_session_timeout=60000";
  }
  if (target.schema != "public") options += fmt::format(" -c search_path=\"{}\"", target.schema);
  // Later entries override earlier ones; "dbname" expands to everything the URL says.
  const std::array<const char*, 9> names = {"connect_timeout",  "keepalives_idle",  "keepalives_interval",
                                            "tcp_user_timeout", "application_name", "dbname",
                                            "options",          "client_encoding",  nullptr};
  const std::array<const char*, 9> values = {"5",    "30",   "10", "30000", "clew", target.url.c_str(), options.c_str(),
                                             "UTF8", nullptr};
  PGconn* raw = PQconnectdbParams(names.data(), values.data(), 1);
  std::unique_ptr<PostgresConnection> connection(new PostgresConnection(raw, !target.through_pgbouncer));
  if (raw == nullptr || PQstatus(raw) != CONNECTION_OK) {
    return Error{Errc::kUnavailable, fmt::format("cannot reach PostgreSQL at {}: {}", target.place,
                                                 raw == nullptr ? "out of memory" : one_line(PQerrorMessage(raw)))};
  }
  PQsetNoticeProcessor(raw, [](void*, const char*) {}, nullptr);
  if (target.schema != "public") {
    // As Prisma does. Without the right to create it, its absence shows in the first migration.
    const Answer created(PQexec(raw, fmt::format("CREATE SCHEMA IF NOT EXISTS \"{}\"", target.schema).c_str()));
  }
  return connection;
}

Error PostgresConnection::failure(const pg_result* answer, std::string_view sql) {
  const std::string_view place = text::prefix(text::trim(sql), 120);
  if (answer == nullptr || PQstatus(connection_.get()) == CONNECTION_BAD) {
    return Error{Errc::kUnavailable,
                 fmt::format("PostgreSQL: {} in: {}", one_line(PQerrorMessage(connection_.get())), place)};
  }
  const char* state = PQresultErrorField(answer, PG_DIAG_SQLSTATE);
  const char* message = PQresultErrorField(answer, PG_DIAG_MESSAGE_PRIMARY);
  const std::string_view code = state == nullptr ? "" : state;
  if (code == "40001" || code == "40P01") lost_a_race_ = true;
  return Error{code_of(code), fmt::format("PostgreSQL {}: {} in: {}", code, message == nullptr ? "" : message, place)};
}

Result<std::string> PostgresConnection::prepared_name(std::string_view sql, const std::vector<Value>& values,
                                                      const std::vector<unsigned>& types) {
  std::string key(sql);
  for (const Value& value : values)
    key.push_back(static_cast<char>('0' + value.index()));
  if (const auto found = prepared_.find(key); found != prepared_.end()) return found->second;
  if (prepared_.size() >= kStatementsMax) {
    const Answer dropped(PQexec(connection_.get(), "DEALLOCATE ALL"));
    if (PQresultStatus(dropped.get()) != PGRES_COMMAND_OK) return failure(dropped.get(), "DEALLOCATE ALL");
    prepared_.clear();
  }
  std::string name = fmt::format("s{}", prepared_.size());
  const Answer answer(PQprepare(connection_.get(), name.c_str(), std::string(sql).c_str(),
                                static_cast<int>(types.size()), types.data()));
  if (PQresultStatus(answer.get()) != PGRES_COMMAND_OK) return failure(answer.get(), sql);
  prepared_.emplace(std::move(key), name);
  return name;
}

Result<PostgresConnection::Answer> PostgresConnection::execute(std::string_view sql, const std::vector<Value>& values) {
  CLEW_CHECK(check_values(values));
  const Parameters parameters(values);
  const int count = static_cast<int>(values.size());
  Answer answer;
  if (prepares_) {
    CLEW_TRY(const std::string name, prepared_name(sql, values, parameters.types));
    answer.reset(PQexecPrepared(connection_.get(), name.c_str(), count, parameters.bytes.data(),
                                parameters.lengths.data(), parameters.formats.data(), 0));
  } else {
    answer.reset(PQexecParams(connection_.get(), std::string(sql).c_str(), count, parameters.types.data(),
                              parameters.bytes.data(), parameters.lengths.data(), parameters.formats.data(), 0));
  }
  const ExecStatusType status = PQresultStatus(answer.get());
  if (status != PGRES_TUPLES_OK && status != PGRES_COMMAND_OK) return failure(answer.get(), sql);
  return answer;
}

Result<ResultSet> PostgresConnection::run(std::string_view sql, const std::vector<Value>& values) {
  CLEW_TRY(const Answer answer, execute(sql, values));
  ResultSet result;
  const int columns = PQnfields(answer.get());
  for (int c = 0; c < columns; ++c)
    result.names.emplace_back(PQfname(answer.get(), c));
  const int rows = PQntuples(answer.get());
  result.rows.reserve(static_cast<std::size_t>(rows));
  for (int r = 0; r < rows; ++r) {
    std::vector<Value>& row = result.rows.emplace_back();
    row.reserve(static_cast<std::size_t>(columns));
    for (int c = 0; c < columns; ++c)
      row.push_back(column_value(answer.get(), r, c));
  }
  const std::string_view command = PQcmdStatus(answer.get());
  if (!command.starts_with("SELECT")) {
    const std::string_view changed = PQcmdTuples(answer.get());
    std::from_chars(changed.data(), changed.data() + changed.size(), result.changed);
  }
  return result;
}

Result<> PostgresConnection::begin(std::string_view statement) {
  lost_a_race_ = false;
  const Answer answer(PQexec(connection_.get(), std::string(statement).c_str()));
  if (PQresultStatus(answer.get()) != PGRES_COMMAND_OK && PQresultStatus(answer.get()) != PGRES_TUPLES_OK) {
    return failure(answer.get(), statement);
  }
  return ok();
}

Result<> PostgresConnection::commit() {
  const Answer answer(PQexec(connection_.get(), "COMMIT"));
  if (PQresultStatus(answer.get()) != PGRES_COMMAND_OK) return failure(answer.get(), "COMMIT");
  // COMMIT of a transaction with a failed statement answers ROLLBACK without an error.
  if (std::string_view(PQcmdStatus(answer.get())) != "COMMIT") {
    return Error{Errc::kInternal, "PostgreSQL: a statement of the transaction had failed, nothing was stored"};
  }
  return ok();
}

void PostgresConnection::rollback() {
  if (PQtransactionStatus(connection_.get()) == PQTRANS_IDLE) return;
  const Answer answer(PQexec(connection_.get(), "ROLLBACK"));
}

bool PostgresConnection::still_alive() {
  // An idle server says nothing, so readable means closed (or a notice on the way to it).
  pollfd waiting{PQsocket(connection_.get()), POLLIN, 0};
  if (::poll(&waiting, 1, 0) > 0) PQconsumeInput(connection_.get());
  return PQstatus(connection_.get()) == CONNECTION_OK;
}

bool PostgresConnection::usable() const {
  return PQstatus(connection_.get()) == CONNECTION_OK && PQtransactionStatus(connection_.get()) == PQTRANS_IDLE;
}

}  // namespace clew::meta::internal
