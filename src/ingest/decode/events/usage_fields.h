// `usage`, `usageDetails` and `costDetails` of an observation body (contract/ingestion.md 5.5).
#pragma once

#include "ingest/decode/events/body_reader.h"

namespace clew::ingest {

// Reads the three fields. A map of which nothing usable is left counts as absent.
void read_usage_fields(BodyReader& reader);

}  // namespace clew::ingest
