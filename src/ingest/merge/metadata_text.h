// Metadata as it is stored in columns: text values by key (contract/ingestion.md 5.3 and 9.2).
#pragma once

#include "base/json.h"
#include "domain/observation.h"

namespace clew::ingest {

// Observations: nested objects become dotted paths, null becomes "", lists and other scalars their JSON text.
// {"a":{"b":1},"c":[1,2]} → a.b = 1, c = [1,2]. When two paths are equal the first stays.
domain::TextMap flat_metadata(const json::Object& metadata);

// Traces and scores: one entry per top-level key, so that reading gives back what was sent. Strings as they are,
// everything else (null too) as compact JSON.
domain::TextMap top_level_metadata(const json::Object& metadata);

}  // namespace clew::ingest
