// A text search, gone through newest first and no further than whoever asks needs: candidates of the index and of what
// is older than it, each lot checked on the rows themselves.
#pragma once

#include <algorithm>
#include <cstdint>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "analytics/engine.h"
#include "query/text_candidates.h"
#include "query/text_check.h"
#include "query/text_older.h"

namespace clew::query {

// As many hits are used where all are needed at once: in counts, facets and other orders than newest first.
inline constexpr std::size_t kTextHitsMax = 10'000;

class TextSearch {
 public:
  // `terms` must not be empty; they and what `scope` refers to must outlive this.
  TextSearch(analytics::Engine& engine, std::string_view project_id, const TextTerms& terms, const TextScope& scope);
  TextSearch(const TextSearch&) = delete;
  TextSearch& operator=(const TextSearch&) = delete;

  // The next hits, newest first, at least `wanted` unless it ends: none given later is newer. None = there are no more.
  // kDeadlineExceeded when the whole search took too long or looked at too many rows.
  Result<std::vector<TextHit>> next(std::size_t wanted);
  // No hit given later is newer; null: there are none. Known after next().
  std::optional<TimeUs> bound() const;

 private:
  Result<analytics::QueryLimits> limits() const;
  Result<> open();
  std::optional<TimeUs> unseen() const { return std::max(indexed_.bound(), older_.bound()); }
  bool is_hit(const std::string& trace_id, const std::string& span_id) const;
  void add_hits(const std::vector<TextHit>& hits);
  std::size_t texts_for(std::size_t wanted) const;
  std::vector<TextCheck::Open> take(std::size_t eligible, std::size_t texts);
  Result<> date_by_trace(TextCheck::Read& read);
  Result<> look_further(std::size_t wanted);
  Result<> look_at_more(bool older, std::size_t rows);

  analytics::Engine& engine_;
  std::string_view project_id_;
  const TextTerms& terms_;
  TextCandidates indexed_;
  OlderDocuments older_;
  TextCheck check_;
  bool opened_ = false;
  std::int64_t deadline_us_;
  std::size_t looked_at_ = 0;
  std::size_t texts_read_ = 0, texts_hit_ = 0;
  bool per_trace_, by_begin_;
  std::vector<TextHit> waiting_;                       // newest first
  std::vector<TextCheck::Open> open_;                  // newest first
  std::set<std::pair<std::string, std::string>> hit_;  // keys that were given or wait; of traces with per_trace_
};

}  // namespace clew::query
