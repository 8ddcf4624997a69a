#include "query/text_candidates.h"

#include <algorithm>
#include <iterator>
#include <limits>
#include <unordered_map>

namespace clew::query {

namespace {

using text_index::Key;
using text_index::Needle;

// Windows of blocks and lots of groups grow: a common word is found in the first of them.
constexpr std::size_t kWindowGroupsMin = 320, kWindowGrowth = 8;
constexpr std::size_t kLotGroupsMin = 4, kLotGroupsMax = 128, kLotGrowth = 2;
// A lookup in all buckets pays when what was found in one leaves more than this share of the groups.
constexpr std::size_t kSelectiveShare = 4;
constexpr std::size_t kDearBytesMin = 4;
constexpr std::size_t kNeedlesMax = 8;

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

std::string is_keys() {
  return "bucket = " + std::to_string(text_index::kKeysBucket);
}

template <class T>
void sort_unique(std::vector<T>& values) {
  std::ranges::sort(values);
  values.erase(std::ranges::unique(values).begin(), values.end());
}

// Ranges ascending, those that touch made one.
void join_ranges(std::vector<std::pair<TimeUs, TimeUs>>& ranges) {
  std::ranges::sort(ranges);
  std::vector<std::pair<TimeUs, TimeUs>> joined;
  for (const auto& range : ranges) {
    if (!joined.empty() && range.first <= joined.back().second) {
      joined.back().second = std::max(joined.back().second, range.second);
    } else {
      joined.push_back(range);
    }
  }
  ranges = std::move(joined);
}

}  // namespace

TextCandidates::TextCandidates(analytics::Engine& engine, std::string_view project_id, const TextTerms& terms,
                               std::optional<TimeUs> from_us, std::optional<TimeUs> to_us)
    : engine_(engine),
      project_id_(project_id),
      terms_(terms),
      driver_(&terms.front()),
      from_us_(from_us),
      to_us_(to_us) {}

Result<> TextCandidates::open(const analytics::QueryLimits& limits) {
  CLEW_CHECK(list_blocks(limits));
  if (!blocks_.empty()) CLEW_CHECK(next_window(limits));
  return ok();
}

std::optional<TimeUs> TextCandidates::bound() const {
  std::optional<TimeUs> bound;
  if (found_at_ < found_.size()) bound = found_[found_at_].time_max_us;
  if (window_end_ < blocks_.size()) bound = std::max(bound, std::optional(blocks_[window_end_].time_max_us));
  return bound;
}

Result<CandidateLot> TextCandidates::next(std::size_t rows, const analytics::QueryLimits& limits) {
  const auto behind = [&] {  // what follows may lie in a block that was not looked at yet
    return found_at_ == found_.size() || blocks_[window_end_].time_max_us > found_[found_at_].time_max_us;
  };
  while (window_end_ < blocks_.size() && behind())
    CLEW_CHECK(next_window(limits));
  CandidateLot lot;
  if (found_at_ == found_.size()) return lot;
  lot_groups_ = std::clamp(std::max(groups_for(rows), lot_groups_ * kLotGrowth), kLotGroupsMin, kLotGroupsMax);
  const std::size_t end = std::min(found_.size(), found_at_ + lot_groups_);
  const std::vector<Found> some(found_.begin() + static_cast<std::ptrdiff_t>(found_at_),
                                found_.begin() + static_cast<std::ptrdiff_t>(end));
  found_at_ = end;
  for (const Found& found : some)
    lot.ranges.emplace_back(found.time_min_us, found.time_max_us);
  join_ranges(lot.ranges);
  CLEW_TRY(lot.keys, keys_of(some, limits));
  return lot;
}

// How many groups, of those not given yet, have about as many rows that nothing newer can follow: groups overlap in
// time.
std::size_t TextCandidates::groups_for(std::size_t rows) const {
  const std::size_t most = std::min(found_.size() - found_at_, kLotGroupsMax);
  for (std::size_t groups = 1; groups < most; ++groups) {
    const TimeUs bound_us = found_[found_at_ + groups].time_max_us;
    double newer = 0;
    for (std::size_t i = found_at_; i < found_at_ + groups; ++i) {
      const auto length = static_cast<double>(found_[i].time_max_us - found_[i].time_min_us + 1);
      const auto part = static_cast<double>(found_[i].time_max_us - bound_us) / length;
      newer += std::min(part, 1.0) * static_cast<double>(text_index::kGroupRows);
    }
    if (newer >= static_cast<double>(rows)) return groups;
  }
  return most;
}

Result<> TextCandidates::list_blocks(const analytics::QueryLimits& limits) {
  Binder binder(project_id_);
  std::string sql =
      "SELECT blk, min(time_min), max(time_max) AS newest, max(groups) FROM text_index WHERE "
      "project_id = {project_id:String} AND " +
      is_keys() + " AND part = 0";
  if (from_us_) sql += " AND time_max >= " + binder.time(*from_us_);
  if (to_us_) sql += " AND time_min < " + binder.time(*to_us_);
  sql += " GROUP BY blk ORDER BY newest DESC, blk";
  CLEW_TRY(const analytics::Rows rows, engine_.select("query.text_blocks", sql, binder.params(), limits));
  for (std::size_t row = 0; row < rows.size(); ++row) {
    blocks_.push_back({.id = static_cast<std::uint64_t>(rows.integer(row, 0)),
                       .time_min_us = rows.time(row, 1),
                       .time_max_us = rows.time(row, 2),
                       .groups = static_cast<std::uint32_t>(rows.integer(row, 3))});
  }
  return ok();
}

Result<> TextCandidates::next_window(const analytics::QueryLimits& limits) {
  const bool first = window_groups_ == 0;
  window_groups_ = first ? kWindowGroupsMin : window_groups_ * kWindowGrowth;
  window_begin_ = window_end_;
  for (std::size_t groups = 0; window_end_ < blocks_.size() && groups < window_groups_;)
    groups += blocks_[window_end_++].groups;
  places_.clear();
  for (std::uint32_t block = window_begin_; block < window_end_; ++block)
    places_.emplace(blocks_[block].id, block);
  if (!first || terms_.size() == 1) {
    CLEW_TRY(const Groups groups, groups_of(*driver_, limits));
    return add_found(groups, limits);
  }
  // Words of one document may have been written apart, so that no two terms can be asked for together.
  std::optional<Groups> fewest;
  const bool any_selective = std::ranges::any_of(terms_, &TextTerm::selective);
  for (const TextTerm& term : terms_) {
    if (any_selective && !term.selective()) continue;
    CLEW_TRY(Groups groups, groups_of(term, limits));
    if (fewest && fewest->size() <= groups.size()) continue;
    fewest = std::move(groups);
    driver_ = &term;
  }
  return add_found(*fewest, limits);
}

// The groups of the window that may have documents for the term.
Result<TextCandidates::Groups> TextCandidates::groups_of(const TextTerm& term, const analytics::QueryLimits& limits) {
  std::vector<Needle> cheap, dear;  // looked up in one bucket; in all of them
  for (const Needle& needle : term.needles())
    (needle.buckets().empty() ? dear : cheap).push_back(needle);
  if (cheap.empty() && dear.empty()) return all_groups();
  const auto longest_first = [](const Needle& a, const Needle& b) { return a.text.size() > b.text.size(); };
  std::ranges::sort(cheap, longest_first);
  std::ranges::sort(dear, longest_first);
  if (cheap.size() > kNeedlesMax) cheap.resize(kNeedlesMax);
  if (dear.size() > 1) dear.resize(1);

  Groups found;
  bool enough = false;
  if (!cheap.empty()) {
    std::size_t groups = 0;
    for (std::uint32_t block = window_begin_; block < window_end_; ++block)
      groups += blocks_[block].groups;
    CLEW_TRY(found, groups_with(cheap, limits));
    enough = found.size() * kSelectiveShare <= groups || dear.empty() || dear.front().text.size() < kDearBytesMin;
  }
  if (!enough) {
    CLEW_TRY(Groups more, groups_with(dear, limits));
    if (cheap.empty()) {
      found = std::move(more);
    } else {
      Groups both;
      std::ranges::set_intersection(found, more, std::back_inserter(both));
      found = std::move(both);
    }
  }
  if (!term.id_part().empty()) {
    CLEW_TRY(const Groups ids, groups_with_id(term.id_part(), limits));
    found.insert(found.end(), ids.begin(), ids.end());
    sort_unique(found);
  }
  return found;
}

TextCandidates::Groups TextCandidates::all_groups() const {
  Groups groups;
  for (std::uint32_t block = window_begin_; block < window_end_; ++block) {
    for (std::uint32_t number = 0; number < blocks_[block].groups; ++number)
      groups.emplace_back(block, number);
  }
  return groups;
}

std::string TextCandidates::in_window(Binder& binder) const {
  return "project_id = {project_id:String} AND time_max >= " + binder.time(blocks_[window_end_ - 1].time_max_us) +
         " AND time_max <= " + binder.time(blocks_[window_begin_].time_max_us);
}

// The groups of the window that have all of the needles.
Result<TextCandidates::Groups> TextCandidates::groups_with(const std::vector<Needle>& needles,
                                                           const analytics::QueryLimits& limits) {
  Binder binder(project_id_);
  std::string wanted;
  for (const Needle& needle : needles)
    wanted += (wanted.empty() ? "" : " OR ") + needle_predicate(needle, binder);
  const std::string sql =
      "SELECT blk, words, data FROM text_index WHERE " + in_window(binder) + " AND (" + wanted + ")";
  CLEW_TRY(const analytics::Rows rows, engine_.select("query.text_words", sql, binder.params(), limits));

  std::vector<Groups> found(needles.size());
  for (std::size_t row = 0; row < rows.size(); ++row) {
    const auto at = places_.find(static_cast<std::uint64_t>(rows.integer(row, 0)));
    if (at == places_.end()) continue;  // a neighbour with the same time, of another window
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
          if (number < blocks_[at->second].groups) found[i].emplace_back(at->second, number);
        }
      }
    }));
  }
  Groups all;
  for (std::size_t i = 0; i < found.size(); ++i) {
    sort_unique(found[i]);
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

// The groups of the window with a key whose trace or span id contains the part: ids of that kind are no words.
Result<TextCandidates::Groups> TextCandidates::groups_with_id(const std::string& part,
                                                              const analytics::QueryLimits& limits) {
  Binder binder(project_id_);
  const std::string sql = "SELECT blk, part, data FROM text_index WHERE " + in_window(binder) + " AND " + is_keys() +
                          " AND position(data, " + binder.text(part) + ") > 0";
  CLEW_TRY(const analytics::Rows rows, engine_.select("query.text_ids", sql, binder.params(), limits));
  Groups found;
  for (std::size_t row = 0; row < rows.size(); ++row) {
    const auto block = places_.find(static_cast<std::uint64_t>(rows.integer(row, 0)));
    if (block == places_.end()) continue;
    CLEW_TRY(const std::vector<Key> keys, text_index::read_keys(rows.text(row, 2)));
    const auto first = static_cast<std::uint32_t>(rows.integer(row, 1)) * text_index::kGroupsPerPart;
    for (std::size_t i = 0; i < keys.size(); ++i) {
      if (keys[i].first.find(part) == std::string::npos && keys[i].second.find(part) == std::string::npos) continue;
      found.emplace_back(block->second, static_cast<std::uint32_t>(first + i / text_index::kGroupRows));
      i = (i / text_index::kGroupRows + 1) * text_index::kGroupRows - 1;
    }
  }
  sort_unique(found);
  return found;
}

// Groups of the window join what was found, each with the times its documents have.
Result<> TextCandidates::add_found(const Groups& groups, const analytics::QueryLimits& limits) {
  std::size_t all = 0;
  for (std::uint32_t block = window_begin_; block < window_end_; ++block)
    all += blocks_[block].groups;
  common_ = groups.size() * 2 > all;
  if (groups.empty()) return ok();
  Binder binder(project_id_);
  const std::string sql = "SELECT blk, part, words FROM text_index WHERE " + in_window(binder) + " AND " + is_keys();
  CLEW_TRY(const analytics::Rows rows, engine_.select("query.text_times", sql, binder.params(), limits));
  std::unordered_map<std::string, std::string_view> times;
  for (std::size_t row = 0; row < rows.size(); ++row) {
    times.emplace(
        group_name(static_cast<std::uint64_t>(rows.integer(row, 0)), static_cast<std::uint64_t>(rows.integer(row, 1))),
        rows.text(row, 2));
  }
  for (const Group& group : groups) {
    const Block& block = blocks_[group.first];
    Found found{group, block.time_min_us, block.time_max_us};
    const auto known = times.find(group_name(block.id, group.second / text_index::kGroupsPerPart));
    if (known != times.end())
      text_index::read_group_times(known->second, group.second % text_index::kGroupsPerPart, found.time_min_us,
                                   found.time_max_us);
    if (from_us_ && found.time_max_us < *from_us_) continue;
    if (to_us_ && found.time_min_us >= *to_us_) continue;
    found_.push_back(found);
  }
  found_.erase(found_.begin(), found_.begin() + static_cast<std::ptrdiff_t>(found_at_));
  found_at_ = 0;
  std::ranges::sort(found_, [](const Found& a, const Found& b) {
    return a.time_max_us != b.time_max_us ? a.time_max_us > b.time_max_us : a.group < b.group;
  });
  return ok();
}

Result<std::vector<Key>> TextCandidates::keys_of(const std::vector<Found>& lot, const analytics::QueryLimits& limits) {
  std::unordered_map<std::string, std::vector<std::uint32_t>> by_part;
  std::vector<std::string> names;
  TimeUs first_us = std::numeric_limits<TimeUs>::max(), last_us = std::numeric_limits<TimeUs>::min();
  for (const Found& found : lot) {
    const auto& [block, number] = found.group;
    auto& numbers = by_part[group_name(blocks_[block].id, number / text_index::kGroupsPerPart)];
    if (numbers.empty()) names.push_back(group_name(blocks_[block].id, number / text_index::kGroupsPerPart));
    numbers.push_back(number % text_index::kGroupsPerPart);
    first_us = std::min(first_us, blocks_[block].time_max_us);
    last_us = std::max(last_us, blocks_[block].time_max_us);
  }
  Binder binder(project_id_);
  const std::string sql = "SELECT blk, part, data FROM text_index PREWHERE project_id = {project_id:String} AND " +
                          is_keys() + " AND time_max >= " + binder.time(first_us) +
                          " AND time_max <= " + binder.time(last_us) +
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
  sort_unique(out);
  return out;
}

}  // namespace clew::query
