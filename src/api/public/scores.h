// Reads of /api/public/scores (v1: scores of traces) and /api/public/v2/scores (all), and DELETE (contract/api.md B.7).
// Writing scores is ingestion.
#pragma once

#include "analytics/engine.h"
#include "api/endpoint.h"

namespace clew::api {

void register_scores(Endpoints& endpoints, analytics::Engine& engine);

}  // namespace clew::api
