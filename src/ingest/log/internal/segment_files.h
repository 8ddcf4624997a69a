// The segment files of a log directory: names, opening scan, the acknowledged position.
#pragma once

#include <cstdint>
#include <deque>
#include <string>
#include <vector>

#include "base/result.h"
#include "ingest/log/log.h"
#include "ingest/log/segment_log.h"

namespace clew::ingest {

// One record that is in a segment and not yet acknowledged.
struct IndexEntry {
  LogPosition position = 0;
  std::uint64_t segment = 0;  // number in the file name
  std::uint64_t offset = 0;   // of the header
  std::uint32_t payload_bytes = 0;
  std::int64_t appended_us = 0;  // monotonic; time of opening for replayed records
  Attachment attachment;
};

struct SegmentScan {
  std::deque<IndexEntry> entries;       // ascending by position
  std::vector<std::uint64_t> segments;  // ascending
  LogPosition last_position = 0;        // highest seen, acknowledged or not
  LogPosition acknowledged = 0;
  LogRecovery recovery;
};

std::string segment_path(const std::string& dir, std::uint64_t segment);
// Reads every segment, cuts a torn tail, moves damaged ranges aside.
Result<SegmentScan> scan_segments(const std::string& dir);

// The acknowledged position is written without sync: losing it only means replaying more, and replay changes nothing.
Result<LogPosition> read_acknowledged(const std::string& dir);
Result<> write_acknowledged(const std::string& dir, LogPosition position);

// fsync of a directory, so that created and renamed names survive a power cut.
Result<> sync_directory(const std::string& dir);
Error file_error(std::string_view what, const std::string& path);

}  // namespace clew::ingest
