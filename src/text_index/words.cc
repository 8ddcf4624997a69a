#include "text_index/words.h"

#include <algorithm>
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
  if ((c >= 0x3021 && c <= 0xA4CF) || (c >= 0xAC00 && c <= 0xD7FF)) return Class::kSign;  // nearly all of them
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

}  // namespace

// What exceeds the buffer is left out.
void RunScanner::append(char32_t c) {
  const auto put = [this](char32_t byte) { folded_[folded_size_++] = static_cast<char>(byte); };
  if (folded_size_ + 4 > kRunBytesMax) return;
  if (c < 0x80) {
    put(c);
  } else if (c < 0x800) {
    put(0xC0 | (c >> 6));
    put(0x80 | (c & 0x3F));
  } else if (c < 0x10000) {
    put(0xE0 | (c >> 12));
    put(0x80 | ((c >> 6) & 0x3F));
    put(0x80 | (c & 0x3F));
  } else {
    put(0xF0 | (c >> 18));
    put(0x80 | ((c >> 12) & 0x3F));
    put(0x80 | ((c >> 6) & 0x3F));
    put(0x80 | (c & 0x3F));
  }
}

bool RunScanner::next(Run& run) {
  folded_size_ = 0;
  std::size_t at = at_;
  while (at < text_.size()) {
    // Most of a text is ASCII.
    const auto byte = static_cast<unsigned char>(text_[at]);
    if (byte < 0x80) {
      if (kAsciiLetters[byte]) {
        letters(at, run);
        return true;
      }
      ++at;
      continue;
    }
    const Decoded first = decode(text_, at);
    if (first.kind == Class::kSign) {
      signs(at, run);
      return true;
    }
    if (first.kind == Class::kLetter) {
      letters(at, run);
      return true;
    }
    at += first.bytes;
  }
  return false;
}

// Takes ASCII letters and digits; returns where they end.
std::size_t RunScanner::ascii_letters(std::size_t at) {
  const std::size_t room = kRunBytesMax - folded_size_;
  const std::size_t end = std::min(text_.size(), at + room);
  char* out = folded_.data() + folded_size_;
  const char* const begin = out;
  for (; at < end; ++at) {
    const char letter = kAsciiLetters[static_cast<unsigned char>(text_[at])];
    if (!letter) break;
    *out++ = letter;
  }
  folded_size_ += static_cast<std::size_t>(out - begin);
  if (at < end) return at;
  while (at < text_.size() && kAsciiLetters[static_cast<unsigned char>(text_[at])])
    ++at;
  return at;
}

void RunScanner::letters(std::size_t at, Run& run) {
  run = {Run::Kind::kLetters, at, at};
  for (;;) {
    const auto ascii = [&] { return static_cast<unsigned char>(text_[at]) < 0x80; };
    if (at < text_.size() && ascii()) at = ascii_letters(at);
    if (at >= text_.size() || ascii()) break;
    const Decoded c = decode(text_, at);
    if (c.kind != Class::kLetter) break;
    append(c.folded);
    at += c.bytes;
  }
  run.end = at_ = at;
}

// A long run is given in parts that share a sign, so that no two neighbours are lost.
void RunScanner::signs(std::size_t at, Run& run) {
  run = {Run::Kind::kSigns, at, at};
  std::size_t last = at;
  while (at < text_.size()) {
    const Decoded c = decode(text_, at);
    if (c.kind != Class::kSign) break;
    if (folded_size_ + 4 > kRunBytesMax) {
      run.end = at;
      at_ = last;
      return;
    }
    append(c.folded);
    last = at;
    at += c.bytes;
  }
  run.end = at_ = at;
}

}  // namespace clew::text_index
