// Which rows of `payloads` may contain a text, by table `text_index`: newest first, a lot at a time, so that whoever
// asks for a page reads no more than its page takes. A hint only: what is given has the words, not yet the text.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "analytics/engine.h"
#include "text_index/format.h"
#include "text_index/plan.h"

namespace clew::query {

class TextCandidates {
 public:
  // Rows that began in [from, to). Without needles every indexed row is a candidate.
  TextCandidates(analytics::Engine& engine, std::string_view project_id, std::vector<text_index::Needle> needles,
                 std::optional<TimeUs> from_us, std::optional<TimeUs> to_us);

  // The next keys; none = there are no more. Each statement takes at most `limits`.
  Result<std::vector<text_index::Key>> next(const analytics::QueryLimits& limits);

 private:
  struct Block {
    std::uint64_t id = 0;
    TimeUs time_max_us = 0;
    std::uint32_t groups = 0;
  };
  // Place of a block among blocks_, then the group counted from the last: ascending is newest first.
  using Group = std::pair<std::uint32_t, std::uint32_t>;
  using Groups = std::vector<Group>;

  Result<> list_blocks(const analytics::QueryLimits& limits);
  Result<> next_window(const analytics::QueryLimits& limits);
  Result<Groups> groups_with(const std::vector<text_index::Needle>& needles, const analytics::QueryLimits& limits);
  Result<std::vector<text_index::Key>> keys_of(const Groups& groups, const analytics::QueryLimits& limits);
  Group group(std::uint32_t block, std::uint32_t number) const { return {block, blocks_[block].groups - 1 - number}; }
  std::uint32_t number(const Group& group) const { return blocks_[group.first].groups - 1 - group.second; }

  analytics::Engine& engine_;
  std::string project_id_;
  std::vector<text_index::Needle> cheap_, dear_;  // looked up in one bucket; in all of them
  std::optional<TimeUs> from_us_, to_us_;
  bool listed_ = false;
  std::vector<Block> blocks_;                        // newest first
  std::uint32_t window_begin_ = 0, window_end_ = 0;  // among blocks_
  std::size_t window_groups_ = 0, lot_groups_ = 0;
  Groups found_;  // of the window, from found_at_ on not given yet
  std::size_t found_at_ = 0;
};

}  // namespace clew::query
