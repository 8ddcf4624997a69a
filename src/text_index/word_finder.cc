#include "text_index/word_finder.h"

#include <array>

#include "text_index/stretches.h"
#include "text_index/words.h"

namespace clew::text_index {

namespace {

constexpr std::size_t kLately = 4'096, kParts = 1'024;
constexpr std::size_t kPartBytes = 1'024;  // a text is looked at in parts of so many bytes and until the next separator
constexpr std::size_t kMet = 128;          // so many words go to the dictionary together
constexpr std::size_t kFolded = 4'096;

std::size_t end_of_part(std::string_view text) {
  std::size_t end = std::min(text.size(), kPartBytes);
  while (end < text.size() && !separates(text[end]))
    ++end;
  return end;
}

}  // namespace

// One text on its way. Lives on the stack and leaves its room as it finds it: most of it is not used.
class WordFinder::Pass {
 public:
  Pass(std::uint64_t* lately, std::uint32_t group, Dictionary& dictionary)
      : lately_(lately), group_(group), dictionary_(dictionary) {}

  // `end`: bytes before it may be read.
  void part(std::string_view part, const char* end) {
    const char** const last = find_stretches(part, edges_.data());
    for (const char** edge = edges_.data(); edge != last; edge += 2) {
      const char* const at = edge[0];
      const auto size = static_cast<std::size_t>(edge[1] - at);
      if (size > Letters::kBytes) {
        long_stretch({at, size});
        continue;
      }
      const bool room = static_cast<std::size_t>(end - at) >= Letters::kBytes;
      const Letters letters = (room ? Letters::load(at) : Letters::load_exactly(at, size)).lower().cut(size);
      if (!letters.ascii()) {
        runs({at, size});
        continue;
      }
      met({hash_of(letters), letters, nullptr, static_cast<std::uint32_t>(size)});
    }
  }

  void hand_over() {
    dictionary_.add(std::span(met_).first(met_size_), group_);
    met_size_ = 0;
  }

 private:
  // Without a branch: whether a word was met lately cannot be foretold.
  void met(const Dictionary::Met& word) {
    std::uint64_t& lately = lately_[(word.hash >> 8) & (kLately - 1)];
    const std::uint64_t here = word.hash + group_ + 1;  // the same word of another group differs
    met_[met_size_] = word;
    met_size_ += lately != here;
    lately = here;
    if (met_size_ == kMet) hand_over();
  }

  void met(std::string_view folded) {
    const std::size_t first = std::min(folded.size(), Letters::kBytes);
    met({hash_of_word(folded.data(), folded.size()), Letters::load(folded.data()).cut(first), folded.data(),
         static_cast<std::uint32_t>(folded.size())});
  }

  // Room for letters that stay until they are handed over; Letters::kBytes behind them may be read.
  char* keep(const char* letters, std::size_t size) {
    if (folded_size_ + size > kFolded) {
      hand_over();
      folded_size_ = 0;
    }
    char* const at = folded_.data() + folded_size_;
    std::memcpy(at, letters, size);
    folded_size_ += size;
    return at;
  }

  void long_stretch(std::string_view stretch) {
    if (stretch.size() > kPieceBytes) return runs(stretch);
    char* const at = keep(stretch.data(), stretch.size());
    bool ascii = true;
    for (std::size_t i = 0; i < stretch.size(); i += Letters::kBytes) {
      const Letters letters = Letters::load(at + i).lower();
      ascii = ascii && letters.cut(std::min(stretch.size() - i, Letters::kBytes)).ascii();
      letters.store(at + i);
    }
    if (!ascii) return runs(stretch);
    met({at, stretch.size()});
  }

  void runs(std::string_view stretch) {
    RunScanner scanner(stretch);
    for (Run run; scanner.next(run);) {
      const std::string_view folded = scanner.folded();
      words_of_run(run.kind, {keep(folded.data(), folded.size()), folded.size()},
                   [this](std::string_view word) { met(word); });
    }
  }

  std::uint64_t* lately_;
  std::uint32_t group_;
  Dictionary& dictionary_;
  std::size_t met_size_ = 0, folded_size_ = 0;
  std::array<const char*, kPartBytes + 2> edges_;
  std::array<Dictionary::Met, kMet> met_;
  std::array<char, kFolded + Letters::kBytes> folded_;
};

WordFinder::WordFinder() : lately_(kLately), parts_(kParts) {}

bool WordFinder::part_is_known(std::string_view part, std::uint32_t group) {
  const std::uint64_t hash = hash_of_text(part) + group + 1;
  std::uint64_t& known = parts_[hash >> 54];
  static_assert(kParts == 1ULL << (64 - 54));
  if (known == hash) return true;
  known = hash;
  return false;
}

// Parts begin and end at separators: a stretch is never cut.
void WordFinder::find(std::string_view text, std::uint32_t group, Dictionary& dictionary) {
  Pass pass(lately_.data(), group, dictionary);
  const char* const end = text.data() + text.size();
  while (!text.empty()) {
    const std::string_view part = text.substr(0, end_of_part(text));
    if (!part_is_known(part, group)) pass.part(part, end);
    text.remove_prefix(part.size());
  }
  pass.hand_over();
}

}  // namespace clew::text_index
