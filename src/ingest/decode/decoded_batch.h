// What a decoder makes of one accepted request: whole span rows from the OTLP door, field-wise events from the JSON
// door, each valid on its own, and the errors of the items that were not.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "base/json.h"
#include "base/time.h"
#include "domain/observation.h"

namespace clew::ingest {

enum class Door : std::uint8_t {
  kOtlpProtobuf = 1,
  kOtlpJson = 2,
  kEventBatch = 3,  // POST /api/public/ingestion
  kScore = 4,       // POST /api/public/scores, one object
  kScoreList = 5,   // POST /api/public/scores, a list (contract/sdk5.md 2.1)
};

// What was decided about a score that names a score config, when it was accepted (contract/ingestion.md 5.4). Configs
// change, the decision does not: it stands in the log beside the request.
struct ScoreRuling {
  std::size_t index = 0;                 // of the item in the request
  int status = 0;                        // 0 = accepted, else 400 or 404
  std::string reason;                    // why it was refused; not stored
  std::string name, data_type;           // what replaces the score's own
  std::optional<double> category_value;  // CATEGORICAL: the number of the category
};

// Everything a decoder may know about the request besides its body. Stored with the body in the ingest log, so that a
// replay decodes to exactly the same result.
struct RequestContext {
  std::string project_id;
  Door door = Door::kOtlpProtobuf;
  bool scores_only = false;  // Bearer public key: other events are refused one by one
  TimeUs received_at_us = 0;
  std::string request_id;  // random; seed of generated ids, so that a replay generates the same ones
  domain::Attribution attribution;
  std::vector<ScoreRuling> score_rulings;
  std::optional<double> sample_rate;  // share of the traces that is kept; null: all
  // Of a dead letter that is replayed: the position it had first, and how often it was tried before. 0: none.
  std::uint64_t replay_of = 0;
  std::uint64_t attempts = 0;
  // The only items of the request that are meant, by name (intake/items.h): the others are stored. Empty: all.
  std::vector<std::string> items;
};

enum class EntityKind : std::uint8_t { kTrace, kObservation, kScore };

// One event of the JSON door after validation: a set of fields to be merged (contract/ingestion.md 7).
// Absent, null and a value are three different things, so the fields stay JSON.
struct EntityEvent {
  EntityKind kind = EntityKind::kTrace;
  std::string entity_id;    // body.id, generated when the contract says so
  std::string envelope_id;  // for duplicates
  std::string type;         // "generation-update"
  TimeUs timestamp_us = 0;  // envelope timestamp: the clock of merging
  bool is_create = true;    // type contains "create": loses against an update at equal time
  json::Object body;        // validated and normalised (environment, usage, ...)
  std::size_t index = 0;    // of the item in the request
};

// `langfuse.trace.input` / `langfuse.trace.output` found on a span: goes into the trace attribute record.
struct TraceIo {
  std::string trace_id;
  TimeUs timestamp_us = 0;
  std::optional<std::string> input, output;
};

struct ItemError {
  std::string id;  // envelope id, span id or "unknown"
  std::size_t index = 0;
  int status = 400;     // 400, 401 or 404
  std::string message;  // "Invalid request data"
  std::string error;    // detail for a developer
};

struct DecodedBatch {
  RequestContext context;
  std::vector<domain::Observation> spans;
  // Where each of `spans` stood in the request, which is part of its version. Empty: 0, 1, 2 and so on.
  std::vector<std::uint32_t> span_places;
  std::vector<TraceIo> trace_io;
  std::vector<EntityEvent> events;
  // JSON door: envelope ids accepted, in processing order, for the answer (sdk-log excluded). Decoders give one for
  // each of `events`, in the same order; sampling takes events away and leaves the ids.
  std::vector<std::string> accepted_ids;
  // What SDKs report about themselves (`sdk-log`), as compact JSON: for the server's log, never stored.
  std::vector<std::string> sdk_logs;
  std::vector<ItemError> errors;
  std::size_t items_total = 0;  // spans or events in the request, valid or not

  // Rough memory held, for bounded queues.
  std::size_t bytes() const;
};

}  // namespace clew::ingest
