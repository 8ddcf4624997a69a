#include "app/paths.h"

#include <filesystem>

namespace clew::app {

namespace fs = std::filesystem;

DataPaths::DataPaths(std::string data_dir)
    : root(fs::absolute(data_dir).lexically_normal().string()),
      meta(root + "/meta.db"),
      analytics(root + "/analytics"),
      log(root + "/log"),
      blobs(root + "/blobs"),
      dead_letters(root + "/dead-letters") {}

Result<std::string> find_engine_library(const config::AnalyticsSettings& settings) {
  std::error_code ec;
  if (!settings.engine_library.empty()) {
    if (fs::exists(settings.engine_library, ec)) return settings.engine_library;
    return Error{Errc::kUnavailable, "the ClickHouse engine library is not at " + settings.engine_library};
  }
  const fs::path program = fs::read_symlink("/proc/self/exe", ec);
  const fs::path dir = program.parent_path();
  std::vector<fs::path> places = {dir / "libchdb.so", "/usr/lib/clew/libchdb.so"};
  for (fs::path above = dir; above.has_relative_path(); above = above.parent_path()) {
    places.push_back(above / ".tools/node_modules/@chdb/lib-linux-x64-gnu/libchdb.so");
  }
  std::string tried;
  for (const fs::path& place : places) {
    if (fs::exists(place, ec)) return place.string();
    tried += "\n  " + place.string();
  }
  return Error{
      Errc::kUnavailable,
      "the ClickHouse engine library libchdb.so was not found. `./dev setup` installs it; or set CLEW_LIBCHDB, "
      "or CLICKHOUSE_URL to use a ClickHouse server. Tried:" +
          tried};
}

}  // namespace clew::app
