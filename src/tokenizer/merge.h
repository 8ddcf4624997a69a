// Byte-pair merging: how many tokens a piece of text is once pairs of neighbours have been joined, always the pair of
// lowest rank first, the leftmost of equals.
#pragma once

#include <cstddef>
#include <string_view>

#include "tokenizer/vocabulary.h"

namespace clew::tokenizer {

// O(n log n) in the length of the piece, whatever it is.
std::size_t merged_tokens(const Vocabulary& vocabulary, std::string_view piece);

}  // namespace clew::tokenizer
