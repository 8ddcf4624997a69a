// The different words of a block and the groups they occur in, while the block is collected. Not thread-safe.
#pragma once

#include <cstdint>
#include <span>
#include <string_view>
#include <vector>

#include "text_index/word_hash.h"

namespace clew::text_index {

class Dictionary {
 public:
  // A word that was met: hash_of_word() and the first letters. Words longer than Letters::kBytes lie at `at`.
  // Without initial values: hundreds of them are made room for, few are used.
  struct Met {
    std::uint64_t hash;
    Letters letters;
    const char* at;
    std::uint32_t size;
  };

  Dictionary();

  // Groups come in order. A word may be given to a group several times.
  void add(std::span<const Met> met, std::uint32_t group);
  // Everything of `other`, whose groups are numbered from `first_group` on: no less than the groups known here.
  void append(const Dictionary& other, std::uint32_t first_group);

  std::size_t size() const { return words_.size(); }
  // Where words begin to sort: bucket of a large block in the highest byte, then the first seven bytes.
  std::uint64_t begins(std::uint32_t word) const { return words_[word].begins; }
  std::string_view text(std::uint32_t word) const { return {letters_.data() + words_[word].at, words_[word].size}; }

  // The groups of each word side by side, ascending: of word i from ends[i] to ends[i + 1].
  struct Places {
    std::vector<std::uint32_t> ends, groups;
    std::span<const std::uint32_t> of(std::uint32_t word) const {
      return std::span(groups).subspan(ends[word], ends[word + 1] - ends[word]);
    }
  };
  Places places() const;
  // All words by begins(), equal ones by their text.
  std::vector<std::uint32_t> sorted() const;

 private:
  struct Slot {
    std::uint64_t hash = 0;  // 0 = free
    std::uint32_t word = 0;
    std::uint32_t group = 0;  // in which it was seen last
  };
  struct Word {
    std::uint64_t begins = 0;
    std::uint32_t at = 0, size = 0;
  };
  struct GroupEnd {
    std::uint32_t group = 0;
    std::size_t end = 0;  // in places_
  };

  // Slots follow the order of hashes, so that a table is moved into another one from front to back.
  std::size_t home(std::uint64_t hash) const { return hash >> shift_; }
  Slot& find(std::uint64_t hash);
  void place(std::uint32_t word) { places_.push_back(word); }
  std::uint32_t new_word(std::uint64_t begins, std::size_t size);
  void make_room(std::size_t words);

  unsigned shift_ = 0;
  std::vector<Slot> slots_;
  std::vector<Word> words_;
  std::vector<char> letters_;  // of all words, one after the other, and room for Letters::kBytes more
  std::size_t letters_size_ = 0;
  std::vector<std::uint32_t> places_;  // words, group after group
  std::vector<GroupEnd> group_ends_;   // of groups with words
};

}  // namespace clew::text_index
