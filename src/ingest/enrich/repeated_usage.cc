#include "ingest/enrich/repeated_usage.h"

#include <functional>
#include <map>
#include <unordered_set>
#include <utility>

#include "domain/usage_reading.h"

namespace clew::ingest {

namespace {

// Deeper trees exist only in attacks and in loops of parents.
constexpr int kAncestorsMax = 100;

bool is_same_model(std::string_view a, std::string_view b) {
  return !a.empty() && !b.empty() && (a.find(b) != std::string_view::npos || b.find(a) != std::string_view::npos);
}

struct Sum {
  std::uint64_t input = 0, output = 0, total = 0;

  void add(const UsageReport& report) { input += report.input, output += report.output, total += report.total; }
  bool is_said_by(const UsageReport& report) const {
    return report.total == total && report.input == input && report.output == output;
  }
};

struct Below {
  Sum all, same_model;
};

std::uint64_t units_with(const domain::UsageMap& usage, std::string_view part) {
  std::uint64_t sum = 0;
  for (const auto& [key, units] : usage) {
    if (key.find(part) != std::string::npos) sum += units;
  }
  return sum;
}

std::size_t hash_of(std::string_view trace_id, std::string_view span_id) {
  const std::hash<std::string_view> hash;
  return hash(trace_id) * 31 + hash(span_id);
}

}  // namespace

void read_usage_into(UsageReport& report, const domain::UsageMap& provided_usage) {
  report.input = units_with(provided_usage, "input");
  report.output = units_with(provided_usage, "output");
  report.total = 0;
  for (const auto& [key, units] : provided_usage) {
    if (key == "total") report.total = units;
  }
  if (report.total == 0 && !provided_usage.empty()) report.total = domain::usage_total(provided_usage);
}

UsageReport usage_report(const domain::Observation& row) {
  UsageReport report{
      .trace_id = row.trace_id, .span_id = row.span_id, .parent_span_id = row.parent_span_id, .model = row.model};
  read_usage_into(report, row.provided_usage);
  return report;
}

bool may_repeat_stored(const domain::Observation& row) {
  using enum domain::ObservationType;
  return !row.provided_usage.empty() && row.end_time_us && row.type != kGeneration && row.type != kEmbedding &&
         row.type != kEvent;
}

std::vector<std::size_t> repeated_usage(std::span<const UsageReport> reports) {
  using Key = std::pair<std::string_view, std::string_view>;
  std::map<Key, std::size_t> by_id;
  for (std::size_t i = 0; i < reports.size(); ++i)
    by_id.emplace(Key(reports[i].trace_id, reports[i].span_id), i);

  std::map<std::size_t, Below> below;
  for (const auto& [key, i] : by_id) {
    if (!reports[i].reports()) continue;
    std::size_t at = i;
    for (int steps = 0; steps < kAncestorsMax && !reports[at].parent_span_id.empty(); ++steps) {
      const auto parent = by_id.find(Key(reports[at].trace_id, reports[at].parent_span_id));
      if (parent == by_id.end() || parent->second == i) break;
      at = parent->second;
      if (!reports[at].reports()) continue;
      Below& sums = below[at];
      sums.all.add(reports[i]);
      if (is_same_model(reports[at].model, reports[i].model)) sums.same_model.add(reports[i]);
      break;  // who is further up hears of it from this one
    }
  }
  std::vector<std::size_t> repeated;
  for (const auto& [i, sums] : below) {
    if (sums.all.is_said_by(reports[i]) || sums.same_model.is_said_by(reports[i])) repeated.push_back(i);
  }
  return repeated;
}

std::vector<const domain::Observation*> repeated_usage(std::span<const domain::Observation* const> rows) {
  std::unordered_set<std::size_t> parents;
  std::size_t reporting = 0;
  for (const domain::Observation* row : rows) {
    if (!row->provided_usage.empty()) ++reporting;
    if (!row->parent_span_id.empty()) parents.insert(hash_of(row->trace_id, row->parent_span_id));
  }
  std::vector<const domain::Observation*> out;
  if (reporting < 2) return out;
  std::unordered_set<std::string_view> traces;
  for (const domain::Observation* row : rows) {
    if (!row->provided_usage.empty() && parents.contains(hash_of(row->trace_id, row->span_id)))
      traces.insert(row->trace_id);
  }
  if (traces.empty()) return out;
  std::vector<UsageReport> reports;
  std::vector<const domain::Observation*> looked_at;
  for (const domain::Observation* row : rows) {
    if (!traces.contains(row->trace_id)) continue;
    reports.push_back(usage_report(*row));
    looked_at.push_back(row);
  }
  for (const std::size_t i : repeated_usage(reports))
    out.push_back(looked_at[i]);
  return out;
}

}  // namespace clew::ingest
