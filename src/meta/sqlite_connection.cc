#include "meta/internal/sqlite_connection.h"

#include <cstring>

#include <fcntl.h>
#include <fmt/format.h>
#include <sqlite3.h>
#include <unistd.h>

#include "meta/internal/values.h"

namespace clew::meta::internal {

namespace {

// A program has a few hundred statement texts; more means somebody builds texts with values inside.
constexpr std::size_t kStatementsMax = 512;

Errc code_of(int extended) {
  switch (extended) {
    case SQLITE_CONSTRAINT_UNIQUE:
    case SQLITE_CONSTRAINT_PRIMARYKEY:
    case SQLITE_CONSTRAINT_ROWID:
    case SQLITE_CONSTRAINT_FOREIGNKEY:
      return Errc::kConflict;
    default:
      break;
  }
  switch (extended & 0xFF) {
    case SQLITE_BUSY:
    case SQLITE_LOCKED:
    case SQLITE_FULL:
    case SQLITE_IOERR:
    case SQLITE_CANTOPEN:
    case SQLITE_READONLY:
      return Errc::kUnavailable;
    case SQLITE_CORRUPT:
    case SQLITE_NOTADB:
      return Errc::kCorruption;
    case SQLITE_TOOBIG:
      return Errc::kTooLarge;
    default:
      return Errc::kInternal;
  }
}

Value column_value(sqlite3_stmt* statement, int column) {
  switch (sqlite3_column_type(statement, column)) {
    case SQLITE_NULL:
      return std::monostate{};
    case SQLITE_INTEGER:
      return std::int64_t{sqlite3_column_int64(statement, column)};
    case SQLITE_FLOAT:
      return sqlite3_column_double(statement, column);
    default: {
      const void* bytes = sqlite3_column_blob(statement, column);
      const int size = sqlite3_column_bytes(statement, column);
      return std::string(static_cast<const char*>(bytes), static_cast<std::size_t>(size));
    }
  }
}

int bind_value(sqlite3_stmt* statement, int index, const Value& value) {
  if (const auto* integer = std::get_if<std::int64_t>(&value)) return sqlite3_bind_int64(statement, index, *integer);
  if (const auto* real = std::get_if<double>(&value)) return sqlite3_bind_double(statement, index, *real);
  if (const auto* text = std::get_if<std::string>(&value)) {
    // The values outlive the step: no copy needed.
    return sqlite3_bind_text64(statement, index, text->data(), text->size(), SQLITE_STATIC, SQLITE_UTF8);
  }
  return sqlite3_bind_null(statement, index);
}

}  // namespace

void SqliteConnection::Closer::operator()(sqlite3* connection) const {
  sqlite3_close_v2(connection);
}
void SqliteConnection::Finalizer::operator()(sqlite3_stmt* statement) const {
  sqlite3_finalize(statement);
}

SqliteConnection::~SqliteConnection() = default;

Result<std::unique_ptr<SqliteConnection>> SqliteConnection::open(const std::string& file, Mode mode,
                                                                 int busy_timeout_ms) {
  if (mode == Mode::kWrite) {
    // Created by us so that nobody else can read it, whatever the umask; SQLite gives -wal and -shm the same mode.
    const int fd = ::open(file.c_str(), O_CREAT | O_RDWR | O_CLOEXEC, 0600);
    if (fd < 0) return Error{Errc::kUnavailable, fmt::format("cannot open {}: {}", file, std::strerror(errno))};
    ::close(fd);
  }
  sqlite3* raw = nullptr;
  const int flags = SQLITE_OPEN_READWRITE | SQLITE_OPEN_NOMUTEX | SQLITE_OPEN_EXRESCODE;
  const int code = sqlite3_open_v2(file.c_str(), &raw, flags, nullptr);
  std::unique_ptr<SqliteConnection> connection(new SqliteConnection(raw));
  if (code != SQLITE_OK) {
    return Error{code_of(code), fmt::format("cannot open {}: {}", file, sqlite3_errstr(code))};
  }
  sqlite3_busy_timeout(raw, busy_timeout_ms);
  CLEW_CHECK(connection->execute("PRAGMA journal_mode=WAL"));
  CLEW_CHECK(connection->execute("PRAGMA synchronous=FULL"));
  CLEW_CHECK(connection->execute("PRAGMA foreign_keys=ON"));
  CLEW_CHECK(connection->execute("PRAGMA trusted_schema=OFF"));
  CLEW_CHECK(connection->execute("PRAGMA journal_size_limit=67108864"));
  if (mode == Mode::kRead) CLEW_CHECK(connection->execute("PRAGMA query_only=ON"));
  return connection;
}

Error SqliteConnection::failure(std::string_view sql) const {
  const int code = sqlite3_extended_errcode(connection_.get());
  return Error{code_of(code),
               fmt::format("SQLite: {} in: {}", sqlite3_errmsg(connection_.get()), text::prefix(text::trim(sql), 120))};
}

Result<> SqliteConnection::execute(const char* sql) {
  if (sqlite3_exec(connection_.get(), sql, nullptr, nullptr, nullptr) != SQLITE_OK) return failure(sql);
  return ok();
}

Result<sqlite3_stmt*> SqliteConnection::prepare(std::string_view sql) {
  std::string key(sql);
  if (const auto found = statements_.find(key); found != statements_.end()) return found->second.get();
  sqlite3_stmt* raw = nullptr;
  const char* tail = nullptr;
  const int code = sqlite3_prepare_v3(connection_.get(), sql.data(), static_cast<int>(sql.size()),
                                      SQLITE_PREPARE_PERSISTENT, &raw, &tail);
  Statement statement(raw);
  if (code != SQLITE_OK) return failure(sql);
  if (raw == nullptr) return Error{Errc::kInternal, "empty SQL statement"};
  const std::string_view rest = text::trim(std::string_view(tail, sql.data() + sql.size()));
  if (!rest.empty()) return Error{Errc::kInternal, fmt::format("more than one SQL statement: {}", rest)};
  if (statements_.size() >= kStatementsMax) statements_.clear();
  return statements_.emplace(std::move(key), std::move(statement)).first->second.get();
}

// SQLite numbers `$1` by its first appearance in the text, so a value is bound by name.
Result<> SqliteConnection::bind(sqlite3_stmt* statement, const std::vector<Value>& values) {
  if (const int expected = sqlite3_bind_parameter_count(statement); expected != static_cast<int>(values.size())) {
    return Error{Errc::kInternal, fmt::format("{} values for {} parameters in: {}", values.size(), expected,
                                              text::prefix(sqlite3_sql(statement), 120))};
  }
  for (std::size_t i = 0; i < values.size(); ++i) {
    const std::string name = "$" + std::to_string(i + 1);
    const int index = sqlite3_bind_parameter_index(statement, name.c_str());
    if (index == 0) return Error{Errc::kInternal, fmt::format("no parameter {} in: {}", name, sqlite3_sql(statement))};
    if (bind_value(statement, index, values[i]) != SQLITE_OK) return failure(sqlite3_sql(statement));
  }
  return ok();
}

Result<ResultSet> SqliteConnection::run(std::string_view sql, const std::vector<Value>& values) {
  CLEW_CHECK(check_values(values));
  CLEW_TRY(sqlite3_stmt * statement, prepare(sql));
  struct Reset {
    sqlite3_stmt* statement;
    ~Reset() {
      sqlite3_reset(statement);
      sqlite3_clear_bindings(statement);
    }
  } const reset{statement};
  CLEW_CHECK(bind(statement, values));

  ResultSet result;
  const int columns = sqlite3_column_count(statement);
  for (int c = 0; c < columns; ++c)
    result.names.emplace_back(sqlite3_column_name(statement, c));
  const std::int64_t changed_before = sqlite3_total_changes64(connection_.get());
  int code = sqlite3_step(statement);
  for (; code == SQLITE_ROW; code = sqlite3_step(statement)) {
    std::vector<Value>& row = result.rows.emplace_back();
    row.reserve(static_cast<std::size_t>(columns));
    for (int c = 0; c < columns; ++c)
      row.push_back(column_value(statement, c));
  }
  if (code != SQLITE_DONE) return failure(sql);
  // total_changes also counts cascades, changes does not but keeps the value of an earlier statement.
  if (sqlite3_total_changes64(connection_.get()) != changed_before) {
    result.changed = sqlite3_changes64(connection_.get());
  }
  return result;
}

}  // namespace clew::meta::internal
