#include <algorithm>
#include <array>

#include "ingest/decode/events/bodies.h"
#include "ingest/decode/events/body_reader.h"
#include "ingest/decode/events/derived_id.h"
#include "ingest/decode/events/event_order.h"
#include "ingest/decode/events/events.h"
#include "ingest/decode/events/score_rulings.h"
#include "ingest/decode/tolerant_json.h"

namespace clew::ingest {

namespace {

enum class Schema : std::uint8_t { kTrace, kEvent, kSpan, kGeneration, kTypedObservation, kScore, kLog, kInternal };

struct EventType {
  std::string_view name;
  Schema schema;
};
constexpr std::array<EventType, 18> kEventTypes = {{
    {"trace-create", Schema::kTrace},
    {"score-create", Schema::kScore},
    {"event-create", Schema::kEvent},
    {"span-create", Schema::kSpan},
    {"span-update", Schema::kSpan},
    {"generation-create", Schema::kGeneration},
    {"generation-update", Schema::kGeneration},
    {"agent-create", Schema::kGeneration},
    {"tool-create", Schema::kGeneration},
    {"chain-create", Schema::kGeneration},
    {"retriever-create", Schema::kGeneration},
    {"evaluator-create", Schema::kGeneration},
    {"embedding-create", Schema::kGeneration},
    {"guardrail-create", Schema::kGeneration},
    {"observation-create", Schema::kTypedObservation},
    {"observation-update", Schema::kTypedObservation},
    {"sdk-log", Schema::kLog},
    {"dataset-run-item-create", Schema::kInternal},
}};

const EventType* find_type(const json::Object& envelope) {
  const auto name = json::find_text(envelope, "type");
  if (!name) return nullptr;
  const auto* found =
      std::find_if(kEventTypes.begin(), kEventTypes.end(), [&](const EventType& type) { return type.name == *name; });
  return found == kEventTypes.end() ? nullptr : found;
}

EntityKind kind_of(Schema schema) {
  if (schema == Schema::kTrace) return EntityKind::kTrace;
  return schema == Schema::kScore ? EntityKind::kScore : EntityKind::kObservation;
}

std::string_view kind_text(EntityKind kind) {
  constexpr std::array<std::string_view, 3> kNames = {"trace", "observation", "score"};
  return kNames[static_cast<std::size_t>(kind)];
}

json::Object read_body(Schema schema, json::Object& body, Issues& issues) {
  const json::Array path = {"body"};
  switch (schema) {
    case Schema::kTrace:
      return read_trace_body(body, path, issues);
    case Schema::kEvent:
      return read_observation_body(body, ObservationFields::kEvent, path, issues);
    case Schema::kSpan:
      return read_observation_body(body, ObservationFields::kSpan, path, issues);
    case Schema::kGeneration:
      return read_observation_body(body, ObservationFields::kGeneration, path, issues);
    case Schema::kTypedObservation:
      return read_typed_observation_body(body, path, issues);
    case Schema::kScore:
      return read_score_body(body, ScoreDoor::kEvent, path, issues);
    case Schema::kLog:
    case Schema::kInternal:
      break;
  }
  return std::move(body);
}

// Envelope and body of one event; what is returned must not be used when `issues` is not empty.
EntityEvent read_event(json::Object& envelope, const EventType& type, Issues& issues) {
  EntityEvent event;
  event.kind = kind_of(type.schema);
  event.type = type.name;
  event.is_create = !type.name.ends_with("-update");

  if (const json::Value* id = json::find(envelope, "id")) {
    check_id(*id, {"id"}, issues);
    if (id->is_string()) event.envelope_id = id->get_string();
  } else {
    issues.wrong_type({"id"}, "string", nullptr);
  }
  const json::Value* timestamp = json::find(envelope, "timestamp");
  if (!timestamp || !timestamp->is_string()) {
    issues.wrong_type({"timestamp"}, "string", timestamp);
  } else if (const auto time = parse_iso_time(timestamp->get_string())) {
    event.timestamp_us = *time;
  } else {
    issues.add("invalid_format", {"timestamp"}, "Invalid ISO datetime");
  }
  json::Value* body = envelope.if_contains("body");
  if (!body || !body->is_object()) {
    issues.wrong_type({"body"}, "object", body);
    return event;
  }
  event.body = read_body(type.schema, body->get_object(), issues);
  if (!issues.empty()) return event;
  const auto id = json::find_text(event.body, "id");
  event.entity_id = id ? std::string(*id) : derived_uuid(kind_text(event.kind), event.envelope_id);
  return event;
}

class BatchReader {
 public:
  explicit BatchReader(const RequestContext& context) { batch_.context = context; }

  void add(json::Value& item) {
    const std::size_t index = batch_.items_total++;
    Issues issues;
    json::Object* envelope = item.if_object();
    if (!envelope) {
      issues.wrong_type({}, "object", &item);
      return refuse(index, nullptr, issues);
    }
    const EventType* type = find_type(*envelope);
    if (!type) {
      issues.add("invalid_union", {"type"}, "Invalid input");
      return refuse(index, envelope, issues);
    }
    if (type->schema == Schema::kInternal) {
      issues.add("custom", {}, "Dataset run item creation is only allowed for internal usage");
      return refuse(index, envelope, issues);
    }
    EntityEvent event = read_event(*envelope, *type, issues);
    if (!issues.empty()) return refuse(index, envelope, issues);
    if (type->schema == Schema::kLog) return keep_log(event.body);
    event.index = index;
    if (batch_.context.scores_only && type->schema != Schema::kScore) {
      batch_.errors.push_back({.id = event.envelope_id,
                               .index = index,
                               .status = 401,
                               .message = "Authentication error",
                               .error = "Access Scope Denied"});
      return;
    }
    batch_.events.push_back(std::move(event));
  }

  DecodedBatch finish() && {
    std::vector<OrderKey> keys;
    keys.reserve(batch_.events.size());
    for (const EntityEvent& event : batch_.events)
      keys.push_back({!event.is_create, event.timestamp_us});
    sort_events(batch_.events, keys);
    batch_.accepted_ids.reserve(batch_.events.size());
    for (const EntityEvent& event : batch_.events)
      batch_.accepted_ids.push_back(event.envelope_id);
    apply_score_rulings(batch_);
    return std::move(batch_);
  }

 private:
  // A client that reports more than this in one batch has said enough.
  static constexpr std::size_t kLogsMax = 20;

  void keep_log(const json::Object& body) {
    if (batch_.sdk_logs.size() >= kLogsMax) return;
    const json::Value* log = json::find(body, "log");
    batch_.sdk_logs.push_back(log ? json::to_text(*log) : json::to_text(body));
  }

  void refuse(std::size_t index, const json::Object* envelope, const Issues& issues) {
    const auto id = envelope ? json::find_text(*envelope, "id") : std::nullopt;
    batch_.errors.push_back({.id = id ? std::string(*id) : "unknown",
                             .index = index,
                             .status = 400,
                             .message = "Invalid request data",
                             .error = issues.to_pretty_json()});
  }

  DecodedBatch batch_;
};

}  // namespace

Result<DecodedBatch> decode_event_batch(std::string_view body, const RequestContext& context) {
  CLEW_TRY(json::Value root, parse_body(body));
  json::Object* request = root.if_object();
  if (!request) {
    return Error{Errc::kInvalidArgument, "Invalid input: expected object, received " + std::string(kind_name(&root))};
  }
  json::Value* items = request->if_contains("batch");
  if (!items || !items->is_array()) {
    return Error{Errc::kInvalidArgument, "Invalid input: expected array, received " + std::string(kind_name(items))};
  }
  BatchReader reader(context);
  for (json::Value& item : items->get_array())
    reader.add(item);
  return std::move(reader).finish();
}

Result<DecodedBatch> decode_events(std::string_view body, const RequestContext& context) {
  switch (context.door) {
    case Door::kEventBatch:
      return decode_event_batch(body, context);
    case Door::kScore:
      return decode_score(body, context);
    case Door::kScoreList:
      return decode_score_list(body, context);
    case Door::kOtlpProtobuf:
    case Door::kOtlpJson:
      break;
  }
  return Error{Errc::kInternal, "not a request of the JSON door"};
}

std::string event_batch_answer(const DecodedBatch& batch) {
  std::string out = "{\"successes\":[";
  for (std::size_t i = 0; i < batch.accepted_ids.size(); ++i) {
    out += i == 0 ? "{\"id\":" : ",{\"id\":";
    json::append_quoted(out, batch.accepted_ids[i]);
    out += ",\"status\":201}";
  }
  out += "],\"errors\":[";
  for (std::size_t i = 0; i < batch.errors.size(); ++i) {
    const ItemError& error = batch.errors[i];
    out += i == 0 ? "{\"id\":" : ",{\"id\":";
    json::append_quoted(out, error.id);
    out += ",\"status\":" + std::to_string(error.status) + ",\"message\":";
    json::append_quoted(out, error.message);
    out += ",\"error\":";
    json::append_quoted(out, error.error);
    out += '}';
  }
  return out + "]}";
}

}  // namespace clew::ingest
