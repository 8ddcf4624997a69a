#include "ingest/decode/otlp/mapping.h"
#include "ingest/decode/otlp/payload.h"

namespace clew::ingest::otlp {

namespace {

// Traces have input and output of their own in older SDKs; they beat those of the root observation.
void map_trace_io(const SpanView& view, const domain::Observation& observation, std::vector<TraceIo>& out) {
  const Value* input = view.attributes.find(Key::kTraceInput);
  const Value* output = view.attributes.find(Key::kTraceOutput);
  if (!input && !output) return;
  out.push_back({.trace_id = observation.trace_id,
                 .timestamp_us = observation.start_time_us,
                 .input = Payload::of(input).stored(),
                 .output = Payload::of(output).stored()});
}

}  // namespace

std::string events_text(const SpanView& view) {
  if (view.events.empty()) return {};
  std::string out = "[";
  for (const Event& event : view.events) {
    if (out.size() > 1) out += ',';
    out += "{\"name\":";
    json::append_quoted(out, event.name);
    out += ",\"timeUnixNano\":\"";
    out += std::to_string(event.time_ns);
    out += "\",\"attributes\":{";
    bool first = true;
    for (const Attribute& attribute : view.attributes_of(event)) {
      if (!first) out += ',';
      first = false;
      json::append_quoted(out, attribute.key);
      out += ':';
      if (attribute.value.is_text()) {
        json::append_quoted(out, attribute.value.text);
      } else {
        append_text(out, attribute.value);
      }
    }
    out += "}}";
  }
  out += ']';
  return out;
}

void map_span(const SpanView& view, DecodedBatch& batch) {
  domain::Observation& out = batch.spans.emplace_back(view.group.common);
  out.trace_id = view.span.trace_id;
  out.span_id = view.span.span_id;
  out.parent_span_id = view.span.parent_span_id;
  map_times(view, batch.context.received_at_us, out);
  out.name = map_name(view);
  map_io(view, out);
  map_metadata_and_tools(view, out);
  map_experiment(view, out);
  if (!is_agent_sum(view)) {
    map_usage(view, out);
    map_cost(view, out);
  }
  out.type = map_type(view);
  map_context(view, out);
  map_status(view, out);
  map_prompt(view, out);
  map_model(view, out);
  out.events = events_text(view);
  map_trace_io(view, out, batch.trace_io);
}

}  // namespace clew::ingest::otlp
