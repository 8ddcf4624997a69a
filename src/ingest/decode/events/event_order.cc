#include "ingest/decode/events/event_order.h"

#include <algorithm>
#include <numeric>
#include <tuple>

namespace clew::ingest {

void sort_events(std::vector<EntityEvent>& events, const std::vector<OrderKey>& keys) {
  std::vector<std::size_t> order(events.size());
  std::iota(order.begin(), order.end(), std::size_t{0});
  std::sort(order.begin(), order.end(), [&](std::size_t a, std::size_t b) {
    return std::tie(keys[a].is_update, keys[a].time_us, a) < std::tie(keys[b].is_update, keys[b].time_us, b);
  });
  std::vector<EntityEvent> sorted;
  sorted.reserve(events.size());
  for (const std::size_t index : order)
    sorted.push_back(std::move(events[index]));
  events = std::move(sorted);
}

}  // namespace clew::ingest
