// Spans that report what the calls below them reported: an agent or a chain whose usage is the sum of its children. The
// tokens were used once and are counted once, where they were used (contract/cost.md 10.3; docs/decisions/0047).
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <string_view>
#include <vector>

#include "domain/observation.h"

namespace clew::ingest {

// What is looked at of a span, whether it is being stored or was before. Views into the row it was made of.
struct UsageReport {
  std::string_view trace_id, span_id, parent_span_id, model;
  std::uint64_t input = 0, output = 0, total = 0;  // total 0: it reports nothing

  bool reports() const { return total > 0; }
};

UsageReport usage_report(const domain::Observation& row);
void read_usage_into(UsageReport& report, const domain::UsageMap& provided_usage);

// Indices of those reports that repeat reports below them: what they say equals the sum of the nearest reports below,
// of all of these or of those of the same model. Spans that report nothing are passed through. Reports are of one
// project; of several with one identity the first counts. Any thread.
std::vector<std::size_t> repeated_usage(std::span<const UsageReport> reports);

// Those of `rows`, which are of one project. Nothing but a look at each row where nobody reports who has rows below.
std::vector<const domain::Observation*> repeated_usage(std::span<const domain::Observation* const> rows);

// Whether a report may well repeat calls that were stored before: it is complete and no call of a model by its type.
bool may_repeat_stored(const domain::Observation& row);

}  // namespace clew::ingest
