#include "text_index/stretches.h"

#include <bit>
#include <cstring>

#if defined(__SSE2__)
#include <emmintrin.h>
#endif

namespace clew::text_index {

namespace {

constexpr std::size_t kTogether = 64;
constexpr std::uint64_t kHigh = 0x8080808080808080ULL, kOnes = 0x0101010101010101ULL;

// The high bit of each byte below 0x80 that is at least `first` and at most `last`; other high bits mean nothing.
constexpr std::uint64_t within(std::uint64_t bytes, unsigned char first, unsigned char last) {
  const std::uint64_t low = bytes & ~kHigh;
  return (low + kOnes * (0x80U - first)) & ~(low + kOnes * (0x7FU - last));
}

std::uint64_t mask_of_8(const char* at) {
  std::uint64_t bytes = 0;
  std::memcpy(&bytes, at, 8);
  const std::uint64_t wanted = (within(bytes | (kOnes * 0x20U), 'a', 'z') | within(bytes, '0', '9') | bytes) & kHigh;
  return ((wanted >> 7) * 0x0102040810204080ULL) >> 56;
}

}  // namespace

std::uint64_t stretch_mask_portable(const char* at) {
  std::uint64_t mask = 0;
  for (unsigned i = 0; i < kTogether / 8; ++i)
    mask |= mask_of_8(at + 8 * i) << (8 * i);
  return mask;
}

#if defined(__SSE2__)

namespace {

// Bytes are compared as signed numbers: what is in the range is moved to the smallest ones.
std::uint64_t mask_of_16(const char* at) {
  const auto all = [](int value) { return _mm_set1_epi8(static_cast<char>(value)); };
  const __m128i bytes = _mm_loadu_si128(reinterpret_cast<const __m128i*>(at));
  const __m128i lower = _mm_or_si128(bytes, all(0x20));
  const __m128i letters = _mm_cmplt_epi8(_mm_add_epi8(lower, all(0x80 - 'a')), all(-0x80 + 26));
  const __m128i digits = _mm_cmplt_epi8(_mm_add_epi8(bytes, all(0x80 - '0')), all(-0x80 + 10));
  return static_cast<std::uint32_t>(_mm_movemask_epi8(_mm_or_si128(_mm_or_si128(letters, digits), bytes)));
}

}  // namespace

std::uint64_t stretch_mask(const char* at) {
  return mask_of_16(at) | (mask_of_16(at + 16) << 16) | (mask_of_16(at + 32) << 32) | (mask_of_16(at + 48) << 48);
}

#else

std::uint64_t stretch_mask(const char* at) {
  return stretch_mask_portable(at);
}

#endif

bool separates(char byte) {
  const auto c = static_cast<unsigned char>(byte);
  const auto lower = static_cast<unsigned char>(c | 0x20U);
  return c < 0x80 && (c < '0' || c > '9') && (lower < 'a' || lower > 'z');
}

const char** find_stretches(std::string_view text, const char** edges) {
  std::uint64_t before = 0;  // whether the byte before was in a stretch
  const auto take = [&](const char* at, std::uint64_t mask) {
    for (std::uint64_t changes = mask ^ ((mask << 1) | before); changes != 0; changes &= changes - 1)
      *edges++ = at + std::countr_zero(changes);
    before = mask >> 63;
  };
  const char* at = text.data();
  std::size_t left = text.size();
  for (; left >= kTogether; at += kTogether, left -= kTogether)
    take(at, stretch_mask(at));
  char rest[kTogether] = {};
  if (left > 0) std::memcpy(rest, at, left);
  take(at, stretch_mask(rest));
  return edges;
}

}  // namespace clew::text_index
