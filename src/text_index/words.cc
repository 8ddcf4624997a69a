#include "text_index/words.h"

#include <array>
#include <cstdint>

#include "text_index/case_fold.h"

namespace clew::text_index {

namespace {

enum class Class { kSeparator, kLetter, kSign };

// Lower case of ASCII letters and digits; 0 for what separates.
constexpr auto kAsciiLetters = [] {
  std::array<char, 256> table{};
  for (int c = '0'; c <= '9'; ++c)
    table[static_cast<std::size_t>(c)] = static_cast<char>(c);
  for (int c = 'a'; c <= 'z'; ++c)
    table[static_cast<std::size_t>(c)] = table[static_cast<std::size_t>(c - 32)] = static_cast<char>(c);
  return table;
}();

struct Range {
  char32_t first, last;
};

template <std::size_t N>
constexpr bool within(char32_t c, const Range (&ranges)[N]) {
  for (const Range& range : ranges) {
    if (c >= range.first && c <= range.last) return true;
  }
  return false;
}

// Scripts without spaces between words, and emoji. Korean has spaces, but its endings are written without.
constexpr Range kSigns[] = {{0x0E00, 0x0EFF}, {0x1000, 0x109F},   {0x1100, 0x11FF},   {0x1780, 0x17FF},
                            {0x2600, 0x27BF}, {0x2E80, 0x2FFF},   {0x3005, 0x3007},   {0x3021, 0xA4CF},
                            {0xA960, 0xA97F}, {0xAC00, 0xD7FF},   {0xF900, 0xFAFF},   {0xFE00, 0xFE0F},
                            {0xFF66, 0xFFDC}, {0x1B000, 0x1B2FF}, {0x1F000, 0x1FAFF}, {0x20000, 0x3FFFF}};
constexpr Range kSeparators[] = {{0x0080, 0x00A9}, {0x00AB, 0x00B4}, {0x00B6, 0x00B9}, {0x00BB, 0x00BF},
                                 {0x00D7, 0x00D7}, {0x00F7, 0x00F7}, {0x2000, 0x2BFF}, {0x3000, 0x3020},
                                 {0xD800, 0xDFFF}, {0xE000, 0xF8FF}, {0xFE10, 0xFE6F}, {0xFF01, 0xFF0F},
                                 {0xFF1A, 0xFF20}, {0xFF3B, 0xFF40}, {0xFF5B, 0xFF65}, {0xFFDD, 0xFFFF}};

Class class_of(char32_t c) {
  if (c < 0x80) return kAsciiLetters[c] ? Class::kLetter : Class::kSeparator;
  if (c >= 0x00C0 && c < 0x0E00 && c != 0x00D7 && c != 0x00F7) return Class::kLetter;
  if (within(c, kSigns)) return Class::kSign;
  return within(c, kSeparators) ? Class::kSeparator : Class::kLetter;
}

struct Decoded {
  char32_t folded = 0;
  std::size_t bytes = 1;
  Class kind = Class::kSeparator;
};

// One code point of UTF-8 in lower case; a byte that is none separates.
Decoded decode(std::string_view text, std::size_t at) {
  const auto byte = [&](std::size_t i) { return static_cast<unsigned char>(text[at + i]); };
  const unsigned char lead = byte(0);
  if (lead < 0x80) {
    const char letter = kAsciiLetters[lead];
    return {static_cast<char32_t>(letter), 1, letter ? Class::kLetter : Class::kSeparator};
  }
  const std::size_t size = lead >= 0xF0 ? 4 : lead >= 0xE0 ? 3 : lead >= 0xC0 ? 2 : 0;
  if (size == 0 || at + size > text.size()) return {};
  char32_t c = lead & (0xFFU >> (size + 1));
  for (std::size_t i = 1; i < size; ++i) {
    if ((byte(i) & 0xC0) != 0x80) return {};
    c = (c << 6) | (byte(i) & 0x3F);
  }
  c = fold_case(c);
  return {c, size, class_of(c)};
}

void append_utf8(std::string& out, char32_t c) {
  if (c < 0x80) {
    out += static_cast<char>(c);
  } else if (c < 0x800) {
    out += static_cast<char>(0xC0 | (c >> 6));
    out += static_cast<char>(0x80 | (c & 0x3F));
  } else if (c < 0x10000) {
    out += static_cast<char>(0xE0 | (c >> 12));
    out += static_cast<char>(0x80 | ((c >> 6) & 0x3F));
    out += static_cast<char>(0x80 | (c & 0x3F));
  } else {
    out += static_cast<char>(0xF0 | (c >> 18));
    out += static_cast<char>(0x80 | ((c >> 12) & 0x3F));
    out += static_cast<char>(0x80 | ((c >> 6) & 0x3F));
    out += static_cast<char>(0x80 | (c & 0x3F));
  }
}

}  // namespace

bool RunScanner::next(Run& run) {
  folded_.clear();
  std::size_t at = at_;
  Decoded first;
  while (at < text_.size()) {
    // Most of a text is ASCII.
    const auto byte = static_cast<unsigned char>(text_[at]);
    if (byte < 0x80 && !kAsciiLetters[byte]) {
      ++at;
      continue;
    }
    first = decode(text_, at);
    if (first.kind != Class::kSeparator) break;
    at += first.bytes;
  }
  if (at >= text_.size()) return false;
  if (first.kind == Class::kSign) return signs(at, run);
  run = {Run::Kind::kLetters, at, at};
  const auto keep = [&] { return folded_.size() < kRunBytesMax; };
  while (at < text_.size()) {
    const auto byte = static_cast<unsigned char>(text_[at]);
    if (byte < 0x80) {
      const char letter = kAsciiLetters[byte];
      if (!letter) break;
      if (keep()) folded_ += letter;
      ++at;
      continue;
    }
    const Decoded c = decode(text_, at);
    if (c.kind != Class::kLetter) break;
    if (keep()) append_utf8(folded_, c.folded);
    at += c.bytes;
  }
  run.end = at_ = at;
  return true;
}

// A long run is given in parts that share a sign, so that no two neighbours are lost.
bool RunScanner::signs(std::size_t at, Run& run) {
  run = {Run::Kind::kSigns, at, at};
  std::size_t last = at;
  while (at < text_.size()) {
    const Decoded c = decode(text_, at);
    if (c.kind != Class::kSign) break;
    if (folded_.size() >= kRunBytesMax) {
      run.end = at;
      at_ = last;
      return true;
    }
    append_utf8(folded_, c.folded);
    last = at;
    at += c.bytes;
  }
  run.end = at_ = at;
  return true;
}

}  // namespace clew::text_index
