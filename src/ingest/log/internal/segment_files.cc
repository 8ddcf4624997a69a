#include "ingest/log/internal/segment_files.h"

#include <algorithm>
#include <charconv>
#include <cstring>
#include <filesystem>
#include <fstream>

#include <fcntl.h>
#include <fmt/format.h>
#include <sys/stat.h>
#include <unistd.h>

#include "ingest/log/internal/framing.h"

namespace clew::ingest {

namespace {

namespace fs = std::filesystem;

std::string acknowledged_path(const std::string& dir) {
  return dir + "/acknowledged";
}

}  // namespace

Error file_error(std::string_view what, const std::string& path) {
  return Error{Errc::kUnavailable, fmt::format("{} {}: {}", what, path, std::strerror(errno))};
}

std::string segment_path(const std::string& dir, std::uint64_t segment) {
  return fmt::format("{}/{:020}.seg", dir, segment);
}

Result<std::vector<std::uint64_t>> list_segments(const std::string& dir) {
  std::vector<std::uint64_t> out;
  std::error_code ec;
  for (const auto& entry : fs::directory_iterator(dir, ec)) {
    const std::string name = entry.path().filename().string();
    std::uint64_t number = 0;
    if (!name.ends_with(".seg")) continue;
    const auto parsed = std::from_chars(name.data(), name.data() + name.size() - 4, number);
    if (parsed.ec == std::errc{} && parsed.ptr == name.data() + name.size() - 4) out.push_back(number);
  }
  if (ec && ec != std::errc::no_such_file_or_directory) {
    return Error{Errc::kUnavailable, "cannot list " + dir + ": " + ec.message()};
  }
  std::sort(out.begin(), out.end());
  return out;
}

// Not mapped into memory: a sector that cannot be read would be a signal instead of an error with a place.
Result<std::string> read_file(const std::string& path) {
  const int fd = ::open(path.c_str(), O_RDONLY | O_CLOEXEC);
  if (fd < 0) return file_error("open", path);
  struct stat info{};
  if (fstat(fd, &info) != 0) {
    Error error = file_error("stat", path);
    ::close(fd);
    return error;
  }
  std::string out(static_cast<std::size_t>(info.st_size), '\0');
  for (std::size_t at = 0; at < out.size();) {
    const ssize_t size = pread(fd, out.data() + at, out.size() - at, static_cast<off_t>(at));
    if (size < 0 && errno == EINTR) continue;
    if (size < 0) {
      Error error = file_error(fmt::format("at offset {} read", at), path);
      ::close(fd);
      return error;
    }
    if (size == 0) out.resize(at);
    at += static_cast<std::size_t>(size);
  }
  ::close(fd);
  return out;
}

Result<> sync_directory(const std::string& dir) {
  const int fd = ::open(dir.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC);
  if (fd < 0) return file_error("open", dir);
  const int status = fsync(fd);
  ::close(fd);
  if (status != 0) return file_error("fsync", dir);
  return ok();
}

std::optional<LogPosition> read_acknowledged(const std::string& dir) {
  std::ifstream in(acknowledged_path(dir));
  std::string number;
  std::uint32_t crc = 0;
  if (!(in >> number >> crc) || crc32c(0, number) != crc) return std::nullopt;
  LogPosition position = 0;
  const auto parsed = std::from_chars(number.data(), number.data() + number.size(), position);
  if (parsed.ec != std::errc{} || parsed.ptr != number.data() + number.size()) return std::nullopt;
  return position;
}

Result<> write_acknowledged(const std::string& dir, LogPosition position) {
  const std::string path = acknowledged_path(dir), fresh = path + ".new";
  {
    std::ofstream out(fresh, std::ios::trunc);
    const std::string number = std::to_string(position);
    out << number << ' ' << crc32c(0, number) << '\n';
    if (!out.flush()) return file_error("write", fresh);
  }
  if (std::rename(fresh.c_str(), path.c_str()) != 0) return file_error("rename", path);
  return ok();
}

}  // namespace clew::ingest
