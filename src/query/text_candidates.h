// Which documents may satisfy a term, by table `text_index`: newest first, a lot at a time, so that whoever asks for a
// page reads no more than its page takes. A hint only: what is given has the words, not yet the text.
#pragma once

#include <optional>
#include <string>
#include <unordered_map>
#include <utility>
#include <vector>

#include "analytics/engine.h"
#include "query/text_terms.h"
#include "text_index/format.h"

namespace clew::query {

// Keys and when their documents began: each within one of the ranges (both ends included).
struct CandidateLot {
  std::vector<text_index::Key> keys;
  std::vector<std::pair<TimeUs, TimeUs>> ranges;  // ascending, apart from each other
};

class TextCandidates {
 public:
  // Documents that began in [from, to). Of several terms it follows the one that fewest documents of the newest window
  // may satisfy. `terms` must outlive this.
  TextCandidates(analytics::Engine& engine, std::string_view project_id, const TextTerms& terms,
                 std::optional<TimeUs> from_us, std::optional<TimeUs> to_us);

  // No document given later began after this; null: there are no more. Call open() first.
  std::optional<TimeUs> bound() const;
  Result<> open(const analytics::QueryLimits& limits);
  // The next lot, for which about `rows` documents are enough; may be empty. Each statement takes at most `limits`.
  Result<CandidateLot> next(std::size_t rows, const analytics::QueryLimits& limits);
  // Whether most groups of the window may have the term, so that a group has it more than once. Known after open().
  bool common() const { return common_; }
  // The term that is followed. Known after open().
  const TextTerm& driver() const { return *driver_; }

 private:
  struct Block {
    std::uint64_t id = 0;
    TimeUs time_min_us = 0, time_max_us = 0;
    std::uint32_t groups = 0;
  };
  // Place of a block among blocks_, and a group of it.
  using Group = std::pair<std::uint32_t, std::uint32_t>;
  using Groups = std::vector<Group>;
  struct Found {
    Group group;
    TimeUs time_min_us = 0, time_max_us = 0;
  };

  Result<> list_blocks(const analytics::QueryLimits& limits);
  Result<> next_window(const analytics::QueryLimits& limits);
  Result<Groups> groups_of(const TextTerm& term, const analytics::QueryLimits& limits);
  Result<Groups> groups_with(const std::vector<text_index::Needle>& needles, const analytics::QueryLimits& limits);
  Result<Groups> groups_with_id(const std::string& part, const analytics::QueryLimits& limits);
  Groups all_groups() const;
  std::size_t groups_for(std::size_t rows) const;
  Result<> add_found(const Groups& groups, const analytics::QueryLimits& limits);
  Result<std::vector<text_index::Key>> keys_of(const std::vector<Found>& lot, const analytics::QueryLimits& limits);
  std::string in_window(Binder& binder) const;

  analytics::Engine& engine_;
  std::string project_id_;
  const TextTerms& terms_;
  const TextTerm* driver_;
  std::optional<TimeUs> from_us_, to_us_;
  std::vector<Block> blocks_;                                // newest first
  std::uint32_t window_begin_ = 0, window_end_ = 0;          // among blocks_
  std::unordered_map<std::uint64_t, std::uint32_t> places_;  // of the window's blocks, by their ids
  std::size_t window_groups_ = 0, lot_groups_ = 0;
  bool common_ = false;
  std::vector<Found> found_;  // newest first; from found_at_ on not given yet
  std::size_t found_at_ = 0;
};

}  // namespace clew::query
