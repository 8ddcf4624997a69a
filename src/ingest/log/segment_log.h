// The ingest log on local files: segments of preallocated space, one writer thread, one fdatasync per group of records.
// Bytes on disk: docs/formats/ingest-log.md.
#pragma once

#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "base/time.h"
#include "ingest/log/inspection.h"
#include "ingest/log/log.h"

namespace clew::ingest {

struct SegmentLogOptions {
  std::string dir;
  std::uint64_t segment_bytes = 64ULL << 20;
  std::uint64_t backlog_bytes_max = 16ULL << 30;      // appended and not acknowledged; more is refused
  std::uint64_t pending_bytes_max = 256ULL << 20;     // waiting for the group commit; more is refused
  std::uint64_t attachment_bytes_max = 256ULL << 20;  // held for the reader; records beyond are read back from disk
  std::uint64_t disk_free_bytes_min = 1ULL << 30;     // the larger of this and disk_free_share_min of the disk
  double disk_free_share_min = 0.05;                  // appends return at 1.5 times the threshold
  // Refuses to open on damage instead of setting it aside.
  bool strict = false;
  // Called once, on the log's thread, when neither the segment nor a fresh one can be synced although the disk is not
  // full: the disk is failing, and the process must not go on as if it were not. Without it the log only refuses.
  std::move_only_function<void(const Error&)> on_disk_failure;
  // Seam for tests of failing disks; must behave like fdatasync(2).
  std::function<int(int)> sync_data;
};

// What opening found and mended; for the log line and the operator's page.
struct LogRecovery {
  std::uint64_t records = 0;            // not acknowledged, will be replayed
  std::uint64_t tail_bytes_cut = 0;     // an incomplete last write, never acknowledged
  std::uint64_t quarantined_bytes = 0;  // damage in the middle, moved to quarantine/
  std::uint64_t quarantined_ranges = 0;
  std::vector<LogDamage> damage;  // everything, also what lost nothing
};

// What the log refused since it was opened, by reason.
struct LogRefusals {
  std::uint64_t backlog_full = 0, share_full = 0, disk_low = 0, writes_waiting = 0, stopping = 0, disk_failed = 0;
};

class SegmentLog final : public Log {
 public:
  // kUnavailable: the directory cannot be used. kCorruption: damage that cannot be mended, or any when strict; the
  // message names file and offset.
  static Result<std::unique_ptr<SegmentLog>> open(SegmentLogOptions options, const clew::Clock& clock);
  ~SegmentLog() override;

  Result<> has_room(std::uint32_t owner, std::uint64_t bytes) override;
  void append(std::string payload, Attachment attachment, Appended done) override;
  std::vector<LogRecord> list(LogPosition after, std::size_t records_max, int wait_ms) override;
  Result<std::string> read(LogPosition position) override;
  Result<> acknowledge(LogPosition position) override;
  LogState state() const override;
  void stop() override;
  Attachment take_attachment(LogPosition position) override;

  LogRefusals refusals() const;
  const LogRecovery& recovery() const;
  // Everything up to here was acknowledged before the log was opened.
  LogPosition acknowledged() const;

 private:
  struct Impl;
  explicit SegmentLog(std::unique_ptr<Impl> impl);
  std::unique_ptr<Impl> impl_;
};

}  // namespace clew::ingest
