// What the stores were asked and how it went: counters and latencies as metrics, and in memory the statements by name
// and the last slow ones. Never the text of a statement or a value. Any thread.
#pragma once

#include <cstdint>
#include <deque>
#include <map>
#include <mutex>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "base/time.h"
#include "telemetry/metrics.h"

namespace clew::operations {

struct SlowQuery {
  TimeUs time_us = 0;
  std::string store, name, project_id, outcome;
  std::int64_t duration_us = 0;
};

struct StatementSummary {
  std::string store, name;
  std::uint64_t calls = 0, failures = 0;
  std::int64_t total_us = 0, max_us = 0;
};

struct StoreState {
  std::string store;  // "analytics", "meta"
  bool is_up = true;  // the last call that says something about it went through
  std::string error;  // of the last one that did not
  std::optional<TimeUs> down_since_us;
  std::int64_t latency_us = 0;  // of the last call
};

class QueryBook {
 public:
  QueryBook(telemetry::Metrics& metrics, const Clock& clock, std::int64_t slow_us = 500'000);

  // `op` is "select", "execute", "insert", "run", "transaction"; `name` that of the statement or table.
  void note(std::string_view store, std::string_view op, std::string_view name, std::string_view project_id,
            std::int64_t duration_us, const Error* error);

  std::vector<SlowQuery> slow() const;               // newest first
  std::vector<StatementSummary> statements() const;  // most time first
  std::vector<StoreState> stores() const;
  bool is_up(std::string_view store) const;  // true when nothing is known

 private:
  struct Store {
    StoreState state;
    std::map<std::string, telemetry::Histogram*, std::less<>> seconds;  // by op
  };
  Store& store_of(std::string_view store);

  telemetry::Metrics& metrics_;
  const Clock& clock_;
  const std::int64_t slow_us_;
  mutable std::mutex mutex_;
  std::map<std::string, Store, std::less<>> stores_;
  std::map<std::string, StatementSummary, std::less<>> statements_;
  std::map<std::string, telemetry::Counter*, std::less<>> outcomes_;
  std::deque<SlowQuery> slow_;
};

// "ok", "cancelled", "timeout", "too_large", "busy", "unavailable", "refused", "failed".
std::string_view outcome_of(const Error* error);

}  // namespace clew::operations
