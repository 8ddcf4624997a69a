#include "ingest/decode/events/bodies.h"
#include "ingest/decode/events/derived_id.h"
#include "ingest/decode/events/event_order.h"
#include "ingest/decode/events/events.h"
#include "ingest/decode/events/score_rulings.h"
#include "ingest/decode/tolerant_json.h"

namespace clew::ingest {

namespace {

// An event for one object of POST /scores. The merge clock of all scores of a request is its receipt; the score's own
// time, if given, stays in the body.
EntityEvent read_score(json::Object& object, std::size_t index, const RequestContext& context, Issues& issues) {
  EntityEvent event;
  event.kind = EntityKind::kScore;
  event.type = "score-create";
  event.index = index;
  event.timestamp_us = context.received_at_us;
  event.envelope_id = derived_uuid("score-write", context.request_id + "/" + std::to_string(index));
  event.body = read_score_body(object, ScoreDoor::kDirect, {}, issues);
  const auto id = json::find_text(event.body, "id");
  event.entity_id = id ? std::string(*id) : derived_uuid("score", event.envelope_id);
  return event;
}

TimeUs score_time(const EntityEvent& event) {
  const auto given = json::find_text(event.body, "timestamp");
  return given ? parse_iso_time(*given).value_or(event.timestamp_us) : event.timestamp_us;
}

std::string text_at(const json::Value& item, std::string_view key) {
  const json::Object* object = item.if_object();
  return object ? std::string(json::find_text(*object, key).value_or("")) : std::string();
}

}  // namespace

Result<DecodedBatch> decode_score(std::string_view body, const RequestContext& context) {
  CLEW_TRY(json::Value root, parse_body(body));
  json::Object* object = root.if_object();
  if (!object) {
    return Error{Errc::kInvalidArgument, "Invalid input: expected object, received " + std::string(kind_name(&root))};
  }
  Issues issues;
  EntityEvent event = read_score(*object, 0, context, issues);
  if (!issues.empty()) return Error{Errc::kInvalidArgument, issues.to_sentence()};
  DecodedBatch batch;
  batch.context = context;
  batch.items_total = 1;
  batch.accepted_ids.push_back(event.entity_id);
  batch.events.push_back(std::move(event));
  apply_score_rulings(batch);
  return batch;
}

Result<DecodedBatch> decode_score_list(std::string_view body, const RequestContext& context) {
  CLEW_TRY(json::Value root, parse_body(body));
  json::Array* items = root.if_array();
  if (!items) {
    return Error{Errc::kInvalidArgument, "Invalid input: expected array, received " + std::string(kind_name(&root))};
  }
  DecodedBatch batch;
  batch.context = context;
  batch.items_total = items->size();
  for (std::size_t index = 0; index < items->size(); ++index) {
    json::Value& item = (*items)[index];
    // Taken first: reading a score takes its object apart.
    const std::string id = text_at(item, "id");
    const std::string name = text_at(item, "name");
    Issues issues;
    EntityEvent event;
    if (item.is_object()) {
      event = read_score(item.get_object(), index, context, issues);
    } else {
      issues.wrong_type({}, "object", &item);
    }
    if (issues.empty()) {
      batch.events.push_back(std::move(event));
      continue;
    }
    const std::string label = name.empty() ? "#" + std::to_string(index) : name;
    batch.errors.push_back({.id = id.empty() ? "unknown" : id,
                            .index = index,
                            .status = 400,
                            .message = label + ": " + issues.to_sentence(),
                            .error = issues.to_pretty_json()});
  }
  std::vector<OrderKey> keys;
  keys.reserve(batch.events.size());
  for (const EntityEvent& event : batch.events)
    keys.push_back({false, score_time(event)});
  sort_events(batch.events, keys);
  batch.accepted_ids.reserve(batch.events.size());
  for (const EntityEvent& event : batch.events)
    batch.accepted_ids.push_back(event.entity_id);
  apply_score_rulings(batch);
  return batch;
}

ScoreListAnswer score_list_answer(const DecodedBatch& batch) {
  if (batch.errors.empty()) return {.status = 202, .body = R"({"message":"Accepted"})"};
  json::Array errors;
  for (const ItemError& error : batch.errors) {
    json::Object entry{{"message", error.message}, {"index", error.index}};
    if (error.id != "unknown") entry["id"] = error.id;
    errors.push_back(std::move(entry));
  }
  const json::Object answer{
      {"accepted", batch.accepted_ids.size()}, {"rejected", batch.errors.size()}, {"errors", std::move(errors)}};
  return {.status = 207, .body = json::to_text(answer)};
}

}  // namespace clew::ingest
