#include "ingest/log/segment_log.h"

#include <algorithm>
#include <chrono>
#include <condition_variable>
#include <filesystem>
#include <mutex>
#include <thread>
#include <unordered_map>

#include <fcntl.h>
#include <fmt/format.h>
#include <sys/statvfs.h>
#include <unistd.h>

#include "ingest/log/internal/framing.h"
#include "ingest/log/internal/segment_files.h"
#include "ingest/log/internal/segment_scan.h"
#include "ingest/log/internal/segment_writer.h"

namespace clew::ingest {

namespace {

constexpr std::int64_t kGuardIntervalUs = 1'000'000;
constexpr std::size_t kPayloadBytesMax = 1ULL << 30;

struct Pending {
  std::string payload;
  Attachment attachment;
  Log::Appended done;
};

// kCorruption: damage, and the operator wants to be asked first.
Result<> count_damage(const SegmentScan& scan, bool strict, LogRecovery& recovery) {
  recovery.records = scan.entries.size();
  recovery.damage = scan.damage;
  std::string refused;
  for (const LogDamage& damage : scan.damage) {
    if (damage.kind == LogDamage::Kind::kTornTail) recovery.tail_bytes_cut += damage.bytes;
    if (damage.kind == LogDamage::Kind::kDamaged) {
      recovery.quarantined_bytes += damage.bytes;
      ++recovery.quarantined_ranges;
    }
    if (damage.may_lose_data) refused += (refused.empty() ? "" : "; ") + damage.text();
  }
  if (strict && !refused.empty()) return Error{Errc::kCorruption, "the ingest log is damaged: " + refused};
  return ok();
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

  std::unordered_map<std::uint32_t, std::uint64_t> owner_bytes;  // backlog and pending, by owner
  LogRefusals refusals;

  // Writer thread only.
  std::unique_ptr<SegmentWriter> segment;
  LogPosition next_position = 0;
  std::int64_t next_guard_us = 0;
  bool gave_up = false;
  std::thread writer;
  std::mutex joining;

  Result<> open_segment(std::uint64_t bytes) {
    CLEW_CHECK(segment->open(next_position, durable, bytes));
    const std::lock_guard<std::mutex> lock(mutex);
    segments.push_back(segment->number());
    return ok();
  }

  // Writes and syncs one group. On failure nothing of it is readable later: the segment is cut back and left.
  Result<> commit(const std::vector<Pending>& group, std::vector<IndexEntry>& entries) {
    std::uint64_t group_bytes = 0;
    for (const Pending& item : group)
      group_bytes += framed_bytes(item.payload.size());
    if (!segment->has_room(group_bytes)) CLEW_CHECK(open_segment(group_bytes));

    static constexpr char kZeros[8] = {};
    std::vector<RecordHeader> headers;
    headers.reserve(group.size());
    std::vector<iovec> parts;
    std::uint64_t at = segment->end();
    const std::int64_t now = monotonic_us();
    for (const Pending& item : group) {
      const LogPosition position = next_position++;
      headers.push_back(make_header(position, item.payload, item.attachment.owner));
      parts.push_back({&headers.back(), kHeaderBytes});
      if (!item.payload.empty()) parts.push_back({const_cast<char*>(item.payload.data()), item.payload.size()});
      const std::uint64_t framed = framed_bytes(item.payload.size());
      const std::size_t padding = framed - kHeaderBytes - item.payload.size();
      if (padding > 0) parts.push_back({const_cast<char*>(kZeros), padding});
      entries.push_back({.position = position,
                         .segment = segment->number(),
                         .offset = at,
                         .payload_bytes = static_cast<std::uint32_t>(item.payload.size()),
                         .owner = item.attachment.owner,
                         .appended_us = now});
      at += framed;
    }
    auto written = segment->write(std::move(parts), group_bytes, entries.back().position);
    if (!written) entries.clear();
    return written;
  }

  // After a failed commit: a fresh segment that can be synced means that the disk works. A full disk may have room
  // again later. Anything else is a disk that fails.
  void try_fresh_segment() {
    const auto fresh = open_segment(0);
    {
      const std::lock_guard<std::mutex> lock(mutex);
      broken = !fresh;
    }
    if (fresh || fresh.error().code == Errc::kOverloaded || gave_up || !options.on_disk_failure) return;
    gave_up = true;
    options.on_disk_failure(fresh.error());
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
      if (group.empty()) {
        if (broken) try_fresh_segment();  // a load balancer that sees "not ready" sends nothing to try with
        continue;
      }
      std::vector<IndexEntry> entries;
      entries.reserve(group.size());
      auto outcome = commit(group, entries);
      std::vector<LogPosition> positions;
      for (const IndexEntry& entry : entries)
        positions.push_back(entry.position);
      {
        const std::lock_guard<std::mutex> lock(mutex);
        broken = !outcome;
        if (!outcome) {
          for (const Pending& item : group)
            release(item.attachment.owner, item.payload.size());
          refusals.disk_failed += group.size();
        }
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
      if (!outcome) try_fresh_segment();
    }
    segment->close();
  }

  // Caller holds the mutex.
  void release(std::uint32_t owner, std::uint64_t bytes) {
    const auto at = owner_bytes.find(owner);
    if (at == owner_bytes.end()) return;
    if (at->second <= bytes) {
      owner_bytes.erase(at);
    } else {
      at->second -= bytes;
    }
  }

  // Beyond half of the room an owner may hold no more than its part of all: one that floods fills half and is told to
  // wait while the others go on.
  bool share_is_full(std::uint32_t owner, std::uint64_t bytes) const {
    if (backlog_bytes + pending_bytes + bytes <= options.backlog_bytes_max / 2) return false;
    const auto own = owner_bytes.find(owner);
    const std::uint64_t held = own == owner_bytes.end() ? 0 : own->second;
    const std::uint64_t owners = owner_bytes.size() + (held == 0 ? 1 : 0);
    return owners > 1 && held + bytes > options.backlog_bytes_max / 2 / owners;
  }

  using Refusal = std::pair<std::string_view, std::uint64_t LogRefusals::*>;

  // Why an append of `bytes` must be refused now; empty when it need not. Caller holds the mutex and counts.
  Refusal refusal(std::uint32_t owner, std::uint64_t bytes) const {
    const Refusal lasting = lasting_refusal(owner, bytes);
    if (lasting.second) return lasting;
    if (pending_bytes + bytes > options.pending_bytes_max && !pending.empty()) {
      return {"too many writes are waiting", &LogRefusals::writes_waiting};
    }
    return {{}, nullptr};
  }

  // The reasons that the next group commit does not remove.
  Refusal lasting_refusal(std::uint32_t owner, std::uint64_t bytes) const {
    if (stopping) return {"the server is shutting down", &LogRefusals::stopping};
    if (disk_low) return {"the disk of the data directory is almost full", &LogRefusals::disk_low};
    if (backlog_bytes + pending_bytes + bytes > options.backlog_bytes_max) {
      return {"the ingest backlog is full", &LogRefusals::backlog_full};
    }
    if (owner != 0 && share_is_full(owner, bytes)) {
      return {"this project's share of the ingest backlog is full", &LogRefusals::share_full};
    }
    return {{}, nullptr};
  }

  const IndexEntry* find(LogPosition position) const {
    const auto at = std::lower_bound(index.begin(), index.end(), position,
                                     [](const IndexEntry& entry, LogPosition p) { return entry.position < p; });
    return at != index.end() && at->position == position ? &*at : nullptr;
  }
};

std::uint32_t owner_of(std::string_view project_id) {
  const std::uint32_t hash = crc32c(0, project_id);
  return hash == 0 ? 1 : hash;
}

SegmentLog::SegmentLog(std::unique_ptr<Impl> impl) : impl_(std::move(impl)) {}

SegmentLog::~SegmentLog() {
  if (!impl_) return;
  stop();
}

Result<std::unique_ptr<SegmentLog>> SegmentLog::open(SegmentLogOptions options, const clew::Clock& clock) {
  std::error_code ec;
  std::filesystem::create_directories(options.dir, ec);
  if (ec) return Error{Errc::kUnavailable, "cannot create " + options.dir + ": " + ec.message()};
  CLEW_TRY(SegmentScan scan, scan_segments(options.dir));
  auto impl = std::make_unique<Impl>();
  CLEW_CHECK(count_damage(scan, options.strict, impl->recovery));
  CLEW_CHECK(mend(options.dir, scan, clock.now_us()));
  // From the beginning, so that a missing checkpoint means that it was lost.
  if (scan.segments.empty() && scan.acknowledged == 0) CLEW_CHECK(write_acknowledged(options.dir, 0));
  impl->options = std::move(options);
  if (!impl->options.sync_data) impl->options.sync_data = [](int fd) { return fdatasync(fd); };
  impl->segment =
      std::make_unique<SegmentWriter>(impl->options.dir, impl->options.segment_bytes, impl->options.sync_data);
  impl->index = std::move(scan.entries);
  for (const IndexEntry& entry : impl->index) {
    impl->backlog_bytes += entry.payload_bytes;
    impl->owner_bytes[entry.owner] += entry.payload_bytes;
  }
  impl->segments = std::move(scan.segments);
  impl->acknowledged = impl->acknowledged_at_open = scan.acknowledged;
  impl->durable = scan.last_position;
  // Positions also version rows: they must grow even when the whole directory was lost, hence the clock.
  impl->next_position =
      std::max<LogPosition>(scan.last_position + 1, static_cast<LogPosition>(std::max<TimeUs>(clock.now_us(), 1)));
  impl->writer = std::thread([raw = impl.get()] { raw->write_loop(); });
  return std::unique_ptr<SegmentLog>(new SegmentLog(std::move(impl)));
}

Result<> SegmentLog::has_room(std::uint32_t owner, std::uint64_t bytes) {
  const std::lock_guard<std::mutex> lock(impl_->mutex);
  const auto [why, counter] = impl_->lasting_refusal(owner, bytes);
  if (!counter) return ok();
  ++(impl_->refusals.*counter);
  return Error{Errc::kOverloaded, std::string(why)};
}

void SegmentLog::append(std::string payload, Attachment attachment, Appended done) {
  std::string refused;
  {
    const std::lock_guard<std::mutex> lock(impl_->mutex);
    const auto [why, counter] = impl_->refusal(attachment.owner, payload.size());
    refused = payload.size() > kPayloadBytesMax ? "record too large" : why;
    if (refused.empty()) {
      impl_->pending_bytes += payload.size();
      impl_->owner_bytes[attachment.owner] += payload.size();
      impl_->pending.push_back({std::move(payload), std::move(attachment), std::move(done)});
      if (impl_->pending.size() == 1) impl_->writer_wakes.notify_one();
      return;
    }
    if (counter) ++(impl_->refusals.*counter);
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
    out.push_back(
        {.position = at->position, .bytes = at->payload_bytes, .appended_us = at->appended_us, .owner = at->owner});
  }
  return out;
}

Attachment SegmentLog::take_attachment(LogPosition position) {
  const std::lock_guard<std::mutex> lock(impl_->mutex);
  auto* entry = const_cast<IndexEntry*>(impl_->find(position));
  if (!entry) return {};
  impl_->attachment_bytes -= entry->attachment.bytes;
  return std::exchange(entry->attachment, {});
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
      impl_->release(impl_->index.front().owner, impl_->index.front().payload_bytes);
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
  // Segments must not vanish before the position that allows it is there.
  if (!dropped.empty()) CLEW_CHECK(sync_directory(impl_->options.dir));
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
  out.reason = impl_->refusal(0, 1).first;
  if (out.reason.empty() && impl_->broken) out.reason = "the last write to the ingest log failed";
  out.accepting = out.reason.empty();
  return out;
}

void SegmentLog::stop() {
  {
    const std::lock_guard<std::mutex> lock(impl_->mutex);
    impl_->stopping = true;
    impl_->writer_wakes.notify_all();
    impl_->reader_wakes.notify_all();
  }
  // The segment is ended when this returns: the process may exit right after it.
  const std::lock_guard<std::mutex> lock(impl_->joining);
  if (impl_->writer.joinable()) impl_->writer.join();
}

LogRefusals SegmentLog::refusals() const {
  const std::lock_guard<std::mutex> lock(impl_->mutex);
  return impl_->refusals;
}

const LogRecovery& SegmentLog::recovery() const {
  return impl_->recovery;
}
LogPosition SegmentLog::acknowledged() const {
  return impl_->acknowledged_at_open;
}

}  // namespace clew::ingest
