// The rules that make an observation of a span, one function per concern. Each writes only its own fields and depends
// on nothing but its arguments; map_span runs them in the order of contract/otel-mapping.md 14. Private to this module.
#pragma once

#include <optional>
#include <string>

#include "domain/observation.h"
#include "ingest/decode/decoded_batch.h"
#include "ingest/decode/otlp/span_view.h"

namespace clew::ingest::otlp {

// Everything: appends one observation to batch.spans, and its trace I/O to batch.trace_io.
void map_span(const SpanView& view, DecodedBatch& batch);

// 3.2 and reliability.md 10.
void map_times(const SpanView& view, TimeUs received_at_us, domain::Observation& out);
// 4.
domain::ObservationType map_type(const SpanView& view);
// 5.
std::string map_name(const SpanView& view);
void map_status(const SpanView& view, domain::Observation& out);
// 6; needs out.type and out.start_time_us.
void map_context(const SpanView& view, domain::Observation& out);
void map_prompt(const SpanView& view, domain::Observation& out);
// 7.
void map_usage(const SpanView& view, domain::Observation& out);
void map_cost(const SpanView& view, domain::Observation& out);
// 8.
void map_io(const SpanView& view, domain::Observation& out);
// 9 and 11; needs out.input and out.output, changes out.input when tool definitions move there.
void map_metadata_and_tools(const SpanView& view, domain::Observation& out);
// 10.
void map_model(const SpanView& view, domain::Observation& out);
// 13.
void map_experiment(const SpanView& view, domain::Observation& out);
// 3.4: the span's events as JSON text.
std::string events_text(const SpanView& view);

}  // namespace clew::ingest::otlp
