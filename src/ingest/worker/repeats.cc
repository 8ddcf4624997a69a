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
  const DecodedRecord* record = nullptr;
};

// One row of the store.
struct Stored {
  TimeUs start_time_us = 0;
  bool is_complete = false;
  TimeUs created_at_us = 0;
  std::uint64_t seq = 0;
  bool has_input = false, has_output = false;
  bool has_messages = false;  // of the JSON door
};

struct Identity {
  std::vector<Occurrence> occurrences;  // in log order
  std::vector<Stored> stored;
  bool may_have_other_home = false;  // messages may speak of its id and name no trace
};

// The traces that messages of this flush name, by observation; none for one that is named without a trace.
using Said = std::unordered_map<std::string_view, std::vector<std::string_view>>;

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
    CLEW_TRY(
        const analytics::Rows rows,
        engine.select("read_repeated_spans",
                      "SELECT trace_id, span_id, start_time, ifNull(end_time > start_time, 0), created_at, seq, "
                      "input_length > 0, output_length > 0, CAST(source, 'String') != 'otel' FROM observations FINAL "
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
                                      .has_output = rows.integer(row, 7) != 0,
                                      .has_messages = rows.integer(row, 8) != 0});
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

// The traces of the records that messages have made under these ids.
Result<std::unordered_map<std::string, std::vector<std::string>>> homes_of(std::string_view project_id,
                                                                           const Identities& identities,
                                                                           analytics::Engine& engine) {
  std::unordered_map<std::string, std::vector<std::string>> homes;
  std::vector<std::string> span_ids;
  const auto ask = [&]() -> Result<> {
    analytics::Params params(project_id);
    params.texts("spans", span_ids);
    CLEW_TRY(const analytics::Rows rows,
             engine.select("read_record_homes",
                           "SELECT trace_id, span_id FROM observations FINAL PREWHERE span_id IN {spans:Array(String)} "
                           "WHERE project_id = {project_id:String} AND source != 'otel'",
                           params));
    for (std::size_t row = 0; row < rows.size(); ++row)
      homes[std::string(rows.text(row, 1))].emplace_back(rows.text(row, 0));
    span_ids.clear();
    return ok();
  };
  for (const auto& [key, identity] : identities) {
    if (!identity.may_have_other_home) continue;
    span_ids.push_back(identity.occurrences.front().span->span_id);
    if (span_ids.size() == kSpansPerLookup) CLEW_CHECK(ask());
  }
  if (!span_ids.empty()) CLEW_CHECK(ask());
  return homes;
}

// Spans that are part of a record of the JSON door go to merging instead of becoming rows here.
class Records {
 public:
  Records(const std::string& project_id, const Said& said, FlushInput& input)
      : project_id_(project_id), said_(said), input_(input) {}

  Result<> find_homes(const Identities& identities, analytics::Engine& engine) {
    CLEW_TRY(homes_, homes_of(project_id_, identities, engine));
    return ok();
  }

  // False: no message speaks about it.
  bool take(const Identity& identity) {
    const domain::Observation& span = *identity.occurrences.front().span;
    if (!is_claimed(identity, span)) return false;
    for (const Occurrence& one : identity.occurrences)
      add(identity, one);
    return true;
  }

 private:
  bool is_claimed(const Identity& identity, const domain::Observation& span) {
    bool claimed = std::ranges::any_of(identity.stored, &Stored::has_messages);
    if (!claimed && identity.may_have_other_home) {
      const auto home = homes_.find(span.span_id);
      const auto said = said_.find(span.span_id);
      if (home != homes_.end()) {
        claimed = std::ranges::find(home->second, span.span_id) != home->second.end();
      } else if (said != said_.end()) {
        claimed = said->second.empty() || std::ranges::find(said->second, span.trace_id) != said->second.end();
      }
    }
    // One record, one trace: the first in the log.
    return claimed && claims_.try_emplace(span.span_id, span.trace_id).first->second == span.trace_id;
  }

  void add(const Identity& identity, const Occurrence& one) {
    SpanOfRecord out{.version = {.row = *one.span,
                                 .input = summarize(one.span->input),
                                 .output = summarize(one.span->output),
                                 .attribution = one.record->batch->context.attribution,
                                 .created_at_us = one.received_at_us,
                                 .received_at_us = one.received_at_us,
                                 .seq = one.seq},
                     .stored = {}};
    for (const Stored& stored : identity.stored)
      out.stored.push_back({.trace_id = one.span->trace_id, .start_time_us = stored.start_time_us});
    input_.dropped.insert(one.span);
    input_.spans_of_records[project_id_].push_back(std::move(out));
    std::uint64_t& last = input_.merged_to[project_id_];
    last = std::max(last, merged_seq(*one.record));
  }

  const std::string& project_id_;
  const Said& said_;
  FlushInput& input_;
  std::unordered_map<std::string, std::vector<std::string>> homes_;
  std::unordered_map<std::string, std::string> claims_;  // trace by span
};

// What the messages of a flush speak about, by project. Remembers it in the filter, and notes whose span may be stored.
std::unordered_map<std::string_view, Said> said_in(FlushInput& input, SpanFilter& filter) {
  std::unordered_map<std::string_view, Said> out;
  std::unordered_set<std::uint64_t> here;  // named before in this flush
  for (const auto& [project_id, requests] : input.merges) {
    for (const MergeInput& request : requests) {
      for (const EntityEvent& event : request.events) {
        if (event.kind != EntityKind::kObservation) continue;
        std::vector<std::string_view>& traces = out[project_id][event.entity_id];
        const auto trace = json::find_text(event.body, "traceId");
        bool maybe = true;
        if (trace) {
          traces.push_back(*trace);
          const std::uint64_t hash = span_hash(project_id, *trace, event.entity_id);
          maybe = filter.add(hash) && !here.contains(hash);
          here.insert(hash);
        }
        if (maybe) input.maybe_stored[project_id].insert(event.entity_id);
      }
    }
  }
  return out;
}

}  // namespace

Result<> settle_repeats(FlushInput& input, SpanFilter& filter, analytics::Engine& engine,
                        const std::function<Result<>()>& before_lookup) {
  input.repeats.clear();
  input.dropped.clear();
  input.spans_of_records.clear();
  input.maybe_stored.clear();
  const auto said = said_in(input, filter);
  const Said nothing;
  const auto said_of = [&](std::string_view project_id) -> const Said& {
    const auto found = said.find(project_id);
    return found == said.end() ? nothing : found->second;
  };
  std::unordered_map<std::string_view, Identities> projects;
  std::unordered_map<std::uint64_t, std::uint8_t> seen;  // by hash: bit 0 maybe stored, bit 1 maybe elsewhere
  std::vector<std::uint64_t> hashes;
  const bool has_traceless = filter.has_traceless();
  for (const DecodedRecord& record : input.records) {
    const std::string& project_id = record.batch->context.project_id;
    const Said& said_here = said_of(project_id);
    for (const domain::Observation& span : record.batch->spans) {
      hashes.push_back(span_hash(project_id, span.trace_id, span.span_id));
      const bool known = filter.add(hashes.back());
      const bool elsewhere =
          (!said_here.empty() && said_here.contains(span.span_id)) ||
          (has_traceless && filter.maybe_traceless(span_hash(project_id, span.span_id, span.span_id)));
      if (known || elsewhere) seen[hashes.back()] |= elsewhere ? 2 : 1;
    }
  }
  if (seen.empty()) return ok();
  CLEW_CHECK(before_lookup());
  // The first of two in this flush is new to the filter, the second is not: then both are looked at.
  std::size_t at = 0;
  for (const DecodedRecord& record : input.records) {
    std::uint64_t index = 0;
    for (domain::Observation& span : record.batch->spans) {
      const std::uint64_t seq = span_seq(record, index++);
      const auto found = seen.find(hashes[at++]);
      if (found == seen.end()) continue;
      Identity& identity = projects[record.batch->context.project_id][key_of(span.trace_id, span.span_id)];
      identity.may_have_other_home |= (found->second & 2) != 0;
      identity.occurrences.push_back(
          {.span = &span, .seq = seq, .received_at_us = record.batch->context.received_at_us, .record = &record});
    }
  }
  for (auto& [project_id, identities] : projects) {
    const std::string project(project_id);
    Records records(project, said_of(project_id), input);
    CLEW_CHECK(look_up(project_id, identities, engine));
    CLEW_CHECK(records.find_homes(identities, engine));
    std::vector<const Identity*> in_log_order;
    for (const auto& [key, identity] : identities)
      in_log_order.push_back(&identity);
    std::ranges::sort(in_log_order, {}, [](const Identity* one) { return one->occurrences.front().seq; });
    for (const Identity* identity : in_log_order) {
      if (!records.take(*identity)) settle(*identity, input);
    }
  }
  return ok();
}

}  // namespace clew::ingest
