// One SQLite connection with its prepared statements. Used by one thread at a time.
#pragma once

#include <memory>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "base/result.h"
#include "meta/database.h"

struct sqlite3;
struct sqlite3_stmt;

namespace clew::meta::internal {

class SqliteConnection final : public Session {
 public:
  enum class Mode { kRead, kWrite };
  // Opens (kWrite: creates, readable by the owner only) the file and sets durability, foreign keys and waiting.
  static Result<std::unique_ptr<SqliteConnection>> open(const std::string& file, Mode mode, int busy_timeout_ms);
  ~SqliteConnection() override;

  Result<ResultSet> run(std::string_view sql, const std::vector<Value>& values) override;
  // A statement without values and rows, not kept.
  Result<> execute(const char* sql);

  bool still_alive() const { return true; }
  bool usable() const { return true; }

 private:
  struct Closer {
    void operator()(sqlite3* connection) const;
  };
  struct Finalizer {
    void operator()(sqlite3_stmt* statement) const;
  };
  using Statement = std::unique_ptr<sqlite3_stmt, Finalizer>;

  explicit SqliteConnection(sqlite3* connection) : connection_(connection) {}
  Result<sqlite3_stmt*> prepare(std::string_view sql);
  Result<> bind(sqlite3_stmt* statement, const std::vector<Value>& values);
  Error failure(std::string_view sql) const;

  std::unique_ptr<sqlite3, Closer> connection_;
  std::unordered_map<std::string, Statement> statements_;
};

}  // namespace clew::meta::internal
