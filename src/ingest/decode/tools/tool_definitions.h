// Reading tool definitions from a parsed input (contract/otel-mapping.md 9.2). Private to this module.
#pragma once

#include "base/json.h"
#include "domain/observation.h"

namespace clew::ingest {

// Name → JSON text {"description","parameters"}; the first definition of a name wins.
domain::TextMap read_definitions(const json::Value& input);

}  // namespace clew::ingest
