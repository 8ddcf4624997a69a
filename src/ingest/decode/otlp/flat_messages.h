// Messages that an instrumentation has flattened into attributes (gen_ai.prompt.0.content, …) put together again
// (contract/otel-mapping.md 8.3). Private to this module.
#pragma once

#include <optional>

#include "base/json.h"
#include "ingest/decode/otlp/attribute_index.h"

namespace clew::ingest::otlp {

// The list or object made of the family's attributes; the value of the bare name when that is set. Null when nothing
// is left. Indexes never seen become null; keys over the list budget, with dangerous segments or in conflict with an
// earlier scalar are dropped.
std::optional<json::Value> rebuild_messages(const AttributeIndex& attributes, Key bare, Family family);

}  // namespace clew::ingest::otlp
