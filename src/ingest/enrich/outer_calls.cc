#include "ingest/enrich/outer_calls.h"

#include <map>
#include <utility>

#include "ingest/enrich/enrich.h"

namespace clew::ingest {

namespace {

using SpanKey = std::pair<std::string_view, std::string_view>;  // trace and span

// Deeper trees exist only in attacks and in loops of parents.
constexpr int kAncestorsMax = 100;

// One model has several names: with its vendor, with its date.
bool is_same_model(std::string_view a, std::string_view b) {
  return a.find(b) != std::string_view::npos || b.find(a) != std::string_view::npos;
}

bool has_own_numbers(const domain::Observation& row) {
  return !row.provided_usage.empty() || !row.provided_cost.empty();
}

}  // namespace

std::unordered_set<const domain::Observation*> outer_calls(std::span<const domain::Observation* const> rows,
                                                           std::string_view project_id, ModelCatalog& catalog) {
  std::unordered_set<const domain::Observation*> counted, outer;
  for (const domain::Observation* row : rows) {
    if ((row->input || row->output) && needs_texts(*row, project_id, catalog)) counted.insert(row);
  }
  if (counted.empty()) return outer;

  std::map<SpanKey, const domain::Observation*> by_id;
  for (const domain::Observation* row : rows)
    by_id.emplace(SpanKey(row->trace_id, row->span_id), row);
  for (const domain::Observation* row : rows) {
    if (row->model.empty() || (!has_own_numbers(*row) && !counted.contains(row))) continue;
    const domain::Observation* at = row;
    for (int i = 0; i < kAncestorsMax && !at->parent_span_id.empty(); ++i) {
      const auto parent = by_id.find(SpanKey(at->trace_id, at->parent_span_id));
      if (parent == by_id.end() || parent->second == row) break;
      at = parent->second;
      if (counted.contains(at) && is_same_model(at->model, row->model)) outer.insert(at);
    }
  }
  return outer;
}

}  // namespace clew::ingest
