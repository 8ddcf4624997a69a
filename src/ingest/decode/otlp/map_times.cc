// Times: contract/otel-mapping.md 3.2, reliability.md 10.
#include <algorithm>
#include <string_view>

#include "ingest/decode/otlp/mapping.h"

namespace clew::ingest::otlp {

namespace {

// Below: milliseconds or microseconds in a field of nanoseconds, or a clock that was never set. Above: the store's end.
constexpr std::int64_t kEarliestNs = 100'000'000'000'000'000;  // 1973-03-03
constexpr std::int64_t kLatestNs = 9'214'646'400'000'000'000;  // 2262-01-01
constexpr std::string_view kOriginalPrefix = "clew.original_";

// The given time, or the time of receipt for an impossible one, whose original is kept in the metadata.
TimeUs sensible(std::int64_t ns, TimeUs received_at_us, std::string_view field, domain::TextMap& metadata) {
  if (ns >= kEarliestNs && ns < kLatestNs) return ns / 1000;
  metadata.emplace_back(std::string(kOriginalPrefix).append(field), std::to_string(ns));
  return received_at_us;
}

}  // namespace

void map_times(const SpanView& view, TimeUs received_at_us, domain::Observation& out) {
  std::optional<TimeUs> start, end;
  if (view.span.start_ns) {
    start = sensible(*view.span.start_ns, received_at_us, "start_time_unix_nano", out.metadata);
  }
  if (view.span.end_ns) end = sensible(*view.span.end_ns, received_at_us, "end_time_unix_nano", out.metadata);
  out.start_time_us = start ? *start : end.value_or(received_at_us);
  // A span that ends before it starts has no duration (contract/ingestion.md 7.3).
  out.end_time_us = std::max(end.value_or(out.start_time_us), out.start_time_us);
}

}  // namespace clew::ingest::otlp
