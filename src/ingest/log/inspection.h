// Reads an ingest log directory without changing it: what is in it, and what is wrong with it. Opening the log mends
// what this finds; `clew fsck` only reports it.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "base/result.h"
#include "ingest/log/log.h"

namespace clew::ingest {

struct LogDamage {
  enum class Kind : std::uint8_t {
    kDamaged,    // bytes in the middle whose checksum does not fit; a start moves them to quarantine/
    kMissing,    // records that a later segment knows of are not there: a file is gone, or lost its end
    kCut,        // the last segment is shorter than it was left
    kTornTail,   // an incomplete last write that nobody was promised (after a crash this is normal)
    kPadding,    // a flipped bit between two good records: nothing is lost
    kCheckpoint  // `acknowledged` is missing or damaged: more is replayed, nothing is lost
  };
  Kind kind = Kind::kDamaged;
  std::string file;
  std::uint64_t offset = 0;
  std::uint64_t bytes = 0;
  // Positions strictly between these may be affected; 0: unknown.
  LogPosition after = 0;
  LogPosition before = 0;

  // Whether something that a client was told is accepted, and that is not stored yet, may be gone.
  bool may_lose_data = false;
  // One line for people: kind, file, offset, positions.
  std::string text() const;
};

std::string_view to_text(LogDamage::Kind kind);

struct LogInspection {
  std::vector<LogDamage> damage;
  std::uint64_t segments = 0;
  std::uint64_t records = 0;       // in all segments
  std::uint64_t records_open = 0;  // not acknowledged
  LogPosition acknowledged = 0;
};

// kUnavailable: a file cannot be read; the message names file and offset.
Result<LogInspection> inspect_log(const std::string& dir);

}  // namespace clew::ingest
