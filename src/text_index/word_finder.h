// Finds the words of the texts of a group and gives them to the dictionary, but seldom the same word twice: what every
// text has, and texts that begin like one before (the system prompt and conversation that an agent sends with every
// step), cost little. Not thread-safe.
#pragma once

#include <cstdint>
#include <string_view>
#include <vector>

#include "text_index/dictionary.h"

namespace clew::text_index {

class WordFinder {
 public:
  WordFinder();
  // Gives `dictionary` all words that words_of() (words.h) has for the text, except some that this group had before.
  void find(std::string_view text, std::uint32_t group, Dictionary& dictionary);

 private:
  class Pass;

  bool part_is_known(std::string_view part, std::uint32_t group);

  // Hash plus group: words met lately, and parts of texts. Small enough for the first and second cache.
  std::vector<std::uint64_t> lately_, parts_;
};

}  // namespace clew::text_index
