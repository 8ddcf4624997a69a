// The rules of keys, the same for every store.
#pragma once

#include <string_view>

#include "base/result.h"

namespace clew::blob {

inline constexpr std::size_t kKeyBytesMax = 1024;     // of a whole key, as S3 has it
inline constexpr std::size_t kSegmentBytesMax = 200;  // so that a segment, encoded, is a file name

// kInvalidArgument: empty, too long, "." or ".." or empty segments, control characters, invalid UTF-8.
Result<> check_key(std::string_view key);

}  // namespace clew::blob
