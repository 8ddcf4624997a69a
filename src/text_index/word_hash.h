// The letters of a word as two numbers, and hashes. Hashes live as long as a block is built and are not stored.
#pragma once

#include <algorithm>
#include <array>
#include <bit>
#include <cstdint>
#include <cstring>
#include <string_view>

namespace clew::text_index {

inline std::uint64_t mix(std::uint64_t a, std::uint64_t b) {
  const auto product = static_cast<unsigned __int128>(a) * b;
  return static_cast<std::uint64_t>(product) ^ static_cast<std::uint64_t>(product >> 64);
}

static_assert(std::endian::native == std::endian::little, "the first letter is the lowest byte");

// The first 16 bytes of a word, zeros behind it.
struct Letters {
  std::uint64_t first, second;

  static constexpr std::size_t kBytes = 16;
  // `at` has 16 bytes that may be read.
  static Letters load(const char* at) {
    Letters letters;
    std::memcpy(&letters.first, at, 8);
    std::memcpy(&letters.second, at + 8, 8);
    return letters;
  }
  // No byte behind the first `size` is read.
  static Letters load_exactly(const char* at, std::size_t size) {
    std::array<char, kBytes> bytes{};
    std::memcpy(bytes.data(), at, std::min(size, kBytes));
    return load(bytes.data());
  }
  // In lower case, when all bytes are ASCII letters and digits: bit 5 is set in all that are lower case or digits.
  Letters lower() const { return {first | 0x2020202020202020ULL, second | 0x2020202020202020ULL}; }
  // `size` is 1 to 16.
  Letters cut(std::size_t size) const {
    const std::uint64_t low = ~0ULL >> (8 * (8 - std::min<std::size_t>(size, 8)));
    const std::uint64_t high = size > 8 ? ~0ULL >> (8 * (16 - size)) : 0;
    return {first & low, second & high};
  }
  bool ascii() const { return ((first | second) & 0x8080808080808080ULL) == 0; }
  void store(char* at) const {
    std::memcpy(at, &first, 8);
    std::memcpy(at + 8, &second, 8);
  }
};

// Two words of one hash would be taken for one; of a hundred thousand words that is one block in four thousand million.
// Never 0. A factor has 0xFF where a word, being UTF-8 or broken UTF-8 made whole, has none: it is never 0 either.
inline std::uint64_t hash_of(Letters letters, std::uint64_t seed = 0xA0761D64FFBD642FULL) {
  return mix(mix(letters.first ^ 0x9E37FFB97F4A7C15ULL, letters.second ^ seed), 0x8EBC6AF09C88C6E3ULL) | 1;
}

// The same hash for any size; Letters::kBytes behind the word may be read.
inline std::uint64_t hash_of_word(const char* at, std::size_t size) {
  if (size <= Letters::kBytes) return hash_of(Letters::load(at).cut(size));
  std::uint64_t hash = 0xA0761D64FFBD642FULL;
  for (; size > Letters::kBytes; at += Letters::kBytes, size -= Letters::kBytes)
    hash = hash_of(Letters::load(at), hash);
  return hash_of(Letters::load(at).cut(size), hash);
}

// Of a part of a text, to know it again: two lanes, because one waits for its multiplications.
inline std::uint64_t hash_of_text(std::string_view text) {
  std::uint64_t one = 0x9E3779B97F4A7C15ULL ^ text.size(), two = 0xE7037ED1A0B428DBULL;
  const char* at = text.data();
  std::size_t left = text.size();
  for (; left >= 32; at += 32, left -= 32) {
    const Letters a = Letters::load(at), b = Letters::load(at + 16);
    one = mix(a.first ^ one, a.second ^ 0xA0761DFF78BD642FULL);
    two = mix(b.first ^ two, b.second ^ 0x8EBC6AFF9C88C6E3ULL);
  }
  for (; left > 0; at += std::min<std::size_t>(left, 16), left -= std::min<std::size_t>(left, 16)) {
    const Letters rest = Letters::load_exactly(at, left);
    one = mix(rest.first ^ one, rest.second ^ 0xA0761DFF78BD642FULL);
  }
  return mix(one ^ 0x589965CC75374CC3ULL, two ^ 0x1D8E4E27C47D124FULL);
}

}  // namespace clew::text_index
