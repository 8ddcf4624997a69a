// Where a text may have words: stretches without an ASCII separator, 64 bytes looked at together. A stretch of ASCII
// letters and digits is a run (words.h); one that has other bytes is made of runs that RunScanner finds in it, the same
// that it finds in the whole text, because nothing reaches over an ASCII separator.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string_view>

namespace clew::text_index {

// Bit i: byte i of the 64 at `at` is an ASCII letter or digit, or not ASCII.
std::uint64_t stretch_mask(const char* at);
// The same without the instructions of one kind of processor.
std::uint64_t stretch_mask_portable(const char* at);

bool separates(char byte);

// Writes where stretches begin and end, by turns, to `edges`, which has room for two more than `text` has bytes until
// its last separator. Returns the end of what was written; a stretch that is open at the end of the text ends there.
const char** find_stretches(std::string_view text, const char** edges);

}  // namespace clew::text_index
