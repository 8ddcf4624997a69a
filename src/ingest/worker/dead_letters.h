// Requests that can never be stored: kept whole, with the reason, so that a person can look and replay them.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "base/time.h"
#include "ingest/log/log.h"

namespace clew::ingest {

struct DeadLetter {
  LogPosition position = 0;
  std::string project_id;
  std::string error;
  TimeUs failed_at_us = 0;
  std::uint64_t bytes = 0;
};

// Files `<position>.bin` (the log record) and `<position>.json` (the rest) in one directory. Any thread.
class DeadLetters {
 public:
  explicit DeadLetters(std::string dir) : dir_(std::move(dir)) {}

  // Durable when it returns; storing the same position again changes nothing.
  Result<> add(const DeadLetter& letter, std::string_view record);
  Result<std::vector<DeadLetter>> list() const;  // oldest first
  Result<std::string> record(LogPosition position) const;

 private:
  std::string path(LogPosition position, std::string_view ending) const;
  std::string dir_;
};

}  // namespace clew::ingest
