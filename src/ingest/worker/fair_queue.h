// Which records are stored next: in log order for each owner, and by turns between owners, so that a project that
// floods waits for its own backlog and nobody else does. One thread.
#pragma once

#include <cstdint>
#include <deque>
#include <map>
#include <optional>
#include <vector>

#include "ingest/log/log.h"

namespace clew::ingest {

class FairQueue {
 public:
  // `after`: everything up to here is stored.
  explicit FairQueue(LogPosition after) : done_to_(after) {}

  // In log order.
  void add(const LogRecord& record);
  // The next records, ascending by position: every waiting owner gets an equal part of `bytes_max`, what one does not
  // use goes to the others. At least one record unless the queue is empty. When several owners wait, and one of them
  // has more than fits, `bytes_max_shared` applies: short flushes are short waits for those with little.
  std::vector<LogRecord> take(std::uint64_t bytes_max, std::uint64_t bytes_max_shared, std::size_t records_max);
  // The next record of some owner when it lies between these positions; else nothing.
  std::vector<LogRecord> take_one_within(LogPosition first, LogPosition last);
  // Puts records back that were taken and not stored.
  void put_back(const std::vector<LogRecord>& records);
  // Marks taken records as stored; up to where everything is stored now.
  LogPosition stored(const std::vector<LogRecord>& records);

  bool empty() const { return waiting_ == 0; }
  std::uint64_t waiting_bytes() const { return waiting_bytes_; }
  std::size_t owners_waiting() const { return owners_.size(); }

 private:
  std::map<std::uint32_t, std::deque<LogRecord>> owners_;  // none is empty
  std::uint32_t turn_ = 0;                                 // the owner served last
  std::size_t waiting_ = 0;
  std::uint64_t waiting_bytes_ = 0;
  LogPosition done_to_;
  std::map<LogPosition, bool> open_;  // added and not below done_to_: whether it is stored
};

}  // namespace clew::ingest
