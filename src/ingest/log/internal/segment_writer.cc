#include "ingest/log/internal/segment_writer.h"

#include <algorithm>
#include <cerrno>
#include <cstring>

#include <fcntl.h>
#include <unistd.h>

#include "ingest/log/internal/framing.h"
#include "ingest/log/internal/segment_files.h"

namespace clew::ingest {

namespace {

// None of the parts is empty.
bool write_all(int fd, std::vector<iovec> parts, std::uint64_t offset) {
  std::size_t first = 0;
  while (first < parts.size()) {
    const int count = static_cast<int>(std::min<std::size_t>(parts.size() - first, 1024));
    ssize_t written = pwritev(fd, parts.data() + first, count, static_cast<off_t>(offset));
    if (written < 0) {
      if (errno == EINTR) continue;
      return false;
    }
    offset += static_cast<std::uint64_t>(written);
    while (written > 0) {
      iovec& part = parts[first];
      const auto step = std::min(static_cast<std::size_t>(written), part.iov_len);
      part.iov_base = static_cast<char*>(part.iov_base) + step;
      part.iov_len -= step;
      written -= static_cast<ssize_t>(step);
      if (part.iov_len == 0) ++first;
    }
  }
  return true;
}

Error disk_error(std::string_view what, const std::string& path) {
  const bool full = errno == ENOSPC || errno == EDQUOT;
  Error error = file_error(what, path);
  if (full) error.code = Errc::kOverloaded;
  return error;
}

}  // namespace

Result<> SegmentWriter::open(std::uint64_t number, LogPosition previous_last, std::uint64_t bytes) {
  close();
  const std::string path = segment_path(dir_, number);
  const int fd = ::open(path.c_str(), O_RDWR | O_CREAT | O_EXCL | O_CLOEXEC, 0640);
  if (fd < 0) return disk_error("create", path);
  const StartMark mark{.capacity = std::max(segment_bytes_, kStartBytes + bytes + kHeaderBytes),
                       .previous_last = previous_last};
  const std::string_view payload(reinterpret_cast<const char*>(&mark), sizeof mark);
  std::string start(kStartBytes, '\0');
  const RecordHeader header = make_header(previous_last, payload, 0, kStartMagic);
  std::memcpy(start.data(), &header, kHeaderBytes);
  std::memcpy(start.data() + kHeaderBytes, &mark, sizeof mark);

  const int allocated = posix_fallocate(fd, 0, static_cast<off_t>(mark.capacity));
  if (allocated != 0) errno = allocated;  // it returns the error instead of setting it
  bool good =
      allocated == 0 && write_all(fd, {{start.data(), start.size()}}, 0) && sync_data_(fd) == 0 && fsync(fd) == 0;
  Error error = good ? Error{} : disk_error("allocate", path);
  if (good) {
    if (auto named = sync_directory(dir_); !named) {
      good = false;
      error = std::move(named).error();
    }
  }
  if (!good) {
    ::close(fd);
    ::unlink(path.c_str());
    return error;
  }
  fd_ = fd;
  number_ = number;
  end_ = kStartBytes;
  capacity_ = mark.capacity;
  last_ = previous_last;
  return ok();
}

Result<> SegmentWriter::write(std::vector<iovec> parts, std::uint64_t bytes, LogPosition last) {
  if (!write_all(fd_, std::move(parts), end_) || sync_data_(fd_) != 0) {
    Error error = disk_error("write or sync", segment_path(dir_, number_));
    close();  // cuts back to the last good end
    return error;
  }
  end_ += bytes;
  last_ = last;
  return ok();
}

void SegmentWriter::close() {
  if (fd_ < 0) return;
  const RecordHeader mark = make_header(last_, {}, 0, kEndMagic);
  // The mark is on disk before the rest is given back: a file that is short and has no mark was cut by somebody else.
  if (!write_all(fd_, {{const_cast<RecordHeader*>(&mark), kHeaderBytes}}, end_) || fdatasync(fd_) != 0 ||
      ftruncate(fd_, static_cast<off_t>(end_ + kHeaderBytes)) != 0) {
    // After a failed sync this may fail, too. What is left behind the end was never promised to anybody.
    (void)!ftruncate(fd_, static_cast<off_t>(end_ + kHeaderBytes));
  }
  ::close(fd_);
  fd_ = -1;
}

}  // namespace clew::ingest
