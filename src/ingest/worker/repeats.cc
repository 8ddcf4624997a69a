#include "ingest/worker/repeats.h"

#include <algorithm>
#include <tuple>
#include <unordered_map>

#include "base/json.h"

namespace clew::ingest {

namespace {

constexpr std::size_t kSpansPerLookup = 1'000;  // their ids fit into one bound value

// One span in this flush.
struct Occurrence {
  domain::Observation* span = nullptr;
  std::uint64_t seq = 0;
  TimeUs received_at_us = 0;
};

// One row of the store.
struct Stored {
  TimeUs start_time_us = 0;
  bool is_complete = false;
  TimeUs created_at_us = 0;
  std::uint64_t seq = 0;
  bool has_input = false, has_output = false;
};

struct Identity {
  std::vector<Occurrence> occurrences;
  std::vector<Stored> stored;
};

std::string key_of(std::string_view trace_id, std::string_view span_id) {
  std::string key(trace_id);
  key += '\0';
  key += span_id;
  return key;
}

using Identities = std::unordered_map<std::string, Identity>;  // of one project, by key_of()

Result<> look_up(std::string_view project_id, Identities& identities, analytics::Engine& engine) {
  std::vector<std::string> trace_ids, span_ids;
  const auto ask = [&]() -> Result<> {
    analytics::Params params(project_id);
    params.texts("traces", trace_ids).texts("spans", span_ids);
    CLEW_TRY(const analytics::Rows rows,
             engine.select("read_repeated_spans",
                           "SELECT trace_id, span_id, start_time, ifNull(end_time > start_time, 0), created_at, seq, "
                           "input_length > 0, output_length > 0 FROM observations FINAL "
                           "PREWHERE trace_id IN {traces:Array(String)} AND span_id IN {spans:Array(String)} "
                           "WHERE project_id = {project_id:String}",
                           params));
    for (std::size_t row = 0; row < rows.size(); ++row) {
      const auto asked = identities.find(key_of(rows.text(row, 0), rows.text(row, 1)));
      if (asked == identities.end()) continue;
      asked->second.stored.push_back({.start_time_us = rows.time(row, 2),
                                      .is_complete = rows.integer(row, 3) != 0,
                                      .created_at_us = rows.time(row, 4),
                                      .seq = static_cast<std::uint64_t>(rows.integer(row, 5)),
                                      .has_input = rows.integer(row, 6) != 0,
                                      .has_output = rows.integer(row, 7) != 0});
    }
    trace_ids.clear();
    span_ids.clear();
    return ok();
  };
  for (const auto& [key, identity] : identities) {
    trace_ids.push_back(identity.occurrences.front().span->trace_id);
    span_ids.push_back(identity.occurrences.front().span->span_id);
    if (span_ids.size() == kSpansPerLookup) CLEW_CHECK(ask());
  }
  return span_ids.empty() ? ok() : ask();
}

void settle(const Identity& identity, FlushInput& input) {
  const auto rank = [](const Occurrence& one) {
    return std::tuple(one.span->end_time_us.value_or(0) > one.span->start_time_us, one.seq);
  };
  const Occurrence& best = *std::ranges::max_element(identity.occurrences, {}, rank);
  for (const Occurrence& one : identity.occurrences) {
    if (one.span != best.span) input.dropped.insert(one.span);
  }
  Repeat repeat{.created_at_us = best.received_at_us, .stale_starts = {}};
  for (const Occurrence& one : identity.occurrences)
    repeat.created_at_us = std::min(repeat.created_at_us, one.received_at_us);
  for (const Stored& stored : identity.stored) {
    if (std::tuple(stored.is_complete, stored.seq) > rank(best)) {
      input.dropped.insert(best.span);
      return;
    }
    repeat.created_at_us = std::min(repeat.created_at_us, stored.created_at_us);
    if (stored.start_time_us != best.span->start_time_us) repeat.stale_starts.push_back(stored.start_time_us);
    // A column without text would keep what the earlier version said.
    if (stored.has_input && !best.span->input) best.span->input = "";
    if (stored.has_output && !best.span->output) best.span->output = "";
  }
  input.repeats.emplace(best.span, std::move(repeat));
}

}  // namespace

Result<> settle_repeats(FlushInput& input, SpanFilter& filter, analytics::Engine& engine,
                        const std::function<Result<>()>& before_lookup) {
  input.repeats.clear();
  input.dropped.clear();
  for (const auto& [project_id, requests] : input.merges) {
    for (const MergeInput& request : requests) {
      for (const EntityEvent& event : request.events) {
        const json::Value* trace = event.kind == EntityKind::kObservation ? json::find(event.body, "traceId") : nullptr;
        if (trace && trace->is_string()) filter.add(span_hash(project_id, trace->get_string(), event.entity_id));
      }
    }
  }
  // The first of two in this flush is new to the filter, the second is not: then both are looked at.
  std::vector<std::uint64_t> hashes;
  std::unordered_map<std::uint64_t, bool> seen_before;
  for (const DecodedRecord& record : input.records) {
    for (const domain::Observation& span : record.batch->spans) {
      hashes.push_back(span_hash(record.batch->context.project_id, span.trace_id, span.span_id));
      if (filter.add(hashes.back())) seen_before.emplace(hashes.back(), true);
    }
  }
  if (seen_before.empty()) return ok();
  CLEW_CHECK(before_lookup());
  std::unordered_map<std::string_view, Identities> projects;
  std::size_t at = 0;
  for (const DecodedRecord& record : input.records) {
    std::uint64_t index = 0;
    for (domain::Observation& span : record.batch->spans) {
      const std::uint64_t seq = span_seq(record, index++);
      if (!seen_before.contains(hashes[at++])) continue;
      projects[record.batch->context.project_id][key_of(span.trace_id, span.span_id)].occurrences.push_back(
          {.span = &span, .seq = seq, .received_at_us = record.batch->context.received_at_us});
    }
  }
  for (auto& [project_id, identities] : projects) {
    CLEW_CHECK(look_up(project_id, identities, engine));
    for (const auto& [key, identity] : identities)
      settle(identity, input);
  }
  return ok();
}

}  // namespace clew::ingest
