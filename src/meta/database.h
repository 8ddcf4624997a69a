// The relational store for everything that is not trace data: SQLite (embedded) or PostgreSQL. One SQL text serves
// both: placeholders `$1`, `$2`, …; ON CONFLICT and RETURNING are allowed; times are INTEGER microseconds (BIGINT);
// booleans are INTEGER 0/1; JSON is TEXT. Migrations in meta/migrations run forward only, at start. The rules that keep
// one text valid for both are in README.md.
//
// Every method may be called from any thread and blocks until done.
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "base/result.h"

namespace clew::meta {

// A bound value: null, integer, real or text. Text is UTF-8 without NUL bytes, otherwise kInvalidArgument: bytes are
// stored as hex or base64.
using Value = std::variant<std::monostate, std::int64_t, double, std::string>;

class ResultSet {
 public:
  std::vector<std::string> names;
  std::vector<std::vector<Value>> rows;
  std::int64_t changed = 0;  // rows changed by INSERT, UPDATE, DELETE

  std::size_t size() const { return rows.size(); }
  bool empty() const { return rows.empty(); }
  bool is_null(std::size_t row, std::size_t column) const { return rows[row][column].index() == 0; }
  // "" or 0 when null.
  std::string text(std::size_t row, std::size_t column) const;
  std::int64_t integer(std::size_t row, std::size_t column) const;
  std::optional<std::string> optional_text(std::size_t row, std::size_t column) const;
  std::optional<std::int64_t> optional_integer(std::size_t row, std::size_t column) const;
};

class Session {
 public:
  virtual ~Session() = default;
  // kConflict: a unique or foreign key was violated. kUnavailable: the store is away or busy for too long. After a
  // failure the transaction can only roll back: every later statement and the commit fail too.
  virtual Result<ResultSet> run(std::string_view sql, const std::vector<Value>& values) = 0;
};

class Database {
 public:
  virtual ~Database() = default;

  // One statement in its own transaction. Text that begins with SELECT only reads, and may run beside a writer.
  // kUnavailable after a broken connection leaves open whether a change happened.
  virtual Result<ResultSet> run(std::string_view sql, const std::vector<Value>& values) = 0;
  Result<ResultSet> run(std::string_view sql) { return run(sql, {}); }

  // Runs `work` in one transaction: commits when it returns success, rolls back otherwise. Serialisation conflicts are
  // retried, so `work` may run more than once. No network calls inside. Opening a transaction or changing rows through
  // the Database from inside `work` is a bug.
  virtual Result<> transaction(const std::function<Result<>(Session&)>& work) = 0;

  // The same, for work that only one process may do at a time (migrations, provisioning): others wait, up to minutes.
  virtual Result<> exclusive_transaction(const std::function<Result<>(Session&)>& work) = 0;

  virtual std::string description() const = 0;  // "SQLite, DIR/meta.db"
};

}  // namespace clew::meta
