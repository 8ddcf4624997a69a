// Requests that can never be stored: kept whole, with the reason, so that a person can look, mend and replay them.
//
// Nothing here is deleted but by a person. The disk they may take is bounded: beyond it the head of a letter is kept
// without its payload, and beyond the number of heads only the counters know; both are errors that add() reports, so
// that they are logged, counted and shown (docs/decisions/0025-dead-letters.md).
#pragma once

#include <map>
#include <mutex>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "base/time.h"
#include "ingest/log/log.h"

namespace clew::ingest {

struct DeadLetter {
  LogPosition position = 0;  // in the ingest log; names the letter
  std::string project_id;    // "" when the record could not be read
  std::string reason;        // "refused" by the store, "undecodable", "unreadable" (damaged log), "crashed"
  std::string error;
  TimeUs failed_at_us = 0;
  std::uint64_t bytes = 0;  // of the record
  std::string source;       // the door's label
  TimeUs received_at_us = 0;
  std::string request_id;
  std::string sdk;
  LogPosition replay_of = 0;  // the letter this was before it was replayed; 0: none
  std::uint64_t attempts = 1;
  bool has_payload = true;
  // Of the request's items those that are meant, by name (intake/items.h): the others are stored. Empty: all.
  std::vector<std::string> items;
};

struct DeadLetterLimits {
  std::uint64_t bytes_max = 4ULL << 30;
  double project_share_max = 0.5;  // of bytes_max, so that one project leaves room for others
  std::size_t letters_max = 50'000;
};

// Unset fields match everything.
struct DeadLetterFilter {
  std::optional<std::string> project_id, reason;
  std::optional<TimeUs> from_us, to_us;  // of failed_at: from ≤ t < to
};

struct DeadLetterTotals {
  std::uint64_t letters = 0;
  std::uint64_t bytes = 0;
  std::optional<TimeUs> oldest_us;
  std::uint64_t payloads_dropped = 0;  // since the start
  std::uint64_t letters_dropped = 0;   // since the start
  std::uint64_t bytes_max = 0;
};

// Files `<position>.bin` (the log record) and `<position>.json` (the rest) in one directory; the heads are also in
// memory. Any thread.
class DeadLetters {
 public:
  // Reads the heads that are there.
  explicit DeadLetters(std::string dir, DeadLetterLimits limits = {});

  // Durable when it returns; storing the same position again changes nothing. kOverloaded: the limit is reached and the
  // payload or the letter is not kept; the message says which.
  Result<> add(const DeadLetter& letter, std::string_view record);
  Result<std::vector<DeadLetter>> list() const;  // oldest first
  // Newest first, at most `limit`, with positions below `before` (0: from the newest).
  std::vector<DeadLetter> page(const DeadLetterFilter& filter, LogPosition before, std::size_t limit) const;
  std::uint64_t count(const DeadLetterFilter& filter) const;
  Result<DeadLetter> find(LogPosition position) const;
  // kNotFound also when only the head was kept.
  Result<std::string> record(LogPosition position) const;
  // Durable; removing what is not there is fine.
  Result<> remove(LogPosition position);

  DeadLetterTotals totals() const;
  // Letters by reason, for metrics.
  std::uint64_t count_of(std::string_view reason) const;

 private:
  std::string path(LogPosition position, std::string_view ending) const;
  void load();
  // Under the lock: what would be too much about keeping `bytes` of this project, or "".
  std::string excess(const std::string& project_id, std::uint64_t bytes) const;

  const std::string dir_;
  const DeadLetterLimits limits_;
  mutable std::mutex mutex_;
  std::map<LogPosition, DeadLetter> letters_;
  std::map<std::string, std::uint64_t> project_bytes_;
  std::uint64_t bytes_ = 0;
  std::uint64_t payloads_dropped_ = 0, letters_dropped_ = 0;
};

}  // namespace clew::ingest
