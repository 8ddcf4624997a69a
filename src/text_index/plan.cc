#include "text_index/plan.h"

#include <algorithm>

#include "text_index/format.h"
#include "text_index/words.h"

namespace clew::text_index {

bool Needle::accepts(std::string_view word) const {
  switch (kind) {
    case Kind::kWhole:
      return word == text;
    case Kind::kBeginning:
      return word.starts_with(text);
    case Kind::kEnd:
      return word.ends_with(text);
    case Kind::kInside:
      return word.find(text) != std::string_view::npos;
  }
  return false;
}

std::string Needle::pattern() const {
  const bool begins = kind == Kind::kWhole || kind == Kind::kBeginning;
  const bool ends = kind == Kind::kWhole || kind == Kind::kEnd;
  return (begins ? "\n" : "") + text + (ends ? "\n" : "");
}

std::vector<std::uint16_t> Needle::buckets() const {
  const bool known = kind == Kind::kWhole || (kind == Kind::kBeginning && text.size() >= kBucketPrefixBytes);
  if (!known) return {};
  const auto both = buckets_of(text);
  return {both.begin(), both.end()};
}

namespace {

Needle letters(std::string_view folded, bool begins, bool ends) {
  using enum Needle::Kind;
  // Pieces of long runs begin every kPieceStep bytes: each of them has whatever of that length begins within.
  if (folded.size() > kPieceStep) return {begins ? kBeginning : kInside, std::string(folded.substr(0, kPieceStep))};
  const Needle::Kind kind = begins ? (ends ? kWhole : kBeginning) : (ends ? kEnd : kInside);
  return {kind, std::string(folded)};
}

}  // namespace

std::vector<Needle> needles_of(std::string_view query, Place place) {
  if (query.size() > kRunBytesMax) {
    std::size_t size = kRunBytesMax;
    while (size > 0 && (static_cast<unsigned char>(query[size]) & 0xC0) == 0x80)
      --size;  // half a letter would look like the end of a word
    query = query.substr(0, size);
    place.at_end = false;
  }
  std::vector<Needle> needles;
  const auto add = [&](Needle needle) {
    if (std::ranges::find(needles, needle) == needles.end()) needles.push_back(std::move(needle));
  };
  RunScanner scanner(query);
  for (Run run; scanner.next(run);) {
    const std::string_view folded = scanner.folded();
    const bool begins = place.at_begin || run.begin > 0;
    const bool ends = place.at_end || run.end < query.size();
    if (run.kind == Run::Kind::kLetters) {
      add(letters(folded, begins, ends));
      continue;
    }
    std::size_t words = 0;
    std::string_view only;
    words_of_run(run.kind, folded, [&](std::string_view word) {
      only = word;
      ++words;
    });
    // A sign alone may have a neighbour in the text.
    const auto lead = static_cast<unsigned char>(folded.front());
    const std::size_t one = lead >= 0xF0 ? 4 : lead >= 0xE0 ? 3 : 2;
    if (words == 1 && only.size() <= one) {
      add({begins && ends ? Needle::Kind::kWhole : Needle::Kind::kInside, std::string(only)});
      continue;
    }
    words_of_run(run.kind, folded, [&](std::string_view word) { add({Needle::Kind::kWhole, std::string(word)}); });
  }
  return needles;
}

}  // namespace clew::text_index
