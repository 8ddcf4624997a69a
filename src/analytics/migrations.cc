#include "analytics/migrations.h"

#include <charconv>
#include <cstdint>
#include <set>

#include <fmt/format.h>

namespace clew::analytics {

namespace {

constexpr std::string_view kCreateTable =
    "CREATE TABLE IF NOT EXISTS schema_migrations (version UInt32, name String, applied_at DateTime('UTC') DEFAULT "
    "now()) "
    "ENGINE = MergeTree ORDER BY version SETTINGS fsync_after_insert = 1, fsync_part_directory = 1";

// Statements end with ";" at the end of a line.
std::vector<std::string_view> statements(std::string_view file) {
  std::vector<std::string_view> out;
  while (!file.empty()) {
    const auto end = file.find(";\n");
    const std::string_view statement = file.substr(0, end);
    if (statement.find_first_not_of(" \n") != std::string_view::npos) out.push_back(statement);
    if (end == std::string_view::npos) break;
    file.remove_prefix(end + 2);
  }
  return out;
}

// The number a file's name begins with.
std::uint32_t version_of(const SchemaFile& file) {
  std::uint32_t version = 0;
  std::from_chars(file.name.data(), file.name.data() + file.name.size(), version);
  return version;
}

Result<> apply(Engine& engine, const SchemaFile& file) {
  for (const std::string_view statement : statements(file.text)) {
    auto done = engine.execute(file.name, statement, SystemParams());
    if (!done) return std::move(done).error().with_context("analytics schema " + std::string(file.name));
  }
  NativeBlock row({{"version", "UInt32"}, {"name", "String"}});
  row[0].fixed(version_of(file));
  row[1].text(file.name);
  return engine.insert("schema_migrations", row, {});
}

}  // namespace

Result<> migrate(Engine& engine, std::span<const SchemaFile> files) {
  CLEW_CHECK(engine.execute("create_schema_migrations", kCreateTable, SystemParams()));
  CLEW_TRY(const Rows applied,
           engine.select("schema_versions", "SELECT DISTINCT version FROM schema_migrations ORDER BY version",
                         SystemParams()));
  std::set<std::uint32_t> pending;
  for (const SchemaFile& file : files)
    pending.insert(version_of(file));
  for (std::size_t row = 0; row < applied.size(); ++row) {
    const std::int64_t version = applied.integer(row, 0);
    if (pending.erase(static_cast<std::uint32_t>(version)) == 0) {
      return Error{Errc::kInternal,
                   fmt::format("the analytics store has schema version {}, which this program does not "
                               "know: it was written by a newer Clew",
                               version)};
    }
  }
  for (const SchemaFile& file : files) {
    if (pending.contains(version_of(file))) CLEW_CHECK(apply(engine, file));
  }
  return ok();
}

}  // namespace clew::analytics
