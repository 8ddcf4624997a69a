// Predicates over rows of `observations` that need more than the row: the attribute record of its trace, its payload.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "query/binder.h"
#include "query/filter.h"
#include "query/text_check.h"

namespace clew::query {

// What a statement over rows is bounded by and may use.
struct RowScope {
  std::optional<TimeUs> from_us, to_us;  // start_time, half open
  bool has_records = false;              // the project has attribute records (record_presence.h)
};

// "project_id = … AND start_time >= … AND start_time < …"
std::string row_bounds(const RowScope& scope, Binder& binder);

// One condition on a row, the record of its trace honoured (contract/ingestion.md 9.5). Conditions on payload text are
// not for here: they become key_predicate().
std::string row_predicate(const Condition& condition, const RowScope& scope, Binder& binder);

// All of them, each preceded by " AND "; conditions on payload text are left out.
std::string row_predicates(const Conditions& conditions, const RowScope& scope, Binder& binder);

// Rows of `observations` whose key is that of a hit.
std::string hit_predicate(const std::vector<TextHit>& hits, Binder& binder);

}  // namespace clew::query
