#include "analytics/testing.h"

#include <cstdlib>
#include <filesystem>

#include <fcntl.h>
#include <spawn.h>
#include <sys/wait.h>
#include <unistd.h>

#include "analytics/migrations.h"
#include "analytics/remote/remote_engine.h"
#include "base/json.h"

namespace clew::analytics {

std::string test_library_path() {
  if (const char* path = std::getenv("CLEW_LIBCHDB")) return path;  // NOLINT: tests only
  return CLEW_SOURCE_DIR "/.tools/node_modules/@chdb/lib-linux-x64-gnu/libchdb.so";
}

namespace {

bool wants_server() {
  const char* kind = std::getenv("CLEW_TEST_ENGINE");
  return kind != nullptr && std::string_view(kind) == "server";
}

Result<std::unique_ptr<Engine>> open_remote(const TestServer& server) {
  CLEW_TRY(auto engine, RemoteEngine::open({.url = server.url(), .user = "clew", .password = "clew"}));
  return std::unique_ptr<Engine>(std::move(engine));
}

Result<std::unique_ptr<Engine>> open_embedded(const std::string& dir) {
  CLEW_TRY(auto engine, EmbeddedEngine::open({.library_path = test_library_path(), .data_dir = dir}));
  return std::unique_ptr<Engine>(std::move(engine));
}

}  // namespace

TestEngine::TestEngine() {
  setenv("TZ", "UTC", 1);
  std::string pattern = std::filesystem::temp_directory_path() / "clew-test-XXXXXX";
  CLEW_ASSERT(mkdtemp(pattern.data()) != nullptr, "cannot make a temporary directory");
  dir_ = pattern;
  if (wants_server()) server_ = std::make_unique<TestServer>();
  auto opened = server_ ? open_remote(*server_) : open_embedded(dir_);
  CLEW_ASSERT(opened.has_value(), opened.error().message.c_str());
  engine_ = *std::move(opened);
  auto migrated = migrate(*engine_);
  CLEW_ASSERT(migrated.has_value(), migrated.error().message.c_str());
}

TestEngine::~TestEngine() {
  engine_.reset();
  server_.reset();
  std::error_code ignored;
  std::filesystem::remove_all(dir_, ignored);
}

TestServer::TestServer() {
  std::string pattern = std::filesystem::temp_directory_path() / "clew-clickhouse-XXXXXX";
  CLEW_ASSERT(mkdtemp(pattern.data()) != nullptr, "cannot make a temporary directory");
  dir_ = pattern;
  int in[2], out[2];
  CLEW_ASSERT(pipe2(in, O_CLOEXEC) == 0 && pipe2(out, O_CLOEXEC) == 0, "cannot make a pipe");
  std::vector<std::string> arguments = {"python3",   CLEW_SOURCE_DIR "/tests/clickhouse/start.py",
                                        "--server",  CLEW_CLICKHOUSE_SERVER,
                                        "--libchdb", test_library_path(),
                                        "--dir",     dir_};
  std::vector<char*> argv;
  for (std::string& argument : arguments)
    argv.push_back(argument.data());
  argv.push_back(nullptr);
  posix_spawn_file_actions_t actions;
  posix_spawn_file_actions_init(&actions);
  posix_spawn_file_actions_adddup2(&actions, in[0], STDIN_FILENO);
  posix_spawn_file_actions_adddup2(&actions, out[1], STDOUT_FILENO);
  CLEW_ASSERT(posix_spawnp(&pid_, "python3", &actions, nullptr, argv.data(), environ) == 0, "cannot start python3");
  posix_spawn_file_actions_destroy(&actions);
  ::close(in[0]);
  ::close(out[1]);
  stdin_ = in[1];
  std::string line;
  for (char c = 0; read(out[0], &c, 1) == 1 && c != '\n';)
    line += c;
  ::close(out[0]);
  const auto answer = json::parse(line);
  CLEW_ASSERT(answer.has_value() && answer->is_object(), "the ClickHouse server did not start");
  url_ = json::find_text(answer->get_object(), "url").value_or("");
}

TestServer::~TestServer() {
  ::close(stdin_);  // it ends with its standard input
  waitpid(pid_, nullptr, 0);
  std::error_code ignored;
  std::filesystem::remove_all(dir_, ignored);
}

}  // namespace clew::analytics
