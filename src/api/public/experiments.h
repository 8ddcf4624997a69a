// GET /api/public/experiments and /experiment-items: read-only views over observations that carry experiment attributes
// (contract/api.md B.12).
#pragma once

#include "analytics/engine.h"
#include "api/endpoint.h"

namespace clew::api {

void register_experiments(Endpoints& endpoints, analytics::Engine& engine);

}  // namespace clew::api
