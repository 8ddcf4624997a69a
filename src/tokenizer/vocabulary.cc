#include "tokenizer/vocabulary.h"

#include <algorithm>
#include <bit>
#include <cstring>

#include "base/text.h"

namespace clew::tokenizer {

namespace {

constexpr std::string_view kMagic = "CLEWTOK1";
constexpr std::size_t kLengthBytes = 2;

// Reads numbers and texts in order; after the end everything is empty and `broken` says so.
class Reader {
 public:
  explicit Reader(std::string_view bytes) : rest_(bytes) {}

  std::string_view take(std::size_t count) {
    if (rest_.size() < count) {
      broken_ = true;
      rest_ = {};
      return {};
    }
    const std::string_view out = rest_.substr(0, count);
    rest_.remove_prefix(count);
    return out;
  }
  std::uint32_t number(std::size_t bytes) {
    std::uint32_t value = 0;
    const std::string_view from = take(bytes);
    if (!from.empty()) std::memcpy(&value, from.data(), bytes);
    return value;
  }
  std::string_view text() { return take(number(4)); }
  bool at_end() const { return rest_.empty(); }
  bool is_broken() const { return broken_; }
  const char* here() const { return rest_.data(); }

 private:
  std::string_view rest_;
  bool broken_ = false;
};

static_assert(std::endian::native == std::endian::little);

std::size_t hash(std::string_view bytes) {
  std::uint64_t h = 0xcbf29ce484222325ULL;
  for (const char c : bytes)
    h = (h ^ static_cast<unsigned char>(c)) * 0x100000001b3ULL;
  return static_cast<std::size_t>(h ^ (h >> 29));
}

}  // namespace

Result<Vocabulary> Vocabulary::read(std::string_view table, std::string_view encoding) {
  Reader reader(table);
  if (reader.take(kMagic.size()) != kMagic) return Error{Errc::kCorruption, "not a table of tokens"};
  while (!reader.at_end()) {
    const bool wanted = reader.text() == encoding;
    Vocabulary out;
    out.split_pattern_ = reader.text();
    for (const std::string_view special : text::split(reader.text(), '\n')) {
      if (!special.empty()) out.special_tokens_.emplace_back(special);
    }
    const std::uint32_t count = reader.number(4);
    const char* const begin = reader.here();
    if (wanted) out.offsets_.reserve(std::min<std::size_t>(count, table.size()));
    for (std::uint32_t i = 0; i < count && !reader.is_broken(); ++i) {
      if (wanted) out.offsets_.push_back(static_cast<std::uint32_t>(reader.here() - begin));
      const std::size_t length = reader.number(kLengthBytes);
      reader.take(length);
      out.longest_ = std::max(out.longest_, length);
    }
    if (reader.is_broken()) return Error{Errc::kCorruption, "the table of tokens is cut off"};
    if (!wanted) continue;
    out.bytes_ = std::string_view(begin, static_cast<std::size_t>(reader.here() - begin));
    out.index();
    return out;
  }
  return Error{Errc::kNotFound, "no table of tokens for " + std::string(encoding)};
}

std::string_view Vocabulary::token(std::uint32_t rank) const {
  std::uint16_t length = 0;
  std::memcpy(&length, bytes_.data() + offsets_[rank], kLengthBytes);
  return bytes_.substr(offsets_[rank] + kLengthBytes, length);
}

void Vocabulary::index() {
  slots_.assign(std::bit_ceil(offsets_.size() * 2), kNone);
  const std::size_t mask = slots_.size() - 1;
  for (std::uint32_t rank = 0; rank < offsets_.size(); ++rank) {
    std::size_t slot = hash(token(rank)) & mask;
    while (slots_[slot] != kNone)
      slot = (slot + 1) & mask;
    slots_[slot] = rank;
  }
}

std::uint32_t Vocabulary::rank(std::string_view bytes) const {
  if (bytes.size() > longest_ || slots_.empty()) return kNone;
  const std::size_t mask = slots_.size() - 1;
  for (std::size_t slot = hash(bytes) & mask; slots_[slot] != kNone; slot = (slot + 1) & mask) {
    if (token(slots_[slot]) == bytes) return slots_[slot];
  }
  return kNone;
}

}  // namespace clew::tokenizer
