#include "ingest/log/segment_log.h"

#include <algorithm>
#include <filesystem>

#include <fcntl.h>
#include <fmt/format.h>
#include <sys/statvfs.h>
#include <sys/uio.h>
#include <unistd.h>

#include "ingest/log/internal/framing.h"
#include "ingest/log/internal/segment_files.h"

namespace clew::ingest {

namespace {

constexpr std::int64_t kGuardIntervalUs = 1'000'000;
constexpr std::size_t kPayloadBytesMax = 1ULL << 30;

struct Pending {
  std::string payload;
  Attachment attachment;
  Log::Appended done;
};

// The segment that is being written.
struct OpenSegment {
  int fd = -1;
  std::uint64_t number = 0;
  std::uint64_t end = 0;       // where the next record goes
  std::uint64_t capacity = 0;  // preallocated
};

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

}  // namespace

struct SegmentLog::Impl {
  SegmentLogOptions options;
  LogRecovery recovery;
  LogPosition acknowledged_at_open = 0;

  mutable std::mutex mutex;
  std::condition_variable writer_wakes;
  std::condition_variable reader_wakes;
  std::vector<Pending> pending;
  std::uint64_t pending_bytes = 0;
  std::deque<IndexEntry> index;  // durable and not acknowledged
  std::uint64_t backlog_bytes = 0;
  std::uint64_t attachment_bytes = 0;
  std::vector<std::uint64_t> segments;  // on disk, ascending; the last one is being written
  LogPosition acknowledged = 0;
  LogPosition durable = 0;
  bool stopping = false;
  bool disk_low = false;
  bool broken = false;  // the last write or sync failed and no new segment could be opened

  // Writer thread only.
  OpenSegment segment;
  LogPosition next_position = 0;
  std::int64_t next_guard_us = 0;
  std::thread writer;

  ~Impl() {
    if (segment.fd >= 0) ::close(segment.fd);
  }

  Result<> open_segment(std::uint64_t first_record_bytes) {
    close_segment();
    const std::uint64_t number = next_position;
    const std::string path = segment_path(options.dir, number);
    const int fd = ::open(path.c_str(), O_RDWR | O_CREAT | O_EXCL | O_CLOEXEC, 0640);
    if (fd < 0) return file_error("create", path);
    const std::uint64_t capacity = std::max(options.segment_bytes, first_record_bytes);
    if (posix_fallocate(fd, 0, static_cast<off_t>(capacity)) != 0 || fsync(fd) != 0) {
      Error error = file_error("allocate", path);
      ::close(fd);
      ::unlink(path.c_str());
      return error;
    }
    segment = {.fd = fd, .number = number, .end = 0, .capacity = capacity};
    const std::lock_guard<std::mutex> lock(mutex);
    segments.push_back(number);
    return sync_directory(options.dir);
  }

  // Gives unused preallocated space back. The records in it are synced already.
  void close_segment() {
    if (segment.fd < 0) return;
    if (ftruncate(segment.fd, static_cast<off_t>(segment.end)) != 0) {
      // Harmless: the rest is zeros, which read as the end.
    }
    ::close(segment.fd);
    segment.fd = -1;
  }

  // Writes and syncs one group. On failure nothing of it is readable later: the segment is cut back and left.
  Result<> commit(const std::vector<Pending>& group, std::vector<IndexEntry>& entries) {
    std::uint64_t group_bytes = 0;
    for (const Pending& item : group)
      group_bytes += framed_bytes(item.payload.size());
    if (segment.fd < 0 || segment.end + group_bytes > segment.capacity) CLEW_CHECK(open_segment(group_bytes));

    static constexpr char kZeros[8] = {};
    std::vector<RecordHeader> headers;
    headers.reserve(group.size());
    std::vector<iovec> parts;
    std::uint64_t at = segment.end;
    const std::int64_t now = monotonic_us();
    for (const Pending& item : group) {
      const LogPosition position = next_position++;
      headers.push_back(make_header(position, item.payload));
      parts.push_back({&headers.back(), kHeaderBytes});
      if (!item.payload.empty()) parts.push_back({const_cast<char*>(item.payload.data()), item.payload.size()});
      const std::uint64_t framed = framed_bytes(item.payload.size());
      const std::size_t padding = framed - kHeaderBytes - item.payload.size();
      if (padding > 0) parts.push_back({const_cast<char*>(kZeros), padding});
      entries.push_back({.position = position,
                         .segment = segment.number,
                         .offset = at,
                         .payload_bytes = static_cast<std::uint32_t>(item.payload.size()),
                         .appended_us = now});
      at += framed;
    }
    const bool written = write_all(segment.fd, std::move(parts), segment.end) && options.sync_data(segment.fd) == 0;
    if (!written) {
      Error error = file_error("write or sync", segment_path(options.dir, segment.number));
      entries.clear();
      close_segment();  // cuts back to the last good end; after a failed fsync the file is not trusted again
      return error;
    }
    segment.end = at;
    return ok();
  }

  void check_disk() {
    const std::int64_t now = monotonic_us();
    if (now < next_guard_us) return;
    next_guard_us = now + kGuardIntervalUs;
    struct statvfs info{};
    if (statvfs(options.dir.c_str(), &info) != 0) return;
    const auto free = static_cast<double>(info.f_bavail) * static_cast<double>(info.f_frsize);
    const auto total = static_cast<double>(info.f_blocks) * static_cast<double>(info.f_frsize);
    const double least =
        std::max(static_cast<double>(options.disk_free_bytes_min), total * options.disk_free_share_min);
    const std::lock_guard<std::mutex> lock(mutex);
    disk_low = free < (disk_low ? least * 1.5 : least);
  }

  void write_loop() {
    for (;;) {
      std::vector<Pending> group;
      {
        std::unique_lock<std::mutex> lock(mutex);
        writer_wakes.wait_for(lock, std::chrono::microseconds(kGuardIntervalUs),
                              [&] { return stopping || !pending.empty(); });
        if (pending.empty() && stopping) break;
        group.swap(pending);
        pending_bytes = 0;
      }
      check_disk();
      if (group.empty()) continue;
      std::vector<IndexEntry> entries;
      entries.reserve(group.size());
      auto outcome = commit(group, entries);
      std::vector<LogPosition> positions;
      for (const IndexEntry& entry : entries)
        positions.push_back(entry.position);
      {
        const std::lock_guard<std::mutex> lock(mutex);
        broken = !outcome;
        for (std::size_t i = 0; i < entries.size(); ++i) {
          if (attachment_bytes + group[i].attachment.bytes <= options.attachment_bytes_max) {
            attachment_bytes += group[i].attachment.bytes;
            entries[i].attachment = std::move(group[i].attachment);
          }
          backlog_bytes += entries[i].payload_bytes;
          durable = entries[i].position;
          index.push_back(std::move(entries[i]));
        }
        reader_wakes.notify_all();
      }
      for (std::size_t i = 0; i < group.size(); ++i) {
        if (outcome) {
          group[i].done(positions[i]);
        } else {
          group[i].done(Error{Errc::kOverloaded, outcome.error().message});
        }
      }
    }
    close_segment();
  }

  // Why an append of `bytes` must be refused now; empty when it need not. Caller holds the mutex.
  std::string refusal(std::uint64_t bytes) const {
    if (stopping) return "the server is shutting down";
    if (disk_low) return "the disk of the data directory is almost full";
    if (backlog_bytes + pending_bytes + bytes > options.backlog_bytes_max) return "the ingest backlog is full";
    if (pending_bytes + bytes > options.pending_bytes_max && !pending.empty()) return "too many writes are waiting";
    return {};
  }

  const IndexEntry* find(LogPosition position) const {
    const auto at = std::lower_bound(index.begin(), index.end(), position,
                                     [](const IndexEntry& entry, LogPosition p) { return entry.position < p; });
    return at != index.end() && at->position == position ? &*at : nullptr;
  }
};

SegmentLog::SegmentLog(std::unique_ptr<Impl> impl) : impl_(std::move(impl)) {}

SegmentLog::~SegmentLog() {
  if (!impl_) return;
  stop();
  if (impl_->writer.joinable()) impl_->writer.join();
}

Result<std::unique_ptr<SegmentLog>> SegmentLog::open(SegmentLogOptions options, const clew::Clock& clock) {
  std::error_code ec;
  std::filesystem::create_directories(options.dir, ec);
  if (ec) return Error{Errc::kUnavailable, "cannot create " + options.dir + ": " + ec.message()};
  CLEW_TRY(SegmentScan scan, scan_segments(options.dir));
  auto impl = std::make_unique<Impl>();
  impl->options = std::move(options);
  if (!impl->options.sync_data) impl->options.sync_data = [](int fd) { return fdatasync(fd); };
  impl->recovery = scan.recovery;
  impl->index = std::move(scan.entries);
  for (const IndexEntry& entry : impl->index)
    impl->backlog_bytes += entry.payload_bytes;
  impl->segments = std::move(scan.segments);
  impl->acknowledged = impl->acknowledged_at_open = scan.acknowledged;
  impl->durable = scan.last_position;
  // Positions also version rows: they must grow even when the whole directory was lost, hence the clock.
  impl->next_position =
      std::max<LogPosition>(scan.last_position + 1, static_cast<LogPosition>(std::max<TimeUs>(clock.now_us(), 1)));
  impl->writer = std::thread([raw = impl.get()] { raw->write_loop(); });
  return std::unique_ptr<SegmentLog>(new SegmentLog(std::move(impl)));
}

void SegmentLog::append(std::string payload, Attachment attachment, Appended done) {
  std::string refused;
  {
    const std::lock_guard<std::mutex> lock(impl_->mutex);
    refused = payload.size() > kPayloadBytesMax ? "record too large" : impl_->refusal(payload.size());
    if (refused.empty()) {
      impl_->pending_bytes += payload.size();
      impl_->pending.push_back({std::move(payload), std::move(attachment), std::move(done)});
      if (impl_->pending.size() == 1) impl_->writer_wakes.notify_one();
      return;
    }
  }
  done(Error{Errc::kOverloaded, refused});
}

std::vector<LogRecord> SegmentLog::list(LogPosition after, std::size_t records_max, int wait_ms) {
  std::unique_lock<std::mutex> lock(impl_->mutex);
  impl_->reader_wakes.wait_for(lock, std::chrono::milliseconds(wait_ms),
                               [&] { return impl_->stopping || impl_->durable > after; });
  auto at = std::upper_bound(impl_->index.begin(), impl_->index.end(), after,
                             [](LogPosition p, const IndexEntry& entry) { return p < entry.position; });
  std::vector<LogRecord> out;
  for (; at != impl_->index.end() && out.size() < records_max; ++at) {
    impl_->attachment_bytes -= at->attachment.bytes;
    out.push_back({.position = at->position,
                   .bytes = at->payload_bytes,
                   .appended_us = at->appended_us,
                   .attachment = std::move(at->attachment.object)});
    at->attachment = {};
  }
  return out;
}

Result<std::string> SegmentLog::read(LogPosition position) {
  IndexEntry entry;
  {
    const std::lock_guard<std::mutex> lock(impl_->mutex);
    const IndexEntry* found = impl_->find(position);
    if (!found) return Error{Errc::kNotFound, fmt::format("no log record at {}", position)};
    entry = *found;
  }
  const std::string path = segment_path(impl_->options.dir, entry.segment);
  const int fd = ::open(path.c_str(), O_RDONLY | O_CLOEXEC);
  if (fd < 0) return file_error("open", path);
  std::string bytes(kHeaderBytes + entry.payload_bytes, '\0');
  const ssize_t size = pread(fd, bytes.data(), bytes.size(), static_cast<off_t>(entry.offset));
  ::close(fd);
  const auto record = size == static_cast<ssize_t>(bytes.size()) ? read_record(bytes) : std::nullopt;
  if (!record || record->position != position) {
    return Error{Errc::kCorruption, fmt::format("{} at offset {}: damaged record", path, entry.offset)};
  }
  bytes.erase(0, kHeaderBytes);
  return bytes;
}

Result<> SegmentLog::acknowledge(LogPosition position) {
  std::vector<std::uint64_t> dropped;
  {
    const std::lock_guard<std::mutex> lock(impl_->mutex);
    if (position <= impl_->acknowledged) return ok();
    impl_->acknowledged = position;
    while (!impl_->index.empty() && impl_->index.front().position <= position) {
      impl_->backlog_bytes -= impl_->index.front().payload_bytes;
      impl_->attachment_bytes -= impl_->index.front().attachment.bytes;
      impl_->index.pop_front();
    }
    // A segment may go when a later one exists and nothing of it is left in the index.
    const std::uint64_t needed = impl_->index.empty() ? ~std::uint64_t{0} : impl_->index.front().segment;
    while (impl_->segments.size() > 1 && impl_->segments.front() < needed) {
      dropped.push_back(impl_->segments.front());
      impl_->segments.erase(impl_->segments.begin());
    }
  }
  CLEW_CHECK(write_acknowledged(impl_->options.dir, position));
  for (const std::uint64_t segment : dropped)
    ::unlink(segment_path(impl_->options.dir, segment).c_str());
  return ok();
}

LogState SegmentLog::state() const {
  const std::lock_guard<std::mutex> lock(impl_->mutex);
  LogState out;
  out.backlog_records = impl_->index.size();
  out.backlog_bytes = impl_->backlog_bytes;
  if (!impl_->index.empty()) out.oldest_age_us = monotonic_us() - impl_->index.front().appended_us;
  out.reason = impl_->refusal(1);
  if (out.reason.empty() && impl_->broken) out.reason = "the last write to the ingest log failed";
  out.accepting = out.reason.empty();
  return out;
}

void SegmentLog::stop() {
  const std::lock_guard<std::mutex> lock(impl_->mutex);
  impl_->stopping = true;
  impl_->writer_wakes.notify_all();
  impl_->reader_wakes.notify_all();
}

const LogRecovery& SegmentLog::recovery() const {
  return impl_->recovery;
}
LogPosition SegmentLog::acknowledged() const {
  return impl_->acknowledged_at_open;
}

}  // namespace clew::ingest
