// GET /api/public/v3/scores: strict parameters, cursor pages, values of their own type (contract/api.md B.7).
#pragma once

#include "analytics/engine.h"
#include "api/endpoint.h"

namespace clew::api {

void register_scores_v3(Endpoints& endpoints, analytics::Engine& engine);

}  // namespace clew::api
