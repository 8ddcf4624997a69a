#include "operations/storage.h"

#include <algorithm>
#include <map>

namespace clew::operations {

namespace {

constexpr analytics::QueryLimits kLimits{.timeout_ms = 10'000, .memory_bytes_max = 256ULL << 20};

std::uint64_t share(std::uint64_t bytes, std::uint64_t part, std::uint64_t whole) {
  return whole == 0 ? 0
                    : static_cast<std::uint64_t>(static_cast<double>(bytes) * static_cast<double>(part) /
                                                 static_cast<double>(whole));
}

std::uint64_t count_at(const analytics::Rows& rows, std::size_t row, std::size_t column) {
  return static_cast<std::uint64_t>(std::max<std::int64_t>(rows.integer(row, column), 0));
}

}  // namespace

Result<std::vector<TableStorage>> StorageFacts::tables() {
  CLEW_TRY(const analytics::Rows rows,
           engine_.select("operations_tables",
                          "SELECT table, toUInt64(sum(rows)), toUInt64(count()), toUInt64(sum(bytes_on_disk)), "
                          "toUInt64(sum(data_uncompressed_bytes)) FROM system.parts "
                          "WHERE active AND database = currentDatabase() GROUP BY table ORDER BY 4 DESC",
                          analytics::SystemParams(), kLimits));
  std::vector<TableStorage> out;
  for (std::size_t row = 0; row < rows.size(); ++row) {
    out.push_back({.table = std::string(rows.text(row, 0)),
                   .rows = count_at(rows, row, 1),
                   .parts = count_at(rows, row, 2),
                   .bytes = count_at(rows, row, 3),
                   .uncompressed_bytes = count_at(rows, row, 4)});
  }
  return out;
}

Result<MergeLoad> StorageFacts::merges() {
  CLEW_TRY(const analytics::Rows rows,
           engine_.select("operations_merges",
                          "SELECT toUInt64(count()), toUInt64(sum(total_size_bytes_compressed)) FROM system.merges "
                          "WHERE database = currentDatabase()",
                          analytics::SystemParams(), kLimits));
  if (rows.empty()) return MergeLoad{};
  return MergeLoad{.running = count_at(rows, 0, 0), .bytes = count_at(rows, 0, 1)};
}

Result<std::vector<ProjectStorage>> StorageFacts::projects(const std::vector<TableStorage>& tables) {
  // All tenants on purpose: this is the operator's own question, and only sizes leave it.
  CLEW_TRY(const analytics::Rows rows,
           engine_.select("operations_projects",
                          "SELECT project_id, toUInt64(count()), toUInt64(sum(input_length + output_length)) "
                          "FROM observations GROUP BY project_id",
                          analytics::SystemParams(), kLimits));
  CLEW_TRY(const meta::ResultSet named, database_.run("SELECT id, name FROM projects"));
  std::map<std::string, std::string> names;
  for (std::size_t row = 0; row < named.size(); ++row)
    names.emplace(named.text(row, 0), named.text(row, 1));
  std::uint64_t all_rows = 0, all_text = 0, row_bytes = 0, text_bytes = 0;
  for (const TableStorage& table : tables)
    (table.table == "payloads" ? text_bytes : row_bytes) += table.bytes;
  std::vector<ProjectStorage> out;
  for (std::size_t row = 0; row < rows.size(); ++row) {
    ProjectStorage project{.project_id = std::string(rows.text(row, 0)),
                           .observations = count_at(rows, row, 1),
                           .text_characters = count_at(rows, row, 2)};
    const auto name = names.find(project.project_id);
    if (name != names.end()) project.name = name->second;
    all_rows += project.observations;
    all_text += project.text_characters;
    out.push_back(std::move(project));
  }
  for (ProjectStorage& project : out) {
    project.estimated_bytes =
        share(row_bytes, project.observations, all_rows) + share(text_bytes, project.text_characters, all_text);
  }
  std::ranges::sort(out, [](const auto& a, const auto& b) { return a.estimated_bytes > b.estimated_bytes; });
  return out;
}

Result<StorageReport> StorageFacts::report(std::int64_t max_age_us) {
  const std::lock_guard<std::mutex> lock(mutex_);
  if (last_ && monotonic_us() - last_at_us_ < max_age_us) return *last_;
  StorageReport report;
  CLEW_TRY(report.tables, tables());
  CLEW_TRY(report.merges, merges());
  CLEW_TRY(report.projects, projects(report.tables));
  report.projects_total = report.projects.size();
  if (report.projects.size() > kProjectsMax) report.projects.resize(kProjectsMax);
  report.taken_us = clock_.now_us();
  last_ = report;
  last_at_us_ = monotonic_us();
  return report;
}

}  // namespace clew::operations
