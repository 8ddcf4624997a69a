#include "text_index/dictionary.h"

#include <algorithm>
#include <array>
#include <bit>

#include "text_index/format.h"

namespace clew::text_index {

namespace {

constexpr std::size_t kSlotsMin = 1'024;
constexpr std::size_t kAhead = 16;  // so many lines of memory are asked for before the first of them is needed

// The bucket of a large block, then the first seven bytes as one number that sorts like them.
std::uint64_t order_of(Letters letters, std::size_t size) {
  std::array<char, Letters::kBytes> bytes{};
  letters.store(bytes.data());
  const auto bucket =
      static_cast<std::uint64_t>(buckets_of(std::string_view(bytes.data(), std::min<std::size_t>(size, 8)))[1]);
  return ((bucket - kLargeBuckets) << 56) | (__builtin_bswap64(letters.first) >> 8);
}

}  // namespace

Dictionary::Dictionary() : shift_(64U - static_cast<unsigned>(std::countr_zero(kSlotsMin))), slots_(kSlotsMin) {}

// The slot of a word, or a free one for it.
Dictionary::Slot& Dictionary::find(std::uint64_t hash) {
  std::size_t at = home(hash);
  while (slots_[at].hash != 0 && slots_[at].hash != hash)
    at = at + 1 == slots_.size() ? 0 : at + 1;
  return slots_[at];
}

// The words of a row meet memory that no cache has: all of it is asked for at once.
void Dictionary::add(std::span<const Met> met, std::uint32_t group) {
  if (met.empty()) return;
  make_room(words_.size() + met.size());
  for (const Met& word : met)
    __builtin_prefetch(&slots_[home(word.hash)], 1);
  if (group_ends_.empty() || group_ends_.back().group != group) group_ends_.push_back({group, places_.size()});
  for (const Met& word : met) {
    Slot& slot = find(word.hash);
    if (slot.hash != 0) {
      if (slot.group == group) continue;
      slot.group = group;
      place(slot.word);
      continue;
    }
    const std::uint32_t id = new_word(order_of(word.letters, word.size), word.size);
    char* const letters = letters_.data() + words_[id].at;
    if (word.size <= Letters::kBytes) {
      word.letters.store(letters);
    } else {
      std::memcpy(letters, word.at, word.size);
    }
    slot = {word.hash, id, group};
    place(id);
  }
  group_ends_.back().end = places_.size();
}

// Takes the next number and room for the letters.
std::uint32_t Dictionary::new_word(std::uint64_t begins, std::size_t size) {
  const auto id = static_cast<std::uint32_t>(words_.size());
  words_.push_back({begins, static_cast<std::uint32_t>(letters_size_), static_cast<std::uint32_t>(size)});
  letters_size_ += size;
  if (letters_size_ + Letters::kBytes > letters_.size()) letters_.resize(2 * (letters_size_ + kSlotsMin));
  return id;
}

void Dictionary::make_room(std::size_t words) {
  std::size_t size = slots_.size();
  while (words * 10 > size * 7) {
    size *= 2;
    --shift_;
  }
  if (size == slots_.size()) return;
  std::vector<Slot> before(size);
  before.swap(slots_);
  for (const Slot& slot : before) {
    if (slot.hash != 0) find(slot.hash) = slot;
  }
}

void Dictionary::append(const Dictionary& other, std::uint32_t first_group) {
  make_room(words_.size() + other.words_.size());
  std::vector<std::uint32_t> ids(other.words_.size());
  for (std::size_t i = 0; i < other.slots_.size(); ++i) {
    if (i + kAhead < other.slots_.size() && other.slots_[i + kAhead].hash != 0) {
      __builtin_prefetch(&other.words_[other.slots_[i + kAhead].word]);
    }
    const Slot& theirs = other.slots_[i];
    if (theirs.hash == 0) continue;
    Slot& slot = find(theirs.hash);
    if (slot.hash == 0) {
      const std::string_view text = other.text(theirs.word);
      slot = {theirs.hash, new_word(other.begins(theirs.word), text.size()), 0};
      std::memcpy(letters_.data() + words_[slot.word].at, text.data(), text.size());
    }
    slot.group = first_group + theirs.group;
    ids[theirs.word] = slot.word;
  }
  const std::size_t before = places_.size();
  places_.reserve(before + other.places_.size());
  for (const std::uint32_t word : other.places_)
    place(ids[word]);
  for (const GroupEnd& end : other.group_ends_)
    group_ends_.push_back({first_group + end.group, before + end.end});
}

Dictionary::Places Dictionary::places() const {
  // ends[i + 1] counts word i, then says where it begins, then, when all are placed, where it ends.
  Places places{.ends = std::vector<std::uint32_t>(words_.size() + 2), .groups = {}};
  for (const std::uint32_t word : places_)
    ++places.ends[word + 2];
  for (std::size_t i = 2; i < places.ends.size(); ++i)
    places.ends[i] += places.ends[i - 1];
  places.groups.resize(places_.size());
  std::size_t at = 0;
  for (const GroupEnd& group : group_ends_) {
    for (; at < group.end; ++at)
      places.groups[places.ends[places_[at] + 1]++] = group.group;
  }
  places.ends.pop_back();
  return places;
}

namespace {

struct Ordered {
  std::uint64_t begins = 0;
  std::uint32_t word = 0;
};

// By `begins` from the lowest byte to the last but highest, in which all are equal.
void sort_bucket(std::span<Ordered> words, std::vector<Ordered>& spare) {
  constexpr std::size_t kFew = 48;
  if (words.size() < kFew) {
    std::ranges::sort(words, {}, &Ordered::begins);
    return;
  }
  constexpr unsigned kBytes = 7;
  std::array<std::array<std::uint32_t, 256>, kBytes> starts{};
  for (const Ordered& word : words) {
    for (unsigned byte = 0; byte < kBytes; ++byte)
      ++starts[byte][(word.begins >> (8 * byte)) & 0xFF];
  }
  spare.resize(std::max(spare.size(), words.size()));
  std::span<Ordered> from = words, to = std::span(spare).first(words.size());
  for (unsigned byte = 0; byte < kBytes; ++byte) {
    auto& start = starts[byte];
    if (start[(words.front().begins >> (8 * byte)) & 0xFF] == words.size()) continue;
    std::uint32_t sum = 0;
    for (std::uint32_t& count : start)
      sum += std::exchange(count, sum);
    for (const Ordered& word : from)
      to[start[(word.begins >> (8 * byte)) & 0xFF]++] = word;
    std::swap(from, to);
  }
  if (from.data() != words.data()) std::ranges::copy(from, words.begin());
}

}  // namespace

std::vector<std::uint32_t> Dictionary::sorted() const {
  std::array<std::uint32_t, 257> starts{};
  for (const Word& word : words_)
    ++starts[(word.begins >> 56) + 1];
  for (std::size_t i = 1; i < starts.size(); ++i)
    starts[i] += starts[i - 1];
  std::vector<Ordered> order(words_.size());
  auto next = starts;
  for (std::uint32_t i = 0; i < words_.size(); ++i)
    order[next[words_[i].begins >> 56]++] = {words_[i].begins, i};

  std::vector<Ordered> spare;
  for (std::size_t bucket = 0; bucket < 256; ++bucket)
    sort_bucket(std::span(order).subspan(starts[bucket], starts[bucket + 1] - starts[bucket]), spare);
  std::vector<std::uint32_t> out(order.size());
  for (std::size_t begin = 0, end = 0; begin < order.size(); begin = end) {
    for (end = begin; end < order.size() && order[end].begins == order[begin].begins; ++end)
      out[end] = order[end].word;
    if (end - begin == 1) continue;
    std::sort(out.begin() + static_cast<std::ptrdiff_t>(begin), out.begin() + static_cast<std::ptrdiff_t>(end),
              [&](std::uint32_t a, std::uint32_t b) { return text(a) < text(b); });
  }
  return out;
}

}  // namespace clew::text_index
