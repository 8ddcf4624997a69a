// From what is asked for to the words that a text with it must have.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace clew::text_index {

// A word of the index that must exist in the group.
struct Needle {
  enum class Kind { kWhole, kBeginning, kEnd, kInside };
  Kind kind = Kind::kWhole;
  std::string text;

  bool operator==(const Needle&) const = default;
  bool accepts(std::string_view word) const;
  // What to look for in a row's `words`, which has a line feed on both sides of each word.
  std::string pattern() const;
  // The buckets it may be in; none = any.
  std::vector<std::uint16_t> buckets() const;
};

// Where the text asked for stands in the text that is searched.
struct Place {
  bool at_begin = false;  // nothing stands before it
  bool at_end = false;    // nothing follows
};

// What every text that contains `query` (in any case of letters) at that place has in the index. Empty when the index
// can say nothing: `query` has neither letters nor signs.
std::vector<Needle> needles_of(std::string_view query, Place place);

}  // namespace clew::text_index
