// One PostgreSQL connection with its prepared statements. Used by one thread at a time.
#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "base/result.h"
#include "meta/database.h"
#include "meta/postgres_url.h"

struct pg_conn;
struct pg_result;

namespace clew::meta::internal {

class PostgresConnection final : public Session {
 public:
  // Blocks until connected or the connect timeout is over: kUnavailable.
  static Result<std::unique_ptr<PostgresConnection>> open(const PostgresTarget& target);
  ~PostgresConnection() override;

  Result<ResultSet> run(std::string_view sql, const std::vector<Value>& values) override;

  // Transactions. commit() fails, and nothing is stored, when a statement in between failed.
  Result<> begin(std::string_view statement);
  Result<> commit();
  void rollback();
  // Whether something since begin() failed only because another transaction ran at the same time.
  bool lost_a_race() const { return lost_a_race_; }

  // Whether the server has not closed an idle connection in the meantime.
  bool still_alive();
  // Whether the connection can be used again after what happened on it.
  bool usable() const;

 private:
  struct Closer {
    void operator()(pg_conn* connection) const;
  };
  struct Clearer {
    void operator()(pg_result* result) const;
  };
  using Answer = std::unique_ptr<pg_result, Clearer>;

  PostgresConnection(pg_conn* connection, bool prepares) : connection_(connection), prepares_(prepares) {}
  Result<Answer> execute(std::string_view sql, const std::vector<Value>& values);
  Result<std::string> prepared_name(std::string_view sql, const std::vector<Value>& values,
                                    const std::vector<unsigned>& types);
  Error failure(const pg_result* answer, std::string_view sql);

  std::unique_ptr<pg_conn, Closer> connection_;
  const bool prepares_;
  bool lost_a_race_ = false;
  std::unordered_map<std::string, std::string> prepared_;  // text and types → name
};

}  // namespace clew::meta::internal
