#include "analytics/migrations.h"

#include <fmt/format.h>

#include "analytics/schema_files.h"

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

}  // namespace

Result<> migrate(Engine& engine) {
  CLEW_CHECK(engine.execute("create_schema_migrations", kCreateTable, SystemParams()));
  CLEW_TRY(const Rows applied,
           engine.select("schema_version", "SELECT max(version) AS version FROM schema_migrations", SystemParams()));
  const std::int64_t version = applied.empty() ? 0 : applied.integer(0, 0);
  const auto& files = schema_files();
  if (version > static_cast<std::int64_t>(files.size())) {
    return Error{Errc::kInternal, fmt::format("the analytics store has schema version {}, this program knows {}: "
                                              "it was written by a newer Clew",
                                              version, files.size())};
  }
  for (std::size_t i = static_cast<std::size_t>(version); i < files.size(); ++i) {
    for (const std::string_view statement : statements(files[i].text)) {
      auto done = engine.execute(files[i].name, statement, SystemParams());
      if (!done) return std::move(done).error().with_context("analytics schema " + std::string(files[i].name));
    }
    NativeBlock row({{"version", "UInt32"}, {"name", "String"}});
    row[0].fixed(static_cast<std::uint32_t>(i + 1));
    row[1].text(files[i].name);
    CLEW_CHECK(engine.insert("schema_migrations", row, {}));
  }
  return ok();
}

}  // namespace clew::analytics
