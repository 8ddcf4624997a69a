// The bodies of the JSON door (contract/ingestion.md 5): what each may hold, and their normal form. Every function
// takes the body apart, adds to `issues` what is wrong, and returns the known fields; the result of a body with issues
// must not be used. `path` leads to the body in messages.
#pragma once

#include "base/json.h"
#include "ingest/decode/events/issues.h"

namespace clew::ingest {

json::Object read_trace_body(json::Object& body, const json::Array& path, Issues& issues);

// How much an observation body of the newer events may hold (5.2): each kind has all fields of the one before.
enum class ObservationFields { kEvent, kSpan, kGeneration };
json::Object read_observation_body(json::Object& body, ObservationFields fields, const json::Array& path,
                                   Issues& issues);

// observation-create and observation-update: names its type itself, id optional.
json::Object read_typed_observation_body(json::Object& body, const json::Array& path, Issues& issues);

// Which door a score came through decides on source, id and timestamp (5.4; contract/sdk5.md 2.1).
enum class ScoreDoor {
  kEvent,  // score-create: all sources; time is the envelope's
  kDirect  // POST /scores: sources API and ANNOTATION; an empty id counts as absent; may carry `timestamp`
};
json::Object read_score_body(json::Object& body, ScoreDoor door, const json::Array& path, Issues& issues);

}  // namespace clew::ingest
