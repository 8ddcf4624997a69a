// The order in which the events of one request are applied.
#pragma once

#include <vector>

#include "ingest/decode/decoded_batch.h"

namespace clew::ingest {

struct OrderKey {
  bool is_update = false;  // updates after everything else
  TimeUs time_us = 0;
};

// Sorts `events` by their keys (keys[i] belongs to events[i]); equal keys keep their order.
void sort_events(std::vector<EntityEvent>& events, const std::vector<OrderKey>& keys);

}  // namespace clew::ingest
