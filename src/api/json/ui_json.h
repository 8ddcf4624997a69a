// Rows and details of our own UI as JSON (contract/openapi/ui.yaml).
#pragma once

#include <cstdint>
#include <span>
#include <string_view>
#include <vector>

#include "api/json/json_writer.h"
#include "query/facets.h"
#include "query/observation_record.h"
#include "query/payloads.h"
#include "query/score_reader.h"
#include "query/trace_summary.h"
#include "query/unit_prices.h"

namespace clew::api {

using ScorePointers = std::vector<const query::ScoreRecord*>;

// The keys of TraceRow, inside of an object the caller began.
void write_trace_row(JsonWriter& json, const query::TraceSummary& trace, const ScorePointers& scores);
// The keys TraceDetail.trace has beyond TraceRow.
void write_trace_extras(JsonWriter& json, const query::TraceSummary& trace, const query::Payload& payload);

// The keys of ObservationRow, inside of an object the caller began.
void write_observation_row(JsonWriter& json, const query::ObservationRecord& observation);
// The keys ObservationDetail has beyond ObservationRow, scores excepted. `prices` are those of the tier that was
// applied, null when unknown.
void write_observation_extras(JsonWriter& json, const query::ObservationRecord& observation,
                              const query::Payload* payload, const query::TierPrices* prices);

// {"id","name","dataType","value","stringValue","level"}
void write_score_chip(JsonWriter& json, const query::ScoreRecord& score);
void write_ui_score(JsonWriter& json, const query::ScoreRecord& score);

void write_facet(JsonWriter& json, const query::Facet& facet);
void write_pulse(JsonWriter& json, const query::Pulse& pulse);

}  // namespace clew::api
