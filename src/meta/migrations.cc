#include "meta/migrations.h"

#include <algorithm>
#include <vector>

#include <fmt/format.h>
#include <sodium.h>

#include "base/text.h"
#include "meta/migration_files.h"

namespace clew::meta {

namespace {

constexpr std::string_view kCreateTable =
    "CREATE TABLE IF NOT EXISTS schema_migrations (version BIGINT PRIMARY KEY, name TEXT NOT NULL, "
    "checksum TEXT NOT NULL, applied_at BIGINT NOT NULL)";
constexpr std::string_view kListApplied = "SELECT version, name, checksum FROM schema_migrations ORDER BY version";
constexpr std::string_view kRecord =
    "INSERT INTO schema_migrations (version, name, checksum, applied_at) VALUES ($1, $2, $3, $4)";

std::string checksum(std::string_view text) {
  std::string digest(crypto_hash_sha256_BYTES, '\0');
  crypto_hash_sha256(reinterpret_cast<unsigned char*>(digest.data()),
                     reinterpret_cast<const unsigned char*>(text.data()), text.size());
  return text::to_hex(digest);
}

// Statements of a file: each ends with `;` at the end of a line. Comment lines are dropped.
std::vector<std::string> statements_of(std::string_view file) {
  std::vector<std::string> statements;
  std::string current;
  for (const std::string_view line : text::split(file, '\n')) {
    const std::string_view trimmed = text::trim(line);
    if (trimmed.empty() || trimmed.starts_with("--")) continue;
    current.append(line).append("\n");
    if (trimmed.ends_with(';')) statements.push_back(std::exchange(current, {}));
  }
  if (!current.empty()) statements.push_back(std::move(current));
  return statements;
}

// Those of `migrations` that are not among the rows of schema_migrations. A number may be missing below others:
// branches reserve numbers, and the one that comes later is applied later.
Result<std::vector<Migration>> pending_of(const ResultSet& applied, std::span<const Migration> migrations) {
  std::vector<Migration> pending(migrations.begin(), migrations.end());
  for (std::size_t row = 0; row < applied.size(); ++row) {
    const std::int64_t version = applied.integer(row, 0);
    const auto known = std::ranges::find(pending, version, &Migration::version);
    if (known == pending.end()) {
      return Error{Errc::kUnsupported,
                   fmt::format("the database has schema version {} ({}), which this program does not know (it knows up "
                               "to {}): start a newer version of Clew or restore an older backup",
                               version, applied.text(row, 1), migrations.empty() ? 0 : migrations.back().version)};
    }
    if (applied.text(row, 2) != checksum(known->text)) {
      return Error{Errc::kCorruption,
                   fmt::format("migration {} was applied to this database with another text", applied.text(row, 1))};
    }
    pending.erase(known);
  }
  return pending;
}

Result<> apply(Session& session, const Migration& migration, TimeUs now) {
  for (const std::string& statement : statements_of(migration.text)) {
    if (auto done = session.run(statement, {}); !done) {
      return std::move(done).error().with_context(fmt::format("migration {}", migration.name));
    }
  }
  const Result<ResultSet> recorded =
      session.run(kRecord, {migration.version, std::string(migration.name), checksum(migration.text), now});
  if (!recorded) return recorded.error();
  return ok();
}

}  // namespace

std::span<const Migration> known_migrations() {
  return kMigrations;
}

Result<std::vector<std::string>> migrate(Database& database, const Clock& clock,
                                         std::span<const Migration> migrations) {
  std::vector<std::string> names;
  CLEW_CHECK(database.exclusive_transaction([&](Session& session) -> Result<> {
    names.clear();
    if (auto created = session.run(kCreateTable, {}); !created) return created.error();
    CLEW_TRY(const ResultSet applied, session.run(kListApplied, {}));
    CLEW_TRY(const std::vector<Migration> pending, pending_of(applied, migrations));
    for (const Migration& migration : pending) {
      CLEW_CHECK(apply(session, migration, clock.now_us()));
      names.emplace_back(migration.name);
    }
    return ok();
  }));
  return names;
}

Result<std::vector<std::string>> pending_migrations(Database& database, std::span<const Migration> migrations) {
  std::vector<std::string> names;
  // A database without the table is empty: nothing is applied. Creating the table is the one way to ask both engines.
  CLEW_CHECK(database.exclusive_transaction([&](Session& session) -> Result<> {
    names.clear();
    if (auto created = session.run(kCreateTable, {}); !created) return created.error();
    CLEW_TRY(const ResultSet applied, session.run(kListApplied, {}));
    CLEW_TRY(const std::vector<Migration> pending, pending_of(applied, migrations));
    for (const Migration& migration : pending)
      names.emplace_back(migration.name);
    return ok();
  }));
  return names;
}

}  // namespace clew::meta
