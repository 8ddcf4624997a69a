#include "ingest/merge/merger.h"

#include <algorithm>
#include <array>
#include <tuple>
#include <unordered_map>

namespace clew::ingest {

namespace {

constexpr std::array<EntityKind, 3> kKinds = {EntityKind::kTrace, EntityKind::kObservation, EntityKind::kScore};

struct Entity {
  EntityState state;
  std::optional<RowKey> stored_key;  // observations whose row exists
  bool has_state = false;
  bool changed = false;
  std::optional<std::string> input, output;  // newest text of these requests, if it is the newest of all
  std::string events;
  std::vector<RowKey> stored_rows;         // that spans brought along
  std::optional<std::string> first_state;  // of the span that was found in the store
};

class Merging {
 public:
  Result<> load(std::string_view project_id, std::span<const MergeInput> requests, std::span<const SpanOfRecord> spans,
                StateReader& states) {
    for (const SpanOfRecord& span : spans)
      touch(EntityKind::kObservation, span.version.row.span_id);
    for (const MergeInput& request : requests) {
      for (const EntityEvent& event : request.events)
        touch(event.kind, event.entity_id);
      for (const TraceIo& io : request.trace_io)
        touch(EntityKind::kTrace, io.trace_id);
    }
    for (const EntityKind kind : kKinds) {
      if (touched(kind).empty()) continue;
      CLEW_TRY(auto stored, states.read(project_id, kind, touched(kind)));
      for (StoredState& found : stored) {
        const auto known = of(kind).find(found.id);
        if (known == of(kind).end()) return Error{Errc::kInternal, "a state nobody asked for: " + found.id};
        CLEW_TRY(auto state, EntityState::parse(kind, found.id, found.text));
        Entity& entity = known->second;
        entity.state = std::move(state);
        entity.has_state = true;
        if (kind == EntityKind::kObservation) entity.stored_key = row_key(entity.state);
      }
    }
    return load_spans(project_id, requests, spans, states);
  }

  void apply(const SpanOfRecord& span) {
    Entity& entity = of(EntityKind::kObservation).at(span.version.row.span_id);
    const Applied applied = entity.state.apply(span.version);
    entity.changed |= applied.changed;
    if (applied.input) entity.input = span.version.row.input;
    if (applied.output) entity.output = span.version.row.output;
    if (applied.changed && !span.version.row.events.empty()) entity.events = span.version.row.events;
    entity.stored_rows.insert(entity.stored_rows.end(), span.stored.begin(), span.stored.end());
  }

  void apply(const MergeInput& request) {
    Receipt receipt{.received_us = request.received_at_us, .position = 0, .attribution = &request.attribution};
    for (const EntityEvent& event : request.events) {
      Entity& entity = of(event.kind).at(event.entity_id);
      const Applied applied = entity.state.apply(event, receipt);
      ++receipt.position;
      entity.changed |= applied.changed;
      if (applied.input) entity.input = json::find_text(event.body, "input");
      if (applied.output) entity.output = json::find_text(event.body, "output");
    }
    for (const TraceIo& io : request.trace_io) {
      Entity& entity = of(EntityKind::kTrace).at(io.trace_id);
      const Applied applied = entity.state.apply(io, receipt);
      ++receipt.position;
      entity.changed |= applied.changed;
      if (applied.input) entity.input = io.input;
      if (applied.output) entity.output = io.output;
    }
  }

  MergeOutput finish() && {
    MergeOutput out;
    for (const EntityKind kind : kKinds) {
      for (const std::string& id : touched(kind)) {
        Entity& entity = of(kind).at(id);
        if (!entity.changed) continue;
        if (entity.first_state) out.first_states.push_back({.kind = kind, .id = id, .text = *entity.first_state});
        add_row(entity, out);
        out.states.push_back({.kind = kind, .id = id, .text = entity.state.to_text()});
      }
    }
    return out;
  }

 private:
  std::unordered_map<std::string, Entity>& of(EntityKind kind) { return entities_[static_cast<std::size_t>(kind)]; }
  // In order of first mention, so that the output does not depend on hashing.
  std::vector<std::string>& touched(EntityKind kind) { return touched_[static_cast<std::size_t>(kind)]; }

  void touch(EntityKind kind, const std::string& id) {
    const bool added = of(kind).try_emplace(id, Entity{.state = EntityState(kind, id)}).second;
    if (added) touched(kind).push_back(id);
  }

  // What is said here for the first time may be about a span that is there already: of the trace that the messages
  // name, or of any when they name none.
  Result<> load_spans(std::string_view project_id, std::span<const MergeInput> requests,
                      std::span<const SpanOfRecord> spans, StateReader& states) {
    std::unordered_map<std::string_view, std::vector<std::string_view>> said;  // traces by id
    std::vector<std::string> ids;
    for (const MergeInput& request : requests) {
      for (const EntityEvent& event : request.events) {
        if (event.kind != EntityKind::kObservation || of(event.kind).at(event.entity_id).has_state) continue;
        const auto [at, added] = said.try_emplace(event.entity_id);
        if (added) ids.push_back(event.entity_id);
        if (const auto trace = json::find_text(event.body, "traceId")) at->second.push_back(*trace);
      }
    }
    if (ids.empty()) return ok();
    CLEW_TRY(auto found, states.read_spans(project_id, ids));
    for (const SpanOfRecord& span : spans) {
      if (const auto asked = said.find(span.version.row.span_id); asked != said.end())
        asked->second = {span.version.row.trace_id};
    }
    std::ranges::sort(found, {},
                      [](const SpanVersion& span) { return std::tie(span.created_at_us, span.row.trace_id); });
    for (const SpanVersion& span : found) {
      const auto asked = said.find(span.row.span_id);
      if (asked == said.end()) continue;
      const auto& traces = asked->second;
      if (!traces.empty() && std::ranges::find(traces, span.row.trace_id) == traces.end()) continue;
      Entity& entity = of(EntityKind::kObservation).at(span.row.span_id);
      if (entity.first_state) continue;
      entity.state.apply(span);
      entity.stored_key = row_key(entity.state);
      entity.first_state = entity.state.to_text();
    }
    return ok();
  }

  static void add_payload(Entity& entity, std::string trace_id, std::string span_id, TimeUs start, MergeOutput& out) {
    if (!entity.input && !entity.output && entity.events.empty()) return;
    out.payloads.push_back({.trace_id = std::move(trace_id),
                            .span_id = std::move(span_id),
                            .start_time_us = start,
                            .input = std::move(entity.input),
                            .output = std::move(entity.output),
                            .events = std::move(entity.events)});
  }

  static void add_row(Entity& entity, MergeOutput& out) {
    switch (entity.state.kind()) {
      case EntityKind::kTrace: {
        MergedTrace trace = to_trace(entity.state);
        add_payload(entity, trace.row.trace_id, "", trace.row.timestamp_us.value_or(trace.created_at_us), out);
        out.traces.push_back(std::move(trace));
        return;
      }
      case EntityKind::kObservation: {
        MergedObservation merged = to_observation(entity.state);
        const RowKey key{.trace_id = merged.row.trace_id, .start_time_us = merged.row.start_time_us};
        if (entity.stored_key && *entity.stored_key != key) {
          if (entity.stored_key->trace_id != key.trace_id) {
            out.payload_moves.push_back({.span_id = merged.row.span_id,
                                         .from_trace_id = entity.stored_key->trace_id,
                                         .to_trace_id = key.trace_id,
                                         .start_time_us = key.start_time_us});
          }
          merged.previous_key = std::move(entity.stored_key);
        }
        for (RowKey& row : entity.stored_rows) {
          if (row != key && row != merged.previous_key) merged.stale_keys.push_back(std::move(row));
        }
        add_payload(entity, key.trace_id, merged.row.span_id, key.start_time_us, out);
        out.observations.push_back(std::move(merged));
        return;
      }
      case EntityKind::kScore:
        out.scores.push_back(to_score(entity.state));
        return;
    }
  }

  std::array<std::unordered_map<std::string, Entity>, 3> entities_;
  std::array<std::vector<std::string>, 3> touched_;
};

}  // namespace

std::string_view to_text(EntityKind kind) {
  constexpr std::array<std::string_view, 3> kNames = {"trace", "observation", "score"};
  return kNames[static_cast<std::size_t>(kind)];
}

Result<MergeOutput> merge(std::string_view project_id, std::span<const MergeInput> requests,
                          std::span<const SpanOfRecord> spans, StateReader& states) {
  Merging merging;
  CLEW_CHECK(merging.load(project_id, requests, spans, states));
  for (const SpanOfRecord& span : spans)
    merging.apply(span);
  for (const MergeInput& request : requests)
    merging.apply(request);
  return std::move(merging).finish();
}

}  // namespace clew::ingest
