#include "text_index/format.h"

#include <algorithm>
#include <cstring>

#include "analytics/varint.h"

namespace clew::text_index {

using analytics::read_varint;
using analytics::write_varint;

bool is_hexadecimal(std::string_view id) {
  return !id.empty() &&
         std::ranges::all_of(id, [](char c) { return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'f'); });
}

std::array<std::uint16_t, 2> buckets_of(std::string_view word) {
  std::uint32_t hash = 0;
  for (const char c : word.substr(0, kBucketPrefixBytes))
    hash = (hash + static_cast<unsigned char>(c) + 1) * 0x9E3779B1U;
  const auto n = static_cast<std::uint16_t>(hash >> 24);
  return {static_cast<std::uint16_t>(kSmallBuckets + (n >> 4)), static_cast<std::uint16_t>(kLargeBuckets + n)};
}

void append_key(std::string& out, std::string_view trace_id, std::string_view span_id, const std::string* previous) {
  if (previous && *previous == trace_id) {
    write_varint(out, 0);
  } else {
    write_varint(out, trace_id.size() + 1);
    out += trace_id;
  }
  write_varint(out, span_id.size());
  out += span_id;
}

void append_group_time(std::string& out, bool new_group, TimeUs start_time_us) {
  std::array<TimeUs, 2> times{start_time_us, start_time_us};
  const std::size_t at = new_group || out.size() < sizeof times ? out.size() : out.size() - sizeof times;
  if (at == out.size()) {
    out.resize(at + sizeof times);
  } else {
    std::memcpy(times.data(), &out[at], sizeof times);
    times = {std::min(times[0], start_time_us), std::max(times[1], start_time_us)};
  }
  std::memcpy(&out[at], times.data(), sizeof times);
}

void read_group_times(std::string_view times, std::size_t group, TimeUs& first_us, TimeUs& last_us) {
  std::array<TimeUs, 2> both{};
  if (times.size() < (group + 1) * sizeof both) return;
  std::memcpy(both.data(), &times[group * sizeof both], sizeof both);
  first_us = both[0];
  last_us = both[1];
}

namespace {

bool read_bytes(std::string_view& data, std::uint64_t size, std::string& out) {
  if (size > data.size()) return false;
  out = data.substr(0, size);
  data.remove_prefix(size);
  return true;
}

}  // namespace

Result<std::vector<Key>> read_keys(std::string_view data) {
  std::vector<Key> keys;
  const Error damaged{Errc::kCorruption, "keys of the text index are damaged"};
  while (!data.empty()) {
    std::uint64_t size = 0;
    Key key;
    if (!read_varint(data, size)) return damaged;
    if (size == 0) {
      if (keys.empty()) return damaged;
      key.first = keys.back().first;
    } else if (!read_bytes(data, size - 1, key.first)) {
      return damaged;
    }
    if (!read_varint(data, size) || !read_bytes(data, size, key.second)) return damaged;
    keys.push_back(std::move(key));
  }
  return keys;
}

// Most words of a block occur in one group: such a list is one number.
void append_groups(std::string& out, const std::uint32_t* groups, std::size_t count) {
  if (count == 1) return write_varint(out, std::uint64_t{groups[0]} << 1);
  write_varint(out, (std::uint64_t{count} << 1) | 1);
  std::uint32_t before = 0;
  for (std::size_t i = 0; i < count; ++i) {
    write_varint(out, groups[i] - before);
    before = groups[i];
  }
}

bool read_groups(std::string_view& data, std::vector<std::uint32_t>& groups) {
  groups.clear();
  std::uint64_t head = 0;
  if (!read_varint(data, head)) return false;
  if ((head & 1) == 0) {
    groups.push_back(static_cast<std::uint32_t>(head >> 1));
    return true;
  }
  const std::uint64_t count = head >> 1;
  if (count > data.size()) return false;
  std::uint64_t group = 0;
  for (std::uint64_t i = 0; i < count; ++i) {
    std::uint64_t delta = 0;
    if (!read_varint(data, delta)) return false;
    group += delta;
    groups.push_back(static_cast<std::uint32_t>(group));
  }
  return true;
}

}  // namespace clew::text_index
