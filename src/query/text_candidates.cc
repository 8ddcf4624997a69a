#include "query/text_candidates.h"

#include <algorithm>
#include <iterator>
#include <unordered_map>

#include "query/binder.h"

namespace clew::query {

namespace {

using text_index::Key;
using text_index::Needle;

// Windows of blocks and lots of groups grow: a common word is found in the first of them.
constexpr std::size_t kWindowGroupsMin = 320, kLotGroupsMin = 16, kLotGroupsMax = 128, kGrowth = 4;
// A lookup in all buckets pays when what was found in one leaves more than this share of the groups.
constexpr std::size_t kSelectiveShare = 4;
constexpr std::size_t kDearBytesMin = 4;

std::string group_name(std::uint64_t block, std::uint64_t part) {
  return std::to_string(block) + "/" + std::to_string(part);
}

std::string needle_predicate(const Needle& needle, Binder& binder) {
  std::string sql = "position(words, " + binder.text(needle.pattern()) + ") > 0";
  const std::vector<std::uint16_t> buckets = needle.buckets();
  if (buckets.empty()) return "(bucket > " + std::to_string(text_index::kKeysBucket) + " AND " + sql + ")";
  std::string in;
  for (const std::uint16_t bucket : buckets)
    in += (in.empty() ? "" : ", ") + std::to_string(bucket);
  return "(bucket IN (" + in + ") AND " + sql + ")";
}

}  // namespace

TextCandidates::TextCandidates(analytics::Engine& engine, std::string_view project_id, std::vector<Needle> needles,
                               std::optional<TimeUs> from_us, std::optional<TimeUs> to_us)
    : engine_(engine), project_id_(project_id), from_us_(from_us), to_us_(to_us) {
  for (Needle& needle : needles)
    (needle.buckets().empty() ? dear_ : cheap_).push_back(std::move(needle));
  const auto longest_first = [](const Needle& a, const Needle& b) { return a.text.size() > b.text.size(); };
  std::ranges::sort(cheap_, longest_first);
  std::ranges::sort(dear_, longest_first);
  constexpr std::size_t kNeedlesMax = 8;
  if (cheap_.size() > kNeedlesMax) cheap_.resize(kNeedlesMax);
  if (dear_.size() > 1) dear_.resize(1);
}

Result<std::vector<Key>> TextCandidates::next(const analytics::QueryLimits& limits) {
  if (!listed_) {
    CLEW_CHECK(list_blocks(limits));
    listed_ = true;
  }
  while (found_at_ == found_.size()) {
    if (window_end_ == blocks_.size()) return std::vector<Key>{};
    CLEW_CHECK(next_window(limits));
  }
  lot_groups_ = lot_groups_ == 0 ? kLotGroupsMin : std::min(lot_groups_ * kGrowth, kLotGroupsMax);
  const std::size_t end = std::min(found_.size(), found_at_ + lot_groups_);
  const Groups lot(found_.begin() + static_cast<std::ptrdiff_t>(found_at_),
                   found_.begin() + static_cast<std::ptrdiff_t>(end));
  found_at_ = end;
  return keys_of(lot, limits);
}

Result<> TextCandidates::list_blocks(const analytics::QueryLimits& limits) {
  Binder binder(project_id_);
  std::string sql =
      "SELECT blk, max(time_max) AS newest, max(groups) FROM text_index WHERE project_id = {project_id:String} AND "
      "bucket = " +
      std::to_string(text_index::kKeysBucket) + " AND part = 0";
  if (from_us_) sql += " AND time_max >= " + binder.time(*from_us_);
  if (to_us_) sql += " AND time_min < " + binder.time(*to_us_);
  sql += " GROUP BY blk ORDER BY newest DESC, blk";
  CLEW_TRY(const analytics::Rows rows, engine_.select("query.text_blocks", sql, binder.params(), limits));
  for (std::size_t row = 0; row < rows.size(); ++row) {
    blocks_.push_back({static_cast<std::uint64_t>(rows.integer(row, 0)), rows.time(row, 1),
                       static_cast<std::uint32_t>(rows.integer(row, 2))});
  }
  return ok();
}

Result<> TextCandidates::next_window(const analytics::QueryLimits& limits) {
  window_groups_ = window_groups_ == 0 ? kWindowGroupsMin : window_groups_ * kGrowth;
  window_begin_ = window_end_;
  std::size_t groups = 0;
  while (window_end_ < blocks_.size() && groups < window_groups_)
    groups += blocks_[window_end_++].groups;
  found_.clear();
  found_at_ = 0;
  if (cheap_.empty() && dear_.empty()) {
    for (std::uint32_t block = window_begin_; block < window_end_; ++block) {
      for (std::uint32_t number = 0; number < blocks_[block].groups; ++number)
        found_.push_back(group(block, number));
    }
    std::ranges::sort(found_);
    return ok();
  }
  if (!cheap_.empty()) {
    CLEW_TRY(found_, groups_with(cheap_, limits));
    const bool selective = found_.size() * kSelectiveShare <= groups;
    if (selective || dear_.empty() || dear_.front().text.size() < kDearBytesMin) return ok();
  }
  CLEW_TRY(Groups more, groups_with(dear_, limits));
  if (cheap_.empty()) {
    found_ = std::move(more);
    return ok();
  }
  Groups both;
  std::ranges::set_intersection(found_, more, std::back_inserter(both));
  found_ = std::move(both);
  return ok();
}

// The groups of the window that have all of the needles, newest first.
Result<TextCandidates::Groups> TextCandidates::groups_with(const std::vector<Needle>& needles,
                                                           const analytics::QueryLimits& limits) {
  Binder binder(project_id_);
  std::string wanted;
  for (const Needle& needle : needles)
    wanted += (wanted.empty() ? "" : " OR ") + needle_predicate(needle, binder);
  const std::string sql =
      "SELECT blk, words, data FROM text_index WHERE project_id = {project_id:String} AND time_max >= " +
      binder.time(blocks_[window_end_ - 1].time_max_us) +
      " AND time_max <= " + binder.time(blocks_[window_begin_].time_max_us) + " AND (" + wanted + ")";
  CLEW_TRY(const analytics::Rows rows, engine_.select("query.text_words", sql, binder.params(), limits));

  std::unordered_map<std::uint64_t, std::uint32_t> place;
  for (std::uint32_t block = window_begin_; block < window_end_; ++block)
    place.emplace(blocks_[block].id, block);
  std::vector<Groups> found(needles.size());
  for (std::size_t row = 0; row < rows.size(); ++row) {
    const auto at = place.find(static_cast<std::uint64_t>(rows.integer(row, 0)));
    if (at == place.end()) continue;  // a neighbour with the same time, of another window
    std::vector<std::size_t> accepting;
    const auto accepted = [&](std::string_view word) {
      accepting.clear();
      for (std::size_t i = 0; i < needles.size(); ++i) {
        if (needles[i].accepts(word)) accepting.push_back(i);
      }
      return !accepting.empty();
    };
    CLEW_CHECK(text_index::read_words(rows.text(row, 1), rows.text(row, 2), accepted, [&](const auto& numbers) {
      for (const std::size_t i : accepting) {
        for (const std::uint32_t number : numbers) {
          if (number < blocks_[at->second].groups) found[i].push_back(group(at->second, number));
        }
      }
    }));
  }
  Groups all;
  for (std::size_t i = 0; i < found.size(); ++i) {
    std::ranges::sort(found[i]);
    found[i].erase(std::ranges::unique(found[i]).begin(), found[i].end());
    if (i == 0) {
      all = std::move(found[i]);
      continue;
    }
    Groups both;
    std::ranges::set_intersection(all, found[i], std::back_inserter(both));
    all = std::move(both);
  }
  return all;
}

Result<std::vector<Key>> TextCandidates::keys_of(const Groups& groups, const analytics::QueryLimits& limits) {
  std::unordered_map<std::string, std::vector<std::uint32_t>> by_part;
  std::vector<std::string> names;
  for (const Group& group : groups) {
    auto& numbers = by_part[group_name(blocks_[group.first].id, number(group) / text_index::kGroupsPerPart)];
    if (numbers.empty())
      names.push_back(group_name(blocks_[group.first].id, number(group) / text_index::kGroupsPerPart));
    numbers.push_back(number(group) % text_index::kGroupsPerPart);
  }
  Binder binder(project_id_);
  const std::string sql =
      "SELECT blk, part, data FROM text_index PREWHERE project_id = {project_id:String} AND bucket = " +
      std::to_string(text_index::kKeysBucket) +
      " AND time_max >= " + binder.time(blocks_[groups.back().first].time_max_us) +
      " AND time_max <= " + binder.time(blocks_[groups.front().first].time_max_us) +
      " AND concat(toString(blk), '/', toString(part)) IN " + binder.texts(names);
  CLEW_TRY(const analytics::Rows rows, engine_.select("query.text_keys", sql, binder.params(), limits));
  std::vector<Key> out;
  for (std::size_t row = 0; row < rows.size(); ++row) {
    const auto name =
        group_name(static_cast<std::uint64_t>(rows.integer(row, 0)), static_cast<std::uint64_t>(rows.integer(row, 1)));
    CLEW_TRY(std::vector<Key> keys, text_index::read_keys(rows.text(row, 2)));
    for (const std::uint32_t number : by_part[name]) {
      const std::size_t end = std::min(keys.size(), (number + 1) * text_index::kGroupRows);
      for (std::size_t i = number * text_index::kGroupRows; i < end; ++i)
        out.push_back(keys[i]);
    }
  }
  return out;
}

}  // namespace clew::query
