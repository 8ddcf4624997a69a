// The order of messages about one record (contract/ingestion.md 7.5).
#pragma once

#include <compare>
#include <cstdint>
#include <string_view>

#include "base/time.h"

namespace clew::ingest {

// A message is newer than another when it was sent later; at the same time an update is newer than a create; then the
// one received later. The members are in that order. Two messages of one record never have equal clocks, so the order
// in which they are applied does not matter.
struct MessageClock {
  TimeUs sent_us = 0;
  bool is_update = false;
  TimeUs received_us = 0;
  std::uint32_t position = 0;  // within its request
  std::uint64_t envelope = 0;  // hash of the envelope id

  friend auto operator<=>(const MessageClock&, const MessageClock&) = default;

  // The same message received twice: a client repeating its request.
  bool repeats(const MessageClock& other) const {
    return envelope == other.envelope && sent_us == other.sent_us && is_update == other.is_update;
  }
};

// FNV-1a: stable over versions of the program, because it is stored.
constexpr std::uint64_t envelope_hash(std::string_view envelope_id) {
  std::uint64_t hash = 14695981039346656037ULL;
  for (const char c : envelope_id)
    hash = (hash ^ static_cast<unsigned char>(c)) * 1099511628211ULL;
  return hash;
}

}  // namespace clew::ingest
