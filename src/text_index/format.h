// How table `text_index` is filled: rows of words and rows of keys, one set of them per index block.
//
// An index block covers some rows of `payloads` of one project and month, in groups of kGroupRows. It says in which
// groups a word occurs and which keys a group has; whoever looks a word up reads the texts of those keys and checks
// them. Blocks contain themselves: the same rows indexed twice (a replay) only give the same keys twice.
//
//   bucket 0                    keys: part p has groups p * kGroupsPerPart and following; `data` is append_key()s and
//                               `words` when the rows of each group began (append_group_time(); "" in old blocks)
//   bucket 16 + n, n < 16       words of a small block, `words` = "\nword\nword\n" sorted, `data` their groups in order
//   bucket 256 + n, n < 256     words of a large block, likewise
//
// n comes from the first three bytes of a word, so that a beginning of three bytes is found in one bucket.
#pragma once

#include <array>
#include <cstdint>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "base/result.h"
#include "base/time.h"

namespace clew::text_index {

inline constexpr std::size_t kGroupRows = 64;
inline constexpr std::size_t kGroupsPerPart = 8;
inline constexpr std::size_t kSmallBlockWords = 2'000;
inline constexpr std::size_t kBucketPrefixBytes = 3;
inline constexpr std::uint16_t kKeysBucket = 0, kSmallBuckets = 16, kLargeBuckets = 256;

// Values of metadata beyond this are neither indexed nor searched: they are payloads of their own kind.
inline constexpr std::size_t kShortValueBytes = 256;

// Whether an id is of a kind that is no word of the index, because it is found among its keys: lower case hexadecimal.
bool is_hexadecimal(std::string_view id);

// The two buckets in which a word of this beginning may be: in small blocks and in large ones.
std::array<std::uint16_t, 2> buckets_of(std::string_view word);

// Trace and span id of an indexed row.
using Key = std::pair<std::string, std::string>;

// Appends a key; `previous` is the one before it in the same part, null for the first.
void append_key(std::string& out, std::string_view trace_id, std::string_view span_id, const std::string* previous);
// The keys of a part in order. kCorruption when `data` is not what append_key() writes.
Result<std::vector<Key>> read_keys(std::string_view data);

// Notes that a row of the last group, or of a new one, began at this time.
void append_group_time(std::string& out, bool new_group, TimeUs start_time_us);
// The first and last time of a part's group; leaves both as they are where they were not written.
void read_group_times(std::string_view times, std::size_t group, TimeUs& first_us, TimeUs& last_us);

// Appends the groups of one word, ascending and distinct.
void append_groups(std::string& out, const std::uint32_t* groups, std::size_t count);

// Calls `found(groups)` for each word of a row that satisfies `wanted(word)`. kCorruption as above.
template <class Wanted, class Found>
Result<> read_words(std::string_view words, std::string_view data, Wanted&& wanted, Found&& found);

// The next list of groups from the front of `data`; false when it is damaged.
bool read_groups(std::string_view& data, std::vector<std::uint32_t>& groups);

template <class Wanted, class Found>
Result<> read_words(std::string_view words, std::string_view data, Wanted&& wanted, Found&& found) {
  std::vector<std::uint32_t> groups;
  if (words.starts_with('\n')) words.remove_prefix(1);
  while (!words.empty()) {
    const std::size_t end = words.find('\n');
    if (end == std::string_view::npos || !read_groups(data, groups)) {
      return Error{Errc::kCorruption, "a row of the text index is damaged"};
    }
    if (wanted(words.substr(0, end))) found(groups);
    words.remove_prefix(end + 1);
  }
  return ok();
}

}  // namespace clew::text_index
