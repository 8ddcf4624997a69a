#include "analytics/testing.h"

#include <cstdlib>
#include <filesystem>

#include <unistd.h>

#include "analytics/migrations.h"

namespace clew::analytics {

std::string test_library_path() {
  if (const char* path = std::getenv("CLEW_LIBCHDB")) return path;  // NOLINT: tests only
  return CLEW_SOURCE_DIR "/.tools/node_modules/@chdb/lib-linux-x64-gnu/libchdb.so";
}

TestEngine::TestEngine() {
  setenv("TZ", "UTC", 1);
  std::string pattern = std::filesystem::temp_directory_path() / "clew-test-XXXXXX";
  CLEW_ASSERT(mkdtemp(pattern.data()) != nullptr, "cannot make a temporary directory");
  dir_ = pattern;
  auto opened = EmbeddedEngine::open({.library_path = test_library_path(), .data_dir = dir_});
  CLEW_ASSERT(opened.has_value(), opened.error().message.c_str());
  engine_ = *std::move(opened);
  auto migrated = migrate(*engine_);
  CLEW_ASSERT(migrated.has_value(), migrated.error().message.c_str());
}

TestEngine::~TestEngine() {
  engine_.reset();
  std::error_code ignored;
  std::filesystem::remove_all(dir_, ignored);
}

}  // namespace clew::analytics
