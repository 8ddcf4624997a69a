#include "ingest/decode/events/derived_id.h"
#include "ingest/decode/events/events.h"
#include "ingest/decode/tolerant_json.h"

namespace clew::ingest {

namespace {

struct Route {
  std::string_view event_type;
  std::string_view observation_type;  // "" = a trace
  std::string_view id_key;            // where the record's id is
  bool is_update;
};

Route route_of(SingleWrite kind) {
  switch (kind) {
    case SingleWrite::kTrace:
      return {"trace-create", "", "id", false};
    case SingleWrite::kSpan:
      return {"observation-create", "SPAN", "id", false};
    case SingleWrite::kSpanUpdate:
      return {"observation-update", "SPAN", "spanId", true};
    case SingleWrite::kGeneration:
      return {"observation-create", "GENERATION", "id", false};
    case SingleWrite::kGenerationUpdate:
      return {"observation-update", "GENERATION", "generationId", true};
    case SingleWrite::kEvent:
      return {"observation-create", "EVENT", "id", false};
  }
  return {};
}

void rename(json::Object& body, std::string_view from, std::string_view to) {
  json::Value* value = body.if_contains(from);
  if (!value) return;
  json::Value moved = std::move(*value);
  body.erase(from);
  body[to] = std::move(moved);
}

}  // namespace

Result<SingleWriteBatch> single_write_batch(SingleWrite kind, std::string_view body, const RequestContext& context) {
  CLEW_TRY(json::Value root, parse_body(body));
  if (!root.is_object()) return Error{Errc::kInvalidArgument, "the body must be a JSON object"};
  json::Object& record = root.get_object();
  const Route route = route_of(kind);

  if (route.id_key != "id") {
    record.erase("id");
    rename(record, route.id_key, "id");
  }
  const auto given = json::find_text(record, "id");
  if (route.is_update && !given) {
    return Error{Errc::kInvalidArgument, std::string(route.id_key) + ": expected string"};
  }
  // An id of a wrong type stays, for the decoder to refuse.
  const json::Value* raw_id = json::find(record, "id");
  if (!raw_id || raw_id->is_null()) record["id"] = derived_uuid("single-write", context.request_id);
  if (!route.observation_type.empty()) record["type"] = route.observation_type;
  if (kind == SingleWrite::kGeneration || kind == SingleWrite::kGenerationUpdate) {
    rename(record, "prompt", "input");
    rename(record, "completion", "output");
  }

  SingleWriteBatch batch;
  batch.id = json::find_text(record, "id").value_or("");
  const json::Object event{{"id", derived_uuid("single-write-envelope", context.request_id)},
                           {"type", route.event_type},
                           {"timestamp", iso_ms(context.received_at_us)},
                           {"body", std::move(root)}};
  batch.body = json::to_text(json::Object{{"batch", json::Array{event}}});
  return batch;
}

}  // namespace clew::ingest
