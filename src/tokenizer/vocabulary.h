// The tokens of one encoding and the rule that splits text before merging.
#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"

namespace clew::tokenizer {

// Immutable once made; any thread. Keeps views into the table it was read from.
class Vocabulary {
 public:
  // One encoding of a table (tools/tokenizer/tables.mjs). kNotFound: the table has no such encoding. kCorruption.
  static Result<Vocabulary> read(std::string_view table, std::string_view encoding);

  static constexpr std::uint32_t kNone = ~0U;
  // The rank of a token: lower ones merge first; kNone when these bytes are no token.
  std::uint32_t rank(std::string_view bytes) const;

  const std::string& split_pattern() const { return split_pattern_; }
  const std::vector<std::string>& special_tokens() const { return special_tokens_; }
  std::size_t size() const { return offsets_.size(); }

 private:
  std::string_view token(std::uint32_t rank) const;
  void index();

  std::string split_pattern_;
  std::vector<std::string> special_tokens_;
  std::string_view bytes_;              // length-prefixed tokens
  std::vector<std::uint32_t> offsets_;  // by rank
  std::vector<std::uint32_t> slots_;    // open addressing over ranks; a power of two
  std::size_t longest_ = 0;
};

// The table that is part of the program; not touched before it is read.
std::string_view builtin_table();

}  // namespace clew::tokenizer
