#include "text_index/builder.h"

#include <algorithm>
#include <cstring>

namespace clew::text_index {

namespace {

constexpr std::size_t kPartRows = kGroupRows * kGroupsPerPart;

std::uint64_t load(const char* at, std::size_t bytes) {
  std::uint64_t value = 0;
  std::memcpy(&value, at, bytes);
  return value;
}

// Of keys, for the identity of a block.
std::uint64_t hash_of_key(std::string_view text, std::uint64_t seed) {
  std::uint64_t hash = seed ^ text.size();
  const char* at = text.data();
  std::size_t left = text.size();
  for (; left >= 8; at += 8, left -= 8)
    hash = mix(hash ^ load(at, 8), 0xA0761D6478BD642FULL);
  if (left > 0) hash = mix(hash ^ load(at, left), 0xE7037ED1A0B428DBULL);
  return mix(hash, 0x8EBC6AF09C88C6E3ULL) | 1;
}

}  // namespace

void Builder::add(std::string_view trace_id, std::string_view span_id, TimeUs start_time_us,
                  const std::optional<std::string>& input, const std::optional<std::string>& output) {
  const bool new_part = places_ % kPartRows == 0;
  if (new_part) keys_.push_back({.bucket = kKeysBucket, .part = static_cast<std::uint16_t>(places_ / kPartRows)});
  append_key(keys_.back().data, trace_id, span_id, new_part ? nullptr : &last_trace_id_);
  append_group_time(keys_.back().words, places_ % kGroupRows == 0, start_time_us);
  last_trace_id_ = trace_id;
  const std::uint64_t seed = mix(id_ ^ static_cast<std::uint64_t>(start_time_us), 0xA0761D6478BD642FULL);
  id_ = hash_of_key(span_id, hash_of_key(trace_id, seed));
  time_min_us_ = rows_ == 0 ? start_time_us : std::min(time_min_us_, start_time_us);
  time_max_us_ = rows_ == 0 ? start_time_us : std::max(time_max_us_, start_time_us);
  const auto group = static_cast<std::uint32_t>(places_ / kGroupRows);
  ++rows_;
  ++places_;
  if (input) finder_.find(*input, group, words_);
  if (output) finder_.find(*output, group, words_);
}

void Builder::add_more(std::string_view text) {
  finder_.find(text, static_cast<std::uint32_t>((places_ - 1) / kGroupRows), words_);
}

// Parts keep their keys, so those of `other` begin with the next number.
void Builder::append(Builder&& other) {
  if (other.rows_ == 0) return;
  if (rows_ == 0) {
    *this = std::exchange(other, Builder());
    return;
  }
  const std::size_t first_part = (places_ + kPartRows - 1) / kPartRows;
  words_.append(other.words_, static_cast<std::uint32_t>(first_part * kGroupsPerPart));
  for (Row& keys : other.keys_) {
    keys.part = static_cast<std::uint16_t>(keys.part + first_part);
    keys_.push_back(std::move(keys));
  }
  rows_ += other.rows_;
  places_ = first_part * kPartRows + other.places_;
  time_min_us_ = std::min(time_min_us_, other.time_min_us_);
  time_max_us_ = std::max(time_max_us_, other.time_max_us_);
  id_ = mix(id_ ^ 0xA0761D6478BD642FULL, other.id_ ^ 0xE7037ED1A0B428DBULL);
  last_trace_id_ = std::move(other.last_trace_id_);
  other = Builder();
}

void Builder::write_words(std::vector<Row>& rows) const {
  constexpr std::size_t kAhead = 8;
  const Dictionary::Places places = words_.places();
  const std::vector<std::uint32_t> order = words_.sorted();
  const bool small = words_.size() < kSmallBlockWords;
  for (std::size_t i = 0; i < order.size(); ++i) {
    if (i + kAhead < order.size()) {
      __builtin_prefetch(words_.text(order[i + kAhead]).data());
      __builtin_prefetch(places.of(order[i + kAhead]).data());
    }
    const std::uint32_t word = order[i];
    const auto n = static_cast<std::uint16_t>(words_.begins(word) >> 56);
    const auto bucket = static_cast<std::uint16_t>(small ? kSmallBuckets + (n >> 4) : kLargeBuckets + n);
    if (rows.empty() || rows.back().bucket != bucket) rows.push_back({.bucket = bucket, .words = "\n"});
    Row& row = rows.back();
    row.words += words_.text(word);
    row.words += '\n';
    const auto groups = places.of(word);
    append_groups(row.data, groups.data(), groups.size());
  }
}

Builder::Block Builder::finish() {
  Block block{.id = id_,
              .time_min_us = time_min_us_,
              .time_max_us = time_max_us_,
              .groups = static_cast<std::uint32_t>((places_ + kGroupRows - 1) / kGroupRows),
              .rows = std::move(keys_)};
  write_words(block.rows);
  *this = Builder();
  return block;
}

Table::Table()
    : block_({{"project_id", "String"},
              {"bucket", "UInt16"},
              {"time_min", "DateTime64(6, 'UTC')"},
              {"time_max", "DateTime64(6, 'UTC')"},
              {"blk", "UInt64"},
              {"part", "UInt16"},
              {"groups", "UInt32"},
              {"words", "String"},
              {"data", "String"}}) {}

void Table::add(std::string_view project_id, const Builder::Block& block) {
  for (const Builder::Row& row : block.rows) {
    std::size_t column = 0;
    block_[column++].text(project_id);
    block_[column++].fixed(row.bucket);
    block_[column++].fixed<std::int64_t>(block.time_min_us);
    block_[column++].fixed<std::int64_t>(block.time_max_us);
    block_[column++].fixed(block.id);
    block_[column++].fixed(row.part);
    block_[column++].fixed(block.groups);
    block_[column++].text(row.words);
    block_[column++].text(row.data);
  }
}

}  // namespace clew::text_index
