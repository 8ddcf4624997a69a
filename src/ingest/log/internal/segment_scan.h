// The opening scan: reads every segment, finds damage, and mends it.
#pragma once

#include <cstdint>
#include <deque>
#include <string>
#include <vector>

#include "base/result.h"
#include "ingest/log/inspection.h"
#include "ingest/log/log.h"

namespace clew::ingest {

// One record that is in a segment and not yet acknowledged.
struct IndexEntry {
  LogPosition position = 0;
  std::uint64_t segment = 0;  // number in the file name
  std::uint64_t offset = 0;   // of the header
  std::uint32_t payload_bytes = 0;
  std::uint32_t owner = 0;
  std::int64_t appended_us = 0;  // monotonic; time of opening for replayed records
  Attachment attachment;
};

struct SegmentScan {
  std::deque<IndexEntry> entries;       // ascending by position
  std::vector<std::uint64_t> segments;  // ascending
  LogPosition last_position = 0;        // highest seen, acknowledged or not
  LogPosition acknowledged = 0;
  std::uint64_t records = 0;
  std::vector<LogDamage> damage;

  // Where segments end that were not ended by their process: to be ended by mend().
  struct OpenEnd {
    std::uint64_t segment = 0;
    std::uint64_t offset = 0;
    LogPosition last = 0;
  };
  std::vector<OpenEnd> open_ends;
};

// Changes nothing.
Result<SegmentScan> scan_segments(const std::string& dir);

// Moves damaged bytes to quarantine/, ends unended segments, appends what was found to quarantine/report.jsonl.
// Records stay where they are: a damaged range is skipped by every later scan, too.
Result<> mend(const std::string& dir, const SegmentScan& scan, std::int64_t now_us);

}  // namespace clew::ingest
