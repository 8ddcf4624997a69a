// The relational store on PostgreSQL 15 or later: a small pool of connections that are remade when the server comes
// back. Opening does not connect, so a process may start before its database.
#pragma once

#include <memory>
#include <string>

#include "base/result.h"
#include "meta/database.h"

namespace clew::meta {

struct PostgresOptions {
  std::string url;                   // DATABASE_URL; its connection_limit and pool_timeout win over what follows
  std::size_t connections_max = 10;  // per process
  int pool_timeout_s = 5;            // how long to wait for a free connection
};

// kInvalidArgument: see parse_postgres_url().
Result<std::unique_ptr<Database>> open_postgres(const PostgresOptions& options);

}  // namespace clew::meta
