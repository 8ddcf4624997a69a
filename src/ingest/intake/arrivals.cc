#include "ingest/intake/arrivals.h"

#include <algorithm>

namespace clew::ingest {

void ArrivalLog::add(std::string_view public_key, Arrival arrival) {
  const std::lock_guard<std::mutex> lock(mutex_);
  if (by_key_.size() >= kKeysMax) by_key_.clear();
  auto& ring = by_key_[std::string(public_key)];
  ring.push_front(std::move(arrival));
  if (ring.size() > kPerKey) ring.pop_back();
}

std::vector<Arrival> ArrivalLog::of(const std::vector<std::string>& public_keys) const {
  std::vector<Arrival> out;
  {
    const std::lock_guard<std::mutex> lock(mutex_);
    for (const std::string& key : public_keys) {
      const auto ring = by_key_.find(key);
      if (ring != by_key_.end()) out.insert(out.end(), ring->second.begin(), ring->second.end());
    }
  }
  std::sort(out.begin(), out.end(), [](const auto& a, const auto& b) { return a.time_us > b.time_us; });
  return out;
}

}  // namespace clew::ingest
