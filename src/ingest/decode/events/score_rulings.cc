#include "ingest/decode/events/score_rulings.h"

#include <algorithm>

#include "ingest/decode/events/issues.h"

namespace clew::ingest {

namespace {

const ScoreRuling* ruling_for(const std::vector<ScoreRuling>& rulings, const EntityEvent& event) {
  if (event.kind != EntityKind::kScore) return nullptr;
  const auto found = std::ranges::find(rulings, event.index, &ScoreRuling::index);
  return found == rulings.end() ? nullptr : &*found;
}

void fill_from_config(json::Object& body, const ScoreRuling& ruling) {
  body["name"] = ruling.name;
  body["dataType"] = ruling.data_type;
  if (ruling.category_value) body["categoryValue"] = *ruling.category_value;
}

std::string given_text(const json::Object& body, std::string_view key) {
  return std::string(json::find_text(body, key).value_or(""));
}

ItemError refusal(const EntityEvent& event, const ScoreRuling& ruling, Door door) {
  Issues issues;
  json::Array path = door == Door::kEventBatch ? json::Array{"body", "configId"} : json::Array{"configId"};
  issues.add("custom", std::move(path), ruling.reason);
  ItemError error{.id = event.envelope_id,
                  .index = event.index,
                  .status = ruling.status,
                  .message = ruling.status == 404 ? "Resource not found" : "Invalid request data",
                  .error = issues.to_pretty_json()};
  if (door == Door::kScoreList) {
    const std::string id = given_text(event.body, "id");
    const std::string name = given_text(event.body, "name");
    error.id = id.empty() ? "unknown" : id;
    error.message = (name.empty() ? "#" + std::to_string(event.index) : name) + ": " + ruling.reason;
  } else if (door == Door::kScore) {
    error.message = ruling.reason;
  }
  return error;
}

}  // namespace

void apply_score_rulings(DecodedBatch& batch) {
  const std::vector<ScoreRuling>& rulings = batch.context.score_rulings;
  if (rulings.empty()) return;
  std::vector<EntityEvent> events;
  std::vector<std::string> accepted_ids;
  for (std::size_t i = 0; i < batch.events.size(); ++i) {
    EntityEvent& event = batch.events[i];
    const ScoreRuling* ruling = ruling_for(rulings, event);
    if (ruling && ruling->status != 0) {
      batch.errors.push_back(refusal(event, *ruling, batch.context.door));
      continue;
    }
    if (ruling) fill_from_config(event.body, *ruling);
    events.push_back(std::move(event));
    accepted_ids.push_back(std::move(batch.accepted_ids[i]));
  }
  batch.events = std::move(events);
  batch.accepted_ids = std::move(accepted_ids);
  std::ranges::sort(batch.errors, {}, &ItemError::index);
}

}  // namespace clew::ingest
