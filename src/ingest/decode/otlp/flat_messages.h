// Messages that an instrumentation has flattened into attributes (gen_ai.prompt.0.content, …) put together again
// (contract/otel-mapping.md 8.3). Private to this module.
#pragma once

#include <optional>

#include "base/json.h"
#include "ingest/decode/otlp/attribute_index.h"

namespace clew::ingest::otlp {

// List slots that one family may create (the contract's 10 001); less in requests of very many spans, because a slot
// that nothing fills costs the client nothing and us a `null` each.
std::size_t list_slots_max(std::size_t spans_in_request);

// The list or object made of the family's attributes; the value of the bare name when that is set. Null when nothing
// is left. Indexes never seen become null; keys over the list budget, with dangerous segments or in conflict with an
// earlier scalar are dropped.
std::optional<json::Value> rebuild_messages(const AttributeIndex& attributes, Key bare, Family family,
                                            std::size_t slots_max);

}  // namespace clew::ingest::otlp
