// Spans of the OTLP door as they are stored, for messages of the JSON door that speak about them for the first time.
#pragma once

#include <string>
#include <vector>

#include "analytics/engine.h"
#include "ingest/merge/span_version.h"

namespace clew::ingest {

// The spans with these ids, of any trace; without texts, of which the row knows preview and length.
Result<std::vector<SpanVersion>> read_stored_spans(std::string_view project_id, const std::vector<std::string>& ids,
                                                   analytics::Engine& engine);

}  // namespace clew::ingest
