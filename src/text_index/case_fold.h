// Lower case of single code points: the simple mapping of Unicode 15, one code point to one. At least as coarse as the
// store's case-insensitive search, so that whatever that finds the index has under the same letters.
#pragma once

#include <cstdint>

namespace clew::text_index {

char32_t fold_case(char32_t code_point);

}  // namespace clew::text_index
