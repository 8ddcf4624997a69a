// Documents that were stored before the index knew them: their columns are scanned, newest first, a lot at a time.
// There are none in a store that began with the index.
#pragma once

#include <optional>
#include <string>

#include "analytics/engine.h"
#include "query/text_check.h"

namespace clew::query {

class OlderDocuments {
 public:
  OlderDocuments(analytics::Engine& engine, std::string_view project_id, const TextScope& scope)
      : engine_(engine), project_id_(project_id), scope_(scope) {}

  // Looks up how far back each kind reaches. Call first.
  Result<> open(const analytics::QueryLimits& limits);
  // No document given later began after this; null: there are no more.
  std::optional<TimeUs> bound() const;
  // Candidates for the term, which must be the same each time.
  Result<CandidateLot> next(const TextTerm& term, const analytics::QueryLimits& limits);

 private:
  Result<CandidateLot> next_observations(const TextTerm& term, const analytics::QueryLimits& limits);
  Result<CandidateLot> all_records(const TextTerm& term, const analytics::QueryLimits& limits);
  Result<CandidateLot> all_payloads(const TextTerm& term, const analytics::QueryLimits& limits);

  analytics::Engine& engine_;
  std::string_view project_id_;
  TextScope scope_;
  // The newest that may be left of each kind.
  std::optional<TimeUs> observations_us_, records_us_, payloads_us_;
  std::size_t lot_rows_ = 0;
  std::optional<TextHit> last_;  // observation given last
};

}  // namespace clew::query
