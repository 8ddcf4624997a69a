#include "config/secrets_file.h"

#include <array>
#include <cerrno>
#include <cstring>
#include <filesystem>
#include <fstream>
#include <sstream>

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/json.h"
#include "base/text.h"

namespace clew::config {

namespace {

Error failed(const std::string& what, const std::string& path) {
  return {Errc::kUnavailable, what + " " + path + ": " + std::strerror(errno)};
}

Result<json::Object> read_secrets(const std::string& path) {
  std::ifstream file(path, std::ios::binary);
  if (!file) {
    if (errno == ENOENT) return json::Object();
    return failed("cannot read", path);
  }
  std::ostringstream content;
  content << file.rdbuf();
  auto parsed = json::parse(content.str());
  if (!parsed || !parsed->is_object()) return Error{Errc::kCorruption, path + " is not a JSON object"};
  return std::move(parsed->get_object());
}

Result<> sync_and_close(int fd, bool good, const std::string& path) {
  good = good && ::fsync(fd) == 0;
  const Result<> result = good ? Result<>() : Result<>(failed("cannot write", path));
  ::close(fd);
  return result;
}

// Whole or not at all: a temporary file, synced, renamed, and the folder synced.
Result<> write_secrets(const std::string& folder, const std::string& path, const std::string& content) {
  const std::string temporary = path + ".new";
  const int fd = ::open(temporary.c_str(), O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);
  if (fd < 0) return failed("cannot create", temporary);
  const bool good =
      ::fchmod(fd, 0600) == 0 && ::write(fd, content.data(), content.size()) == static_cast<ssize_t>(content.size());
  CLEW_CHECK(sync_and_close(fd, good, temporary));
  if (::rename(temporary.c_str(), path.c_str()) != 0) return failed("cannot rename to", path);
  const int folder_fd = ::open(folder.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC);
  if (folder_fd < 0) return failed("cannot open", folder);
  return sync_and_close(folder_fd, true, folder);
}

}  // namespace

Result<> fill_missing_secrets(const std::string& data_dir, AuthSettings& auth) {
  const std::string path = data_dir + "/secrets.json";
  const std::array<std::pair<std::string_view, Secret*>, 3> wanted = {
      {{"salt", &auth.salt}, {"nextauthSecret", &auth.nextauth_secret}, {"encryptionKey", &auth.encryption_key}}};
  CLEW_TRY(json::Object stored, read_secrets(path));
  bool changed = false;
  for (const auto& [name, secret] : wanted) {
    if (secret->is_set()) continue;
    auto known = json::find_text(stored, name);
    if (!known) {
      if (stored.contains(name)) return Error{Errc::kCorruption, path + ": " + std::string(name) + " is not text"};
      stored[name] = text::random_hex(32);
      known = json::find_text(stored, name);
      changed = true;
    }
    *secret = Secret(std::string(*known));
  }
  if (!changed) return ok();
  std::error_code ec;
  std::filesystem::create_directories(data_dir, ec);
  if (ec) return Error{Errc::kUnavailable, "cannot create " + data_dir + ": " + ec.message()};
  return write_secrets(data_dir, path, json::to_text(stored) + "\n");
}

}  // namespace clew::config
