#include "text_index/builder.h"

#include <algorithm>
#include <cstring>
#include <numeric>

#include "text_index/words.h"

namespace clew::text_index {

namespace {

constexpr std::size_t kSlotsMin = 1'024;
constexpr std::size_t kLately = 4'096;  // 32 kB: stays in the first cache, where the slots of a large block do not

std::uint64_t load(const char* at, std::size_t bytes) {
  std::uint64_t value = 0;
  std::memcpy(&value, at, bytes);
  return value;
}

std::uint64_t mix(std::uint64_t a, std::uint64_t b) {
  const auto product = static_cast<unsigned __int128>(a) * b;
  return static_cast<std::uint64_t>(product) ^ static_cast<std::uint64_t>(product >> 64);
}

// Two words of one hash would be taken for one; of a hundred thousand words that is one block in four thousand million.
std::uint64_t hash_of(std::string_view text, std::uint64_t seed = 0x9E3779B97F4A7C15ULL) {
  std::uint64_t hash = seed ^ text.size();
  const char* at = text.data();
  std::size_t left = text.size();
  for (; left >= 8; at += 8, left -= 8)
    hash = mix(hash ^ load(at, 8), 0xA0761D6478BD642FULL);
  if (left > 0) hash = mix(hash ^ load(at, left), 0xE7037ED1A0B428DBULL);
  return mix(hash, 0x8EBC6AF09C88C6E3ULL) | 1;
}

// The same for a word of the scanner, behind which kSlackBytes may be read: nearly all words are one load.
std::uint64_t hash_of_word(std::string_view word) {
  std::uint64_t hash = 0x9E3779B97F4A7C15ULL ^ word.size();
  const char* at = word.data();
  std::size_t left = word.size();
  for (; left > 8; at += 8, left -= 8)
    hash = mix(hash ^ load(at, 8), 0xA0761D6478BD642FULL);
  hash = mix(hash ^ (load(at, 8) & (~0ULL >> (64 - 8 * left))), 0xE7037ED1A0B428DBULL);
  return mix(hash, 0x8EBC6AF09C88C6E3ULL) | 1;
}

// The bucket of a large block, then the first seven bytes as one number that sorts like them.
std::uint64_t order_of(std::string_view word) {
  std::uint64_t order = static_cast<std::uint64_t>(buckets_of(word)[1] - kLargeBuckets);
  for (std::size_t i = 0; i < 7; ++i)
    order = (order << 8) | (i < word.size() ? static_cast<unsigned char>(word[i]) : 0U);
  return order;
}

}  // namespace

Builder::Builder() : lately_(kLately), slots_(kSlotsMin) {}

void Builder::add(std::string_view trace_id, std::string_view span_id, TimeUs start_time_us,
                  const std::optional<std::string>& input, const std::optional<std::string>& output) {
  group_ = static_cast<std::uint32_t>(rows_ / kGroupRows);
  const bool new_part = rows_ % (kGroupRows * kGroupsPerPart) == 0;
  if (new_part) keys_.push_back({.bucket = kKeysBucket, .part = static_cast<std::uint16_t>(keys_.size())});
  append_key(keys_.back().data, trace_id, span_id, new_part ? nullptr : &last_trace_id_);
  last_trace_id_ = trace_id;
  id_ =
      hash_of(span_id, hash_of(trace_id, mix(id_ ^ static_cast<std::uint64_t>(start_time_us), 0xA0761D6478BD642FULL)));
  time_min_us_ = rows_ == 0 ? start_time_us : std::min(time_min_us_, start_time_us);
  time_max_us_ = rows_ == 0 ? start_time_us : std::max(time_max_us_, start_time_us);
  ++rows_;
  if (input) add_text(*input);
  if (output) add_text(*output);
}

void Builder::add_text(std::string_view text) {
  words_of(text, [this](std::string_view word) { add_word(word); });
}

void Builder::add_word(std::string_view word) {
  const std::uint64_t hash = hash_of_word(word);
  std::uint64_t& lately = lately_[(hash >> 8) & (kLately - 1)];
  const std::uint64_t here = hash + group_ + 1;  // the same word of another group differs
  if (lately == here) return;
  lately = here;
  const std::size_t mask = slots_.size() - 1;
  std::size_t at = (hash >> 20) & mask;
  for (; slots_[at].hash != 0; at = (at + 1) & mask) {
    Slot& slot = slots_[at];
    if (slot.hash != hash) continue;
    if (slot.group == group_) return;
    slot.group = group_;
    ++words_[slot.word].count;
    places_.emplace_back(slot.word, group_);
    return;
  }
  const auto id = static_cast<std::uint32_t>(words_.size());
  slots_[at] = {hash, id, group_};
  words_.push_back(
      {order_of(word), static_cast<std::uint32_t>(letters_.size()), static_cast<std::uint32_t>(word.size()), 1});
  letters_ += word;
  places_.emplace_back(id, group_);
  if (words_.size() * 2 > slots_.size()) grow();
}

void Builder::grow() {
  std::vector<Slot> slots(slots_.size() * 4);
  const std::size_t mask = slots.size() - 1;
  for (const Slot& slot : slots_) {
    if (slot.hash == 0) continue;
    std::size_t at = (slot.hash >> 20) & mask;
    while (slots[at].hash != 0)
      at = (at + 1) & mask;
    slots[at] = slot;
  }
  slots_ = std::move(slots);
}

void Builder::write_words(std::vector<Row>& rows) {
  // The groups of each word side by side; they were met in order.
  std::vector<std::uint32_t> ends(words_.size() + 1, 0);
  for (std::size_t i = 0; i < words_.size(); ++i)
    ends[i + 1] = ends[i] + words_[i].count;
  std::vector<std::uint32_t> groups(places_.size());
  std::vector<std::uint32_t> next(ends.begin(), ends.end() - 1);
  for (const auto& [word, group] : places_)
    groups[next[word]++] = group;

  std::vector<std::uint32_t> order(words_.size());
  std::iota(order.begin(), order.end(), 0U);
  const auto text = [&](const Word& word) { return std::string_view(letters_).substr(word.at, word.size); };
  std::ranges::sort(order, [&](std::uint32_t a, std::uint32_t b) {
    const Word &left = words_[a], &right = words_[b];
    return left.begins != right.begins ? left.begins < right.begins : text(left) < text(right);
  });
  const bool small = words_.size() < kSmallBlockWords;
  for (const std::uint32_t i : order) {
    const auto n = static_cast<std::uint16_t>(words_[i].begins >> 56);
    const auto bucket = static_cast<std::uint16_t>(small ? kSmallBuckets + (n >> 4) : kLargeBuckets + n);
    if (rows.empty() || rows.back().bucket != bucket) rows.push_back({.bucket = bucket, .words = "\n"});
    Row& row = rows.back();
    row.words += text(words_[i]);
    row.words += '\n';
    append_groups(row.data, &groups[ends[i]], words_[i].count);
  }
}

Builder::Block Builder::finish() {
  Block block{.id = id_,
              .time_min_us = time_min_us_,
              .time_max_us = time_max_us_,
              .groups = static_cast<std::uint32_t>((rows_ + kGroupRows - 1) / kGroupRows),
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
