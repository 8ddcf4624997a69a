// What the index takes for a word. Text is cut into runs: letters and digits of alphabets that put spaces between words
// make one run each; signs of scripts that do not (Chinese, Japanese, Korean, Thai, ...) and emoji make runs of the
// other kind. Everything else separates. Letters are folded to lower case.
//
// Of a run of letters the index keeps the run, or overlapping pieces of a very long one; of a run of signs every two
// neighbours, or the sign that stands alone. The rule is one for writing and asking: a text that contains a query
// contains the query's runs, the inner ones whole and the outer ones at least as part of a longer run.
#pragma once

#include <array>
#include <cstddef>
#include <string_view>

namespace clew::text_index {

inline constexpr std::size_t kRunBytesMax = 1'024;  // what exceeds it in one run of letters is not indexed
inline constexpr std::size_t kPieceBytes = 64;      // a longer run is indexed as pieces of so many bytes ...
inline constexpr std::size_t kPieceStep = 32;       // ... each so many after the one before
inline constexpr std::size_t kSlackBytes = 16;

struct Run {
  enum class Kind { kLetters, kSigns };
  Kind kind = Kind::kLetters;
  std::size_t begin = 0, end = 0;  // in the text
};

// Cuts a text into runs, one after the other.
class RunScanner {
 public:
  explicit RunScanner(std::string_view text) : text_(text) {}
  // False at the end of the text. folded() is the run in lower case, valid until the next call; kSlackBytes behind it
  // may be read.
  bool next(Run& run);
  std::string_view folded() const { return {folded_.data(), folded_size_}; }

 private:
  std::size_t ascii_letters(std::size_t at);
  void letters(std::size_t at, Run& run);
  void signs(std::size_t at, Run& run);
  void append(char32_t code_point);

  std::string_view text_;
  std::size_t at_ = 0;
  std::array<char, kRunBytesMax + kSlackBytes> folded_;
  std::size_t folded_size_ = 0;
};

// Calls `emit(std::string_view word)` for every word of a run; a word may be emitted several times. The views lie in
// `folded`.
template <class Emit>
void words_of_run(Run::Kind kind, std::string_view folded, Emit&& emit) {
  if (kind == Run::Kind::kLetters) {
    std::size_t at = 0;
    for (; at + kPieceBytes < folded.size(); at += kPieceStep)
      emit(folded.substr(at, kPieceBytes));
    emit(folded.substr(at));
    return;
  }
  const auto next_sign = [&](std::size_t at) {
    do
      ++at;
    while (at < folded.size() && (static_cast<unsigned char>(folded[at]) & 0xC0) == 0x80);
    return at;
  };
  std::size_t begin = 0;
  std::size_t middle = next_sign(0);
  if (middle >= folded.size()) emit(folded);
  while (middle < folded.size()) {
    const std::size_t end = next_sign(middle);
    emit(folded.substr(begin, end - begin));
    begin = middle;
    middle = end;
  }
}

template <class Emit>
void words_of(std::string_view text, Emit&& emit) {
  RunScanner scanner(text);
  for (Run run; scanner.next(run);)
    words_of_run(run.kind, scanner.folded(), emit);
}

}  // namespace clew::text_index
