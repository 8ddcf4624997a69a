// Any batch merged message by message: states survive their text form, order and repetition do not matter. Input that
// is no batch is read as the text of a stored state. Corpus: tests/corpus/events.
#include "ingest/decode/events/events.h"
#include "ingest/merge/fields.h"
#include "ingest/merge/merger.h"

namespace {

using namespace clew::ingest;  // NOLINT(google-build-using-namespace): a fuzz target is one function

class NoStates final : public StateReader {
 public:
  clew::Result<std::vector<StoredState>> read(std::string_view, EntityKind, const std::vector<std::string>&) override {
    return std::vector<StoredState>();
  }
};

void check_text_form(const EntityState& state) {
  const std::string text = state.to_text();
  const auto again = EntityState::parse(state.kind(), state.id(), text);
  CLEW_ASSERT(again.has_value() && again->to_text() == text, "a state survives its text form");
}

bool distinct_envelopes(const DecodedBatch& batch) {
  std::set<std::string_view> ids;
  for (const EntityEvent& event : batch.events)
    ids.insert(event.envelope_id);
  return ids.size() == batch.events.size();
}

void check_same_record(const EntityState& a, const EntityState& b) {
  for (const FieldRule& rule : field_rules(a.kind())) {
    const auto* one = a.field(rule.name);
    const auto* other = b.field(rule.name);
    CLEW_ASSERT((one == nullptr) == (other == nullptr) && (!one || *one == *other), "order does not matter");
  }
  CLEW_ASSERT(a.metadata() == b.metadata() && a.tags() == b.tags(), "order does not matter for metadata and tags");
  CLEW_ASSERT(a.first_sent_us() == b.first_sent_us(), "order does not matter for the first message");
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  if (size == 0) return 0;
  const std::string_view body(reinterpret_cast<const char*>(data) + 1, size - 1);
  const auto batch = decode_event_batch(body, {.project_id = "p", .door = Door::kEventBatch, .request_id = "r"});
  if (!batch) {
    for (const EntityKind kind : {EntityKind::kTrace, EntityKind::kObservation, EntityKind::kScore}) {
      if (const auto state = EntityState::parse(kind, "x", body)) {
        to_observation(*state);
        to_trace(*state);
        to_score(*state);
      }
    }
    return 0;
  }
  // All events as messages about one record of each kind.
  for (const EntityKind kind : {EntityKind::kTrace, EntityKind::kObservation, EntityKind::kScore}) {
    EntityState forward(kind, "x");
    EntityState backward(kind, "x");
    const std::size_t count = batch->events.size();
    for (std::size_t i = 0; i < count; ++i) {
      for (EntityState* state : {&forward, &backward}) {
        const std::size_t at = state == &forward ? i : count - 1 - i;
        const EntityEvent& event = batch->events[at];
        if (event.kind == kind) state->apply(event, {.received_us = 1, .position = static_cast<std::uint32_t>(at)});
      }
    }
    check_text_form(forward);
    const std::string before = forward.to_text();
    for (const EntityEvent& event : batch->events) {
      if (event.kind == kind) forward.apply(event, {.received_us = 1});
    }
    CLEW_ASSERT(forward.to_text() == before, "repetition changes nothing");
    if (distinct_envelopes(*batch)) check_same_record(forward, backward);
  }
  NoStates states;
  const MergeInput request{.events = batch->events, .trace_io = {}, .attribution = {}, .received_at_us = 1};
  CLEW_ASSERT(merge("p", {&request, 1}, states).has_value(), "merging does not fail");
  return 0;
}
