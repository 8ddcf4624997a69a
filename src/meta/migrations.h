// Brings the relational store to the schema this program knows. Files meta/migrations/NNNN_name.sql run in order,
// forward only, each once by its number, all pending ones in one exclusive transaction: two processes starting at once
// do not collide, and a crash in the middle leaves the schema as it was. A statement ends with `;` at the end of a
// line.
#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "base/time.h"
#include "meta/database.h"

namespace clew::meta {

struct Migration {
  std::int64_t version;   // the file's number; ascending, gaps are allowed
  std::string_view name;  // "0001_identity"
  std::string_view text;
};

// The migrations compiled into this program.
std::span<const Migration> known_migrations();

// Applies what is pending and returns its names.
// kUnsupported: the schema is newer than this program. kCorruption: a migration that was applied has another text here.
Result<std::vector<std::string>> migrate(Database& database, const Clock& clock,
                                         std::span<const Migration> migrations = known_migrations());

// The names that migrate() would apply, changing nothing but creating the empty table of versions; the same errors.
Result<std::vector<std::string>> pending_migrations(Database& database,
                                                    std::span<const Migration> migrations = known_migrations());

}  // namespace clew::meta
