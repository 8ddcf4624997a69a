#include "blob/blob_key.h"

#include <algorithm>
#include <string>

#include "base/text.h"

namespace clew::blob {

Result<> check_key(std::string_view key) {
  const auto refused = [](std::string what) { return Error{Errc::kInvalidArgument, "blob key " + std::move(what)}; };
  if (key.empty() || key.size() > kKeyBytesMax) return refused("is empty or longer than 1024 bytes");
  if (!text::is_utf8(key)) return refused("is not UTF-8");
  const bool control = std::ranges::any_of(key, [](char c) { return static_cast<unsigned char>(c) < 32 || c == 127; });
  if (control) return refused("has control characters");
  for (const std::string_view segment : text::split(key, '/')) {
    if (segment.empty() || segment == "." || segment == "..") return refused("has an empty or relative segment");
    if (segment.size() > kSegmentBytesMax) return refused("has a segment of more than 200 bytes");
  }
  return ok();
}

}  // namespace clew::blob
