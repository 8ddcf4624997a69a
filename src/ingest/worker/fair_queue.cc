#include "ingest/worker/fair_queue.h"

#include <algorithm>

namespace clew::ingest {

void FairQueue::add(const LogRecord& record) {
  owners_[record.owner].push_back(record);
  open_.emplace_hint(open_.end(), record.position, false);
  ++waiting_;
  waiting_bytes_ += record.bytes;
}

std::vector<LogRecord> FairQueue::take(std::uint64_t bytes_max, std::uint64_t bytes_max_shared,
                                       std::size_t records_max) {
  std::vector<LogRecord> out;
  std::uint64_t left = owners_.size() > 1 && waiting_bytes_ > bytes_max_shared ? bytes_max_shared : bytes_max;
  // Rounds of equal parts; what small owners leave is shared out again.
  while (!owners_.empty() && out.size() < records_max) {
    const std::uint64_t part = std::max<std::uint64_t>(left / owners_.size(), 1);
    bool took = false;
    const std::size_t turns = owners_.size();
    for (std::size_t turn = 0; turn < turns && out.size() < records_max && left > 0; ++turn) {
      auto owner = owners_.upper_bound(turn_);
      if (owner == owners_.end()) owner = owners_.begin();
      turn_ = owner->first;
      std::deque<LogRecord>& queue = owner->second;
      std::uint64_t used = 0;
      while (!queue.empty() && out.size() < records_max && (used + queue.front().bytes <= part || out.empty())) {
        const LogRecord& record = queue.front();
        used += record.bytes;
        left -= std::min<std::uint64_t>(left, record.bytes);
        --waiting_;
        waiting_bytes_ -= record.bytes;
        out.push_back(record);
        queue.pop_front();
        took = true;
      }
      if (queue.empty()) owners_.erase(owner);
    }
    if (!took) break;
  }
  std::sort(out.begin(), out.end(), [](const LogRecord& a, const LogRecord& b) { return a.position < b.position; });
  return out;
}

std::vector<LogRecord> FairQueue::take_one_within(LogPosition first, LogPosition last) {
  for (auto owner = owners_.begin(); owner != owners_.end(); ++owner) {
    const LogRecord record = owner->second.front();
    if (record.position < first || record.position > last) continue;
    owner->second.pop_front();
    if (owner->second.empty()) owners_.erase(owner);
    --waiting_;
    waiting_bytes_ -= record.bytes;
    return {record};
  }
  return {};
}

void FairQueue::put_back(const std::vector<LogRecord>& records) {
  for (auto record = records.rbegin(); record != records.rend(); ++record) {
    owners_[record->owner].push_front(*record);
    ++waiting_;
    waiting_bytes_ += record->bytes;
  }
}

LogPosition FairQueue::stored(const std::vector<LogRecord>& records) {
  for (const LogRecord& record : records) {
    if (const auto at = open_.find(record.position); at != open_.end()) at->second = true;
  }
  while (!open_.empty() && open_.begin()->second) {
    done_to_ = open_.begin()->first;
    open_.erase(open_.begin());
  }
  return done_to_;
}

}  // namespace clew::ingest
