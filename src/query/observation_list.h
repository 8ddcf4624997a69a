// A page of observations newest first, without merging the whole range.
//
// Step 1 reads keys in the order of the store, newest first, and stops early; rows that a later version supersedes may
// be among them. Step 2 reads the current version of exactly these keys and checks the filter again. Every current row
// is also a row of step 1, so nothing is missed.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "analytics/engine.h"
#include "query/observation_reader.h"
#include "query/text_search.h"

namespace clew::query {

class ObservationList {
 public:
  // `filter` must outlive the list.
  ObservationList(analytics::Engine& engine, std::string_view project_id, const ObservationFilter& filter)
      : engine_(engine),
        project_id_(project_id),
        filter_(filter),
        terms_(text_terms(filter.search, filter.conditions)) {}

  // Looks up what later statements depend on: whether there are records. newest() needs no more. Call this or
  // prepare_all() first.
  Result<> prepare();
  // The same, and the newest kTextHitsMax observations that satisfy the filter's text search, for everything else.
  Result<> prepare_all();

  Result<std::vector<ObservationRecord>> newest(const std::optional<ObservationCursor>& after, std::size_t limit,
                                                const ObservationParts& parts) const;
  // The page at an offset by any sort. Merges the whole range.
  Result<std::vector<ObservationRecord>> sorted(ObservationSort sort, std::size_t offset, std::size_t limit,
                                                const ObservationParts& parts) const;

  // "project_id = … AND …": bounds, conditions and (after prepare_all()) text search of the filter, over rows of
  // `observations`.
  std::string where(Binder& binder) const;
  std::string where(const Conditions& conditions, Binder& binder) const;
  bool has_records() const { return has_records_; }

 private:
  Result<std::vector<ObservationRecord>> newest_with_text(const std::optional<ObservationCursor>& after,
                                                          std::size_t limit, const ObservationParts& parts) const;
  Result<std::vector<ObservationCursor>> keys_after(const std::optional<ObservationCursor>& after,
                                                    std::size_t limit) const;
  Result<std::vector<ObservationRecord>> current(const std::vector<ObservationCursor>& keys,
                                                 const ObservationParts& parts) const;

  analytics::Engine& engine_;
  std::string_view project_id_;
  const ObservationFilter& filter_;
  TextTerms terms_;  // of the search, and of the conditions on input and output
  bool has_records_ = false;
  std::optional<std::vector<TextHit>> hits_;
};

// Gives rows what the record of their trace says (contract/ingestion.md 9.5).
Result<> apply_records(analytics::Engine& engine, std::string_view project_id,
                       std::vector<ObservationRecord>& observations);

}  // namespace clew::query
