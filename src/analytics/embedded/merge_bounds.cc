#include "analytics/embedded/merge_bounds.h"

#include <algorithm>

#include <fmt/format.h>

namespace clew::analytics {

namespace {

constexpr std::uint32_t kInsertsBetweenLooks = 32;
constexpr std::uint64_t kPartsPerStep = 200;
constexpr std::uint64_t kFactorPerStep = 4;
constexpr std::uint64_t kBytesMax = 10'000'000'000;

// At full load a flush makes parts of about 25 MB of payloads and 9 MB of rows: the first are left as they are, the
// second are merged once.
std::uint64_t base_bytes(std::string_view table) {
  if (table == "payloads") return 150'000'000;
  if (table == "observations" || table == "trace_spans") return 300'000'000;
  if (table == "text_index") return 150'000'000;
  return 0;
}

}  // namespace

std::uint64_t MergeBounds::bytes_max(std::string_view table, std::uint64_t parts) {
  std::uint64_t bytes = base_bytes(table);
  for (; bytes != 0 && parts >= kPartsPerStep && bytes < kBytesMax; parts /= 2)
    bytes *= kFactorPerStep;
  return std::min(bytes, kBytesMax);
}

void MergeBounds::inserted(std::string_view table, Engine& engine) {
  look_at(table, engine);
  if (table == "observations") look_at("trace_spans", engine);  // filled with it
}

void MergeBounds::look_at(std::string_view table, Engine& engine) {
  if (base_bytes(table) == 0) return;
  std::uint64_t set = 0;
  {
    const std::lock_guard<std::mutex> lock(mutex_);
    Bound& bound = bounds_.try_emplace(std::string(table)).first->second;
    if (bound.bytes != 0 && ++bound.inserts < kInsertsBetweenLooks) return;
    bound.inserts = 0;
    set = bound.bytes;
  }
  SystemParams params;
  params.text("table", table);
  const auto rows = engine.select("count_parts",
                                  "SELECT toInt64(max(n)) FROM (SELECT count() AS n FROM system.parts WHERE database = "
                                  "currentDatabase() AND table = {table:String} AND active GROUP BY partition_id)",
                                  params, {});
  if (!rows || rows->empty()) return;
  const std::uint64_t bytes = bytes_max(table, static_cast<std::uint64_t>(rows->integer(0, 0)));
  if (bytes == set) return;
  const auto done = engine.execute(
      "bound_merges",
      fmt::format("ALTER TABLE {} MODIFY SETTING max_bytes_to_merge_at_max_space_in_pool = {}", table, bytes),
      SystemParams());
  if (!done) return;
  const std::lock_guard<std::mutex> lock(mutex_);
  bounds_.find(table)->second.bytes = bytes;
}

}  // namespace clew::analytics
