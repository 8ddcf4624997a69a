#include "query/text_search.h"

#include <algorithm>
#include <functional>
#include <span>
#include <string>
#include <unordered_map>

#include "base/time.h"
#include "query/trace_times.h"

namespace clew::query {

namespace {

// Of all statements of a search together, then of each.
constexpr int kTimeoutMs = 20'000;
constexpr analytics::QueryLimits kLimits{.timeout_ms = kTimeoutMs, .memory_bytes_max = 512ULL << 20};
constexpr std::size_t kDocumentsMax = 1'000'000;
constexpr std::size_t kTermsMax = 64;
// Of one statement.
constexpr std::size_t kTextsMin = 16, kTextsMax = 4'096;
constexpr TimeUs kDayUs = 86'400'000'000;

// Texts keep the time of the first version of their observation.
std::optional<TimeUs> earlier(std::optional<TimeUs> from_us) {
  return from_us ? std::optional(*from_us - kDayUs) : std::nullopt;
}

}  // namespace

TextSearch::TextSearch(analytics::Engine& engine, std::string_view project_id, const TextTerms& terms,
                       const TextScope& scope)
    : engine_(engine),
      project_id_(project_id),
      terms_(terms),
      indexed_(engine, project_id, terms, earlier(scope.from_us), scope.to_us),
      older_(engine, project_id, scope),
      check_(engine, project_id, terms, scope),
      deadline_us_(monotonic_us() + kTimeoutMs * 1'000LL),
      per_trace_(scope.per_trace),
      by_begin_(scope.per_trace && !scope.records) {}

Result<analytics::QueryLimits> TextSearch::limits() const {
  const std::int64_t left_ms = (deadline_us_ - monotonic_us()) / 1'000;
  if (left_ms <= 0 || looked_at_ > kDocumentsMax) {
    return Error{Errc::kDeadlineExceeded, "the text search took too long; narrow its time range"};
  }
  analytics::QueryLimits limits = kLimits;
  limits.timeout_ms = static_cast<int>(left_ms);
  return limits;
}

Result<> TextSearch::open() {
  if (terms_.size() > kTermsMax) return Error{Errc::kInvalidArgument, "too many conditions on input and output"};
  CLEW_TRY(const auto limits, this->limits());
  CLEW_CHECK(older_.open(limits));
  return indexed_.open(limits);
}

std::optional<TimeUs> TextSearch::bound() const {
  std::optional<TimeUs> bound = unseen();
  if (!open_.empty()) bound = std::max(bound, std::optional(open_.front().place.time_us));
  if (!waiting_.empty()) bound = std::max(bound, std::optional(waiting_.front().time_us));
  return bound;
}

Result<std::vector<TextHit>> TextSearch::next(std::size_t wanted) {
  if (!opened_) CLEW_CHECK(open());
  opened_ = true;
  for (;;) {
    std::optional<TimeUs> bound = unseen();
    if (!open_.empty()) bound = std::max(bound, std::optional(open_.front().place.time_us));
    // Of those of one microsecond some may be missing yet.
    const auto end = bound ? std::ranges::find_if(waiting_, [&](const TextHit& hit) { return hit.time_us <= *bound; })
                           : waiting_.end();
    const auto ready = static_cast<std::size_t>(end - waiting_.begin());
    if (!bound || ready >= wanted) {
      std::vector<TextHit> hits(std::make_move_iterator(waiting_.begin()), std::make_move_iterator(end));
      waiting_.erase(waiting_.begin(), end);
      return hits;
    }
    CLEW_CHECK(look_further(wanted - ready));
  }
}

bool TextSearch::is_hit(const std::string& trace_id, const std::string& span_id) const {
  return hit_.contains({trace_id, per_trace_ ? std::string() : span_id});
}

void TextSearch::add_hits(const std::vector<TextHit>& hits) {
  for (const TextHit& hit : hits) {
    if (hit_.emplace(hit.trace_id, per_trace_ ? std::string() : hit.span_id).second) waiting_.push_back(hit);
  }
  std::ranges::sort(waiting_, std::greater());
}

// How many texts to read for so many hits: as many as it took before, at first a guess.
std::size_t TextSearch::texts_for(std::size_t wanted) const {
  std::size_t texts = wanted * (indexed_.common() ? 3 : 32) / 2;
  if (texts_read_ != 0) texts = std::min(wanted * texts_read_ / (texts_hit_ + 1), texts_read_ * 2);
  return std::clamp(texts + texts / 4, kTextsMin, kTextsMax);
}

// The first of the open ones; of one trace, when one hit is enough, no more than it probably takes.
std::vector<TextCheck::Open> TextSearch::take(std::size_t eligible, std::size_t texts) {
  std::size_t of_trace = texts;
  if (per_trace_ && texts_read_ != 0) of_trace = texts_read_ / (texts_hit_ + 1) + 1;
  if (per_trace_ && texts_read_ == 0 && indexed_.common()) of_trace = 2;
  std::vector<TextCheck::Open> taken, left;
  std::unordered_map<std::string, std::size_t> of;
  for (std::size_t i = 0; i < open_.size(); ++i) {
    const bool takes = i < eligible && taken.size() < texts && of[open_[i].place.trace_id]++ < of_trace;
    (takes ? taken : left).push_back(std::move(open_[i]));
  }
  open_ = std::move(left);
  return taken;
}

// Lists of traces are in the order in which traces begin: with that time a page reads the texts of its traces only.
Result<> TextSearch::date_by_trace(TextCheck::Read& read) {
  std::set<std::string> ids;
  for (const TextHit& hit : read.hits)
    ids.insert(hit.trace_id);
  for (const TextCheck::Open& open : read.open)
    ids.insert(open.place.trace_id);
  CLEW_TRY(const TraceTimes times, TraceTimes::read(engine_, project_id_, {ids.begin(), ids.end()}));
  const auto date = [&](TextHit& hit) {
    hit.time_us = std::min(hit.time_us, times.first_of(hit.trace_id).value_or(hit.time_us));
  };
  std::ranges::for_each(read.hits, date);
  std::ranges::for_each(read.open, date, &TextCheck::Open::place);
  return ok();
}

// Texts are read newest first and only when no newer candidate can follow; before that as many candidates are looked up
// as one statement should have.
Result<> TextSearch::look_further(std::size_t wanted) {
  std::erase_if(open_, [&](const auto& open) { return is_hit(open.place.trace_id, open.place.span_id); });
  const std::optional<TimeUs> indexed = indexed_.bound(), older = older_.bound(), unseen = this->unseen();
  const std::size_t texts = texts_for(wanted);
  const auto end = unseen ? std::ranges::find_if(open_, [&](const auto& open) { return open.place.time_us < *unseen; })
                          : open_.end();
  const auto eligible = static_cast<std::size_t>(end - open_.begin());
  if (unseen && eligible < texts) return look_at_more(older > indexed, texts - eligible);
  if (eligible == 0) return ok();
  CLEW_TRY(const auto limits, this->limits());
  const std::vector<TextCheck::Open> taken = take(eligible, texts);
  CLEW_TRY(const std::vector<TextHit> hits, check_.texts(taken, limits));
  texts_read_ += taken.size();
  texts_hit_ += hits.size();
  add_hits(hits);
  return ok();
}

Result<> TextSearch::look_at_more(bool older, std::size_t rows) {
  CLEW_TRY(const auto limits, this->limits());
  CandidateLot lot;
  if (older) {
    CLEW_TRY(lot, older_.next(indexed_.driver(), limits));
  } else {
    CLEW_TRY(lot, indexed_.next(rows, limits));
  }
  looked_at_ += lot.keys.size();
  std::erase_if(lot.keys, [&](const text_index::Key& key) { return is_hit(key.first, key.second); });
  if (lot.keys.empty()) return ok();
  CLEW_TRY(TextCheck::Read read, check_.rows(lot, limits));
  if (by_begin_) CLEW_CHECK(date_by_trace(read));
  add_hits(read.hits);
  open_.insert(open_.end(), std::make_move_iterator(read.open.begin()), std::make_move_iterator(read.open.end()));
  std::ranges::sort(open_, std::greater(), &TextCheck::Open::place);
  return ok();
}

}  // namespace clew::query
