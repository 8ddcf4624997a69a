// Any bytes to the JSON door: no crash, every item accounted for, the same result twice, answers that are JSON.
// The first byte chooses the door. Corpus: tests/corpus/events.
#include "base/json.h"
#include "ingest/decode/events/events.h"

namespace {

using namespace clew::ingest;  // NOLINT(google-build-using-namespace): a fuzz target is one function

constexpr std::size_t kSingleWrites = 6;

void check_batch(const DecodedBatch& batch, bool may_drop) {
  const std::size_t told = batch.accepted_ids.size() + batch.errors.size();
  CLEW_ASSERT(may_drop ? told <= batch.items_total : told == batch.items_total, "items are accounted for");
  CLEW_ASSERT(batch.accepted_ids.size() == batch.events.size(), "one id per event");
  for (const EntityEvent& event : batch.events)
    CLEW_ASSERT(!event.entity_id.empty(), "every record has an id");
  CLEW_ASSERT(clew::json::parse(event_batch_answer(batch)).has_value(), "the answer is JSON");
  CLEW_ASSERT(clew::json::parse(score_list_answer(batch).body).has_value(), "the list answer is JSON");
  for (const ItemError& error : batch.errors) {
    CLEW_ASSERT(error.status == 401 || clew::json::parse(error.error).has_value(), "issues are JSON");
  }
  CLEW_ASSERT(batch.bytes() >= sizeof(batch), "bytes");
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  if (size == 0) return 0;
  const std::string_view body(reinterpret_cast<const char*>(data) + 1, size - 1);
  RequestContext context{.project_id = "p", .door = Door::kEventBatch, .received_at_us = 1, .request_id = "r"};
  const std::size_t door = data[0] % 9;
  std::string single;
  if (door < kSingleWrites) {
    auto write = single_write_batch(static_cast<SingleWrite>(door), body, context);
    if (!write) return 0;
    single = std::move(write->body);
    const auto batch = decode_event_batch(single, context);
    if (batch) check_batch(*batch, false);  // not when it nests as deep as we parse: the frame adds levels
    return 0;
  }
  context.door = door == 6 ? Door::kEventBatch : door == 7 ? Door::kScore : Door::kScoreList;
  const auto batch = decode_events(body, context);
  if (!batch) return 0;
  check_batch(*batch, context.door == Door::kEventBatch);
  const auto again = decode_events(body, context);
  CLEW_ASSERT(again.has_value() && again->accepted_ids == batch->accepted_ids, "decoding is deterministic");
  for (std::size_t i = 0; i < batch->events.size(); ++i) {
    CLEW_ASSERT(again->events[i].body == batch->events[i].body, "bodies are deterministic");
  }
  return 0;
}
