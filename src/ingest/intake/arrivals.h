// The last requests to the ingestion routes, by API key: the first-run page shows them, so that somebody whose data
// does not appear sees why. In memory, bounded, any thread.
#pragma once

#include <cstdint>
#include <deque>
#include <mutex>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "base/time.h"

namespace clew::ingest {

struct Arrival {
  TimeUs time_us = 0;
  std::string method, path;
  int status = 0;
  std::string sdk;  // name and version from the headers, or ""
  std::string remote_address;
  std::uint64_t items = 0;  // spans or events accepted
  // Of a refused secret the last four characters, for the hint; never more.
  std::string secret_end;
};

class ArrivalLog {
 public:
  void add(std::string_view public_key, Arrival arrival);
  // Newest first.
  std::vector<Arrival> of(const std::vector<std::string>& public_keys) const;

 private:
  static constexpr std::size_t kPerKey = 20;
  static constexpr std::size_t kKeysMax = 5'000;  // beyond, all are forgotten: this is a convenience

  mutable std::mutex mutex_;
  std::unordered_map<std::string, std::deque<Arrival>> by_key_;
};

}  // namespace clew::ingest
