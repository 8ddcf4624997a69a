// DATABASE_URL as self-hosters write it for Prisma, in the words of libpq (contract/operations.md 4.2).
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"

namespace clew::meta {

struct PostgresTarget {
  std::string url;                   // for libpq; holds the password: never log it
  std::string place;                 // "host:port/database" for messages
  std::string schema = "public";     // ?schema=
  std::size_t connections_max = 0;   // ?connection_limit=, 0 = not given
  int pool_timeout_s = 0;            // ?pool_timeout=, 0 = not given
  bool through_pgbouncer = false;    // ?pgbouncer=true: connections change between statements
  std::vector<std::string> ignored;  // parameters that mean nothing here
};

// kInvalidArgument: not a postgresql:// URL, or a parameter that cannot be honoured.
Result<PostgresTarget> parse_postgres_url(std::string_view url);

}  // namespace clew::meta
