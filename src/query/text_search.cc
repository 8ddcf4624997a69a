#include "query/text_search.h"

#include <algorithm>
#include <functional>
#include <span>

#include "base/time.h"

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
    : terms_(terms),
      indexed_(engine, project_id, terms, earlier(scope.from_us), scope.to_us),
      older_(engine, project_id, scope),
      check_(engine, project_id, terms, scope),
      deadline_us_(monotonic_us() + kTimeoutMs * 1'000LL),
      per_trace_(scope.per_trace) {}

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
  if (texts_read_ != 0) texts = std::min(wanted * texts_read_ / (texts_hit_ + 1), texts_read_ * 4);
  return std::clamp(texts + texts / 4, kTextsMin, kTextsMax);
}

// Texts are read newest first and only when no newer candidate can follow; before that as many candidates are looked up
// as one statement should have.
Result<> TextSearch::look_further(std::size_t wanted) {
  std::erase_if(open_, [&](const auto& open) { return is_hit(open.place.trace_id, open.place.span_id); });
  const std::optional<TimeUs> indexed = indexed_.bound(), older = older_.bound(), unseen = this->unseen();
  const std::size_t texts = texts_for(wanted);
  const auto end = unseen ? std::ranges::find_if(open_, [&](const auto& open) { return open.place.time_us < *unseen; })
                          : open_.end();
  const auto ready = std::min(static_cast<std::size_t>(end - open_.begin()), texts);
  if (unseen && ready < texts) return look_at_more(older > indexed, texts - ready);
  if (ready == 0) return ok();
  CLEW_TRY(const auto limits, this->limits());
  CLEW_TRY(const std::vector<TextHit> hits, check_.texts(std::span(open_).first(ready), limits));
  open_.erase(open_.begin(), open_.begin() + static_cast<std::ptrdiff_t>(ready));
  texts_read_ += ready;
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
  add_hits(read.hits);
  open_.insert(open_.end(), std::make_move_iterator(read.open.begin()), std::make_move_iterator(read.open.end()));
  std::ranges::sort(open_, std::greater(), &TextCheck::Open::place);
  return ok();
}

}  // namespace clew::query
