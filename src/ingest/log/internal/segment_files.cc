#include "ingest/log/internal/segment_files.h"

#include <algorithm>
#include <charconv>
#include <cstring>
#include <filesystem>
#include <fstream>

#include <fcntl.h>
#include <fmt/format.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/time.h"
#include "ingest/log/internal/framing.h"

namespace clew::ingest {

namespace {

namespace fs = std::filesystem;

std::string acknowledged_path(const std::string& dir) {
  return dir + "/acknowledged";
}

// A read-only view of a whole file.
class MappedFile {
 public:
  static Result<MappedFile> open(const std::string& path) {
    const int fd = ::open(path.c_str(), O_RDONLY | O_CLOEXEC);
    if (fd < 0) return file_error("open", path);
    struct stat info{};
    if (fstat(fd, &info) != 0) {
      ::close(fd);
      return file_error("stat", path);
    }
    MappedFile file;
    file.size_ = static_cast<std::size_t>(info.st_size);
    if (file.size_ > 0) {
      void* data = mmap(nullptr, file.size_, PROT_READ, MAP_PRIVATE, fd, 0);
      if (data == MAP_FAILED) {
        ::close(fd);
        return file_error("map", path);
      }
      file.data_ = static_cast<const char*>(data);
    }
    ::close(fd);
    return file;
  }
  ~MappedFile() {
    if (data_) munmap(const_cast<char*>(data_), size_);
  }
  MappedFile(MappedFile&& other) noexcept : data_(std::exchange(other.data_, nullptr)), size_(other.size_) {}
  MappedFile& operator=(MappedFile&&) = delete;
  std::string_view bytes() const { return {data_, data_ ? size_ : 0}; }

 private:
  MappedFile() = default;
  const char* data_ = nullptr;
  std::size_t size_ = 0;
};

bool only_zeros(std::string_view bytes) {
  return bytes.find_first_not_of('\0') == std::string_view::npos;
}

// Offset of the next whole record after `from` with a position above `last`, or npos.
std::size_t next_record(std::string_view bytes, std::size_t from, LogPosition last) {
  for (std::size_t at = from; at + kHeaderBytes <= bytes.size(); at += 8) {
    std::uint32_t magic = 0;
    std::memcpy(&magic, bytes.data() + at, 4);
    if (magic != kRecordMagic) continue;
    const auto record = read_record(bytes.substr(at));
    if (record && record->position > last) return at;
  }
  return std::string_view::npos;
}

Result<> quarantine(const std::string& dir, std::uint64_t segment, std::size_t offset, std::string_view bytes) {
  std::error_code ec;
  fs::create_directories(dir + "/quarantine", ec);
  const std::string path = fmt::format("{}/quarantine/{:020}-{}.bin", dir, segment, offset);
  std::ofstream out(path, std::ios::binary | std::ios::trunc);
  out.write(bytes.data(), static_cast<std::streamsize>(bytes.size()));
  if (!out.flush()) return file_error("write", path);
  return ok();
}

Result<> scan_segment(const std::string& dir, std::uint64_t segment, SegmentScan& scan) {
  const std::string path = segment_path(dir, segment);
  CLEW_TRY(const MappedFile file, MappedFile::open(path));
  const std::string_view bytes = file.bytes();
  const std::int64_t now = monotonic_us();
  std::size_t at = 0;
  while (at + kHeaderBytes <= bytes.size()) {
    if (const auto record = read_record(bytes.substr(at)); record && record->position > scan.last_position) {
      scan.last_position = record->position;
      if (record->position > scan.acknowledged) {
        scan.entries.push_back({.position = record->position,
                                .segment = segment,
                                .offset = at,
                                .payload_bytes = static_cast<std::uint32_t>(record->payload.size()),
                                .appended_us = now});
      }
      at += framed_bytes(record->payload.size());
      continue;
    }
    const std::size_t next = next_record(bytes, at + 8, scan.last_position);
    if (next == std::string_view::npos) break;
    CLEW_CHECK(quarantine(dir, segment, at, bytes.substr(at, next - at)));
    scan.recovery.quarantined_bytes += next - at;
    ++scan.recovery.quarantined_ranges;
    at = next;
  }
  if (!only_zeros(bytes.substr(std::min(at, bytes.size())))) scan.recovery.tail_bytes_cut += bytes.size() - at;
  // What follows was never acknowledged. Cutting it keeps its bytes from ever being taken for records.
  if (at < bytes.size() && truncate(path.c_str(), static_cast<off_t>(at)) != 0) return file_error("truncate", path);
  return ok();
}

}  // namespace

Error file_error(std::string_view what, const std::string& path) {
  return Error{Errc::kUnavailable, fmt::format("{} {}: {}", what, path, std::strerror(errno))};
}

std::string segment_path(const std::string& dir, std::uint64_t segment) {
  return fmt::format("{}/{:020}.seg", dir, segment);
}

Result<> sync_directory(const std::string& dir) {
  const int fd = ::open(dir.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC);
  if (fd < 0) return file_error("open", dir);
  const int status = fsync(fd);
  ::close(fd);
  if (status != 0) return file_error("fsync", dir);
  return ok();
}

Result<LogPosition> read_acknowledged(const std::string& dir) {
  std::ifstream in(acknowledged_path(dir));
  LogPosition position = 0;
  if (in && !(in >> position)) position = 0;
  return position;
}

Result<> write_acknowledged(const std::string& dir, LogPosition position) {
  const std::string path = acknowledged_path(dir), fresh = path + ".new";
  {
    std::ofstream out(fresh, std::ios::trunc);
    out << position << '\n';
    if (!out.flush()) return file_error("write", fresh);
  }
  if (std::rename(fresh.c_str(), path.c_str()) != 0) return file_error("rename", path);
  return ok();
}

Result<SegmentScan> scan_segments(const std::string& dir) {
  SegmentScan scan;
  CLEW_TRY(scan.acknowledged, read_acknowledged(dir));
  scan.last_position = 0;
  std::error_code ec;
  for (const auto& entry : fs::directory_iterator(dir, ec)) {
    const std::string name = entry.path().filename().string();
    std::uint64_t number = 0;
    if (!name.ends_with(".seg")) continue;
    const auto parsed = std::from_chars(name.data(), name.data() + name.size() - 4, number);
    if (parsed.ec == std::errc{} && parsed.ptr == name.data() + name.size() - 4) scan.segments.push_back(number);
  }
  if (ec) return Error{Errc::kUnavailable, "cannot list " + dir + ": " + ec.message()};
  std::sort(scan.segments.begin(), scan.segments.end());
  for (const std::uint64_t segment : scan.segments)
    CLEW_CHECK(scan_segment(dir, segment, scan));
  scan.recovery.records = scan.entries.size();
  scan.last_position = std::max(scan.last_position, scan.acknowledged);
  return scan;
}

}  // namespace clew::ingest
