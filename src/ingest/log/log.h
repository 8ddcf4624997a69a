// The durable ingest log: an ordered sequence of opaque records. The API appends; one ingest worker reads and
// acknowledges.
//
// Durability: when the callback of append() reports success, the record survives a crash of the process and of the
// machine (one fdatasync per group of records). When it reports an error, readers never see the record.
//
// Implementation: SegmentLog (local files, docs/formats/ingest-log.md). It passes log_contract_test.cc.
// Every method may be called from any thread.
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"

namespace clew::ingest {

// Strictly increasing over the life of a data directory; also the version of the rows made from the record, so it
// starts at the time of the directory's creation in microseconds.
using LogPosition = std::uint64_t;

// What a record was decoded to, kept in memory so that the reader need not decode it again. Only a shortcut: the log
// drops it when memory runs short, and after a restart there is none.
struct Attachment {
  std::shared_ptr<void> object;
  std::size_t bytes = 0;
  // Whose record it is (a hash of the project; 0: unknown). Kept on disk, unlike the object: space and the reader's
  // time are shared fairly between owners.
  std::uint32_t owner = 0;
};

// The owner of what belongs to a project. Never 0.
std::uint32_t owner_of(std::string_view project_id);

struct LogRecord {
  LogPosition position = 0;
  std::size_t bytes = 0;         // payload size
  std::int64_t appended_us = 0;  // monotonic; time of opening for records of an earlier process
  std::uint32_t owner = 0;
};

struct LogState {
  std::uint64_t backlog_records = 0;  // appended, not acknowledged
  std::uint64_t backlog_bytes = 0;
  std::int64_t oldest_age_us = 0;  // age of the oldest record of the backlog, 0 when empty
  bool accepting = true;           // false: backlog full, disk low, or a failed fsync
  std::string reason;              // why not
};

class Log {
 public:
  // Called once, on the log's own thread, after the group commit; must not block.
  using Appended = std::move_only_function<void(Result<LogPosition>)>;

  virtual ~Log() = default;

  // Whether append() would refuse `bytes` of this owner now (kOverloaded), for a caller that has not read them yet. A
  // refusal is counted as one.
  virtual Result<> has_room(std::uint32_t owner, std::uint64_t bytes) {
    static_cast<void>(owner), static_cast<void>(bytes);
    return ok();
  }

  // Appends one record. kOverloaded: the backlog is full or the disk is low; nothing was written.
  virtual void append(std::string payload, Attachment attachment, Appended done) = 0;

  // Up to `records_max` records after `after` in order, waiting up to `wait_ms` for the first.
  virtual std::vector<LogRecord> list(LogPosition after, std::size_t records_max, int wait_ms) = 0;

  // Hands over what a record was decoded to; empty when there is none (any more).
  virtual Attachment take_attachment(LogPosition position) = 0;

  // The payload of a listed record. kCorruption: its checksum does not match. Other codes: try again later.
  virtual Result<std::string> read(LogPosition position) = 0;

  // Allows everything up to and including `position` to be dropped.
  virtual Result<> acknowledge(LogPosition position) = 0;

  virtual LogState state() const = 0;

  // Wakes waiting readers and refuses further appends; appends under way are finished first. Not from a callback.
  virtual void stop() = 0;
};

}  // namespace clew::ingest
