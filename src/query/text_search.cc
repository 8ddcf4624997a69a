#include "query/text_search.h"

#include <algorithm>
#include <functional>

#include "base/time.h"

namespace clew::query {

namespace {

// Of all statements of a search together, then of each.
constexpr int kTimeoutMs = 20'000;
constexpr analytics::QueryLimits kLimits{.timeout_ms = kTimeoutMs, .memory_bytes_max = 512ULL << 20};
constexpr std::size_t kDocumentsMax = 1'000'000;
constexpr std::size_t kTermsMax = 64;
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
      deadline_us_(monotonic_us() + kTimeoutMs * 1'000LL) {}

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

Result<std::vector<TextHit>> TextSearch::next(std::size_t wanted) {
  if (!opened_) CLEW_CHECK(open());
  opened_ = true;
  for (;;) {
    const std::optional<TimeUs> indexed = indexed_.bound(), older = older_.bound();
    const std::optional<TimeUs> bound = std::max(indexed, older);
    // Of those of one microsecond some may be missing yet.
    const auto end = bound ? std::ranges::find_if(waiting_, [&](const TextHit& hit) { return hit.time_us <= *bound; })
                           : waiting_.end();
    if (!bound || static_cast<std::size_t>(end - waiting_.begin()) >= wanted) {
      std::vector<TextHit> hits(std::make_move_iterator(waiting_.begin()), std::make_move_iterator(end));
      waiting_.erase(waiting_.begin(), end);
      return hits;
    }
    CLEW_CHECK(look_at_more(older > indexed));
  }
}

Result<> TextSearch::look_at_more(bool older) {
  CLEW_TRY(const auto limits, this->limits());
  CandidateLot lot;
  if (older) {
    CLEW_TRY(lot, older_.next(indexed_.driver(), limits));
  } else {
    CLEW_TRY(lot, indexed_.next(limits));
  }
  if (lot.keys.empty()) return ok();
  looked_at_ += lot.keys.size();
  std::erase_if(lot.keys, [&](const text_index::Key& key) { return hit_.contains(key); });
  if (lot.keys.empty()) return ok();
  CLEW_TRY(const std::vector<TextHit> hits, check_.hits(lot, limits));
  for (const TextHit& hit : hits) {
    if (hit_.emplace(hit.trace_id, hit.span_id).second) waiting_.push_back(hit);
  }
  std::ranges::sort(waiting_, std::greater());
  return ok();
}

}  // namespace clew::query
