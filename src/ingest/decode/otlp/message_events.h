// Input and output that instrumentations send as span events or as a list of events (contract/otel-mapping.md 8.1,
// rules 6 and 11) and system instructions (8.4). Private to this module.
#pragma once

#include "base/json.h"
#include "ingest/decode/otlp/attribute_index.h"
#include "ingest/decode/otlp/payload.h"
#include "ingest/decode/otlp/span_view.h"

namespace clew::ingest::otlp {

// The attributes of an event as an object.
json::Object attributes_object(std::span<const Attribute> attributes);

// Rule 6: gen_ai.*.message and gen_ai.choice events.
Io message_events(const SpanView& view);
// Rule 11: the attribute `events` of Logfire.
Io logfire_events(const AttributeIndex& attributes);

// The messages with the instructions as first message, in the form of the messages; unchanged when they already hold a
// system message, are no list, or there are no instructions.
Payload with_instructions(Payload messages, const Value* instructions);

}  // namespace clew::ingest::otlp
