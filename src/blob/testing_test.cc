#include "blob/testing.h"

#include <cstdlib>

#include <fcntl.h>
#include <spawn.h>
#include <sys/wait.h>
#include <unistd.h>

#include "net/http_client.h"

namespace clew::blob::testing {

S3Double::S3Double() {
  int in[2];
  int out[2];
  if (::pipe2(in, O_CLOEXEC) != 0 || ::pipe2(out, O_CLOEXEC) != 0) return;
  posix_spawn_file_actions_t actions;
  ::posix_spawn_file_actions_init(&actions);
  ::posix_spawn_file_actions_adddup2(&actions, in[0], 0);
  ::posix_spawn_file_actions_adddup2(&actions, out[1], 1);
  std::string script = std::string(CLEW_SOURCE_DIR) + "/tests/s3/strict_s3.py";
  std::string program = "python3";
  char* arguments[] = {program.data(), script.data(), nullptr};
  const int code = ::posix_spawnp(&pid_, "python3", &actions, nullptr, arguments, environ);
  ::posix_spawn_file_actions_destroy(&actions);
  ::close(in[0]);
  ::close(out[1]);
  stdin_fd_ = in[1];
  std::string line;
  char c = 0;
  while (code == 0 && ::read(out[0], &c, 1) == 1 && c != '\n')
    line += c;
  ::close(out[0]);
  const std::string_view announced = "listening on ";
  if (line.starts_with(announced)) port_ = static_cast<std::uint16_t>(std::atoi(line.c_str() + announced.size()));
}

S3Double::~S3Double() {
  if (stdin_fd_ >= 0) ::close(stdin_fd_);
  if (pid_ > 0) ::waitpid(pid_, nullptr, 0);
}

void S3Double::fail_next(int count, int status) const {
  net::HttpClient client;
  const std::string body = "{\"fail\":" + std::to_string(count) + ",\"status\":" + std::to_string(status) + "}";
  static_cast<void>(client.send({.method = "POST", .url = endpoint() + "/_double", .body = body}));
}

}  // namespace clew::blob::testing
