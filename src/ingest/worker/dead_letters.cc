#include "ingest/worker/dead_letters.h"

#include <algorithm>
#include <cstring>
#include <filesystem>
#include <fstream>

#include <fcntl.h>
#include <fmt/format.h>
#include <unistd.h>

#include "base/json.h"

namespace clew::ingest {

namespace fs = std::filesystem;

namespace {

Result<> write_durably(const std::string& path, std::string_view bytes) {
  const std::string fresh = path + ".new";
  const int fd = ::open(fresh.c_str(), O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0640);
  bool done = fd >= 0;
  for (std::size_t at = 0; done && at < bytes.size();) {
    const ssize_t n = ::write(fd, bytes.data() + at, bytes.size() - at);
    if (n < 0)
      done = false;
    else
      at += static_cast<std::size_t>(n);
  }
  done = done && fsync(fd) == 0;
  if (fd >= 0) ::close(fd);
  done = done && std::rename(fresh.c_str(), path.c_str()) == 0;
  if (!done) return Error{Errc::kUnavailable, fmt::format("write {}: {}", path, std::strerror(errno))};
  return ok();
}

std::optional<DeadLetter> read_letter(const fs::path& path) {
  std::ifstream in(path);
  const std::string text{std::istreambuf_iterator<char>(in), {}};
  const auto value = json::parse(text);
  const json::Object* object = value ? value->if_object() : nullptr;
  if (!object) return std::nullopt;
  const auto number = [&](std::string_view key) {
    const json::Value* found = object->if_contains(key);
    return found && found->is_number() ? found->to_number<std::int64_t>() : 0;
  };
  DeadLetter letter;
  letter.position = static_cast<LogPosition>(number("position"));
  letter.project_id = json::find_text(*object, "project").value_or("");
  letter.error = json::find_text(*object, "error").value_or("");
  letter.failed_at_us = number("failedAt");
  letter.bytes = static_cast<std::uint64_t>(number("bytes"));
  return letter;
}

}  // namespace

std::string DeadLetters::path(LogPosition position, std::string_view ending) const {
  return fmt::format("{}/{:020}{}", dir_, position, ending);
}

Result<> DeadLetters::add(const DeadLetter& letter, std::string_view record) {
  std::error_code ec;
  fs::create_directories(dir_, ec);
  CLEW_CHECK(write_durably(path(letter.position, ".bin"), record));
  json::Object head;
  head["position"] = letter.position;
  head["project"] = letter.project_id;
  head["error"] = letter.error;
  head["failedAt"] = letter.failed_at_us;
  head["bytes"] = record.size();
  return write_durably(path(letter.position, ".json"), json::to_text(head));
}

Result<std::vector<DeadLetter>> DeadLetters::list() const {
  std::vector<DeadLetter> out;
  std::error_code ec;
  for (const auto& entry : fs::directory_iterator(dir_, ec)) {
    if (entry.path().extension() != ".json") continue;
    if (auto letter = read_letter(entry.path())) out.push_back(*std::move(letter));
  }
  std::sort(out.begin(), out.end(), [](const auto& a, const auto& b) { return a.position < b.position; });
  return out;
}

Result<std::string> DeadLetters::record(LogPosition position) const {
  std::ifstream in(path(position, ".bin"), std::ios::binary);
  if (!in) return Error{Errc::kNotFound, fmt::format("no dead letter at {}", position)};
  return std::string{std::istreambuf_iterator<char>(in), {}};
}

}  // namespace clew::ingest
