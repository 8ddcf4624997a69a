// GET /api/public/sessions and /api/public/sessions/{sessionId} (contract/api.md B.6).
#pragma once

#include "analytics/engine.h"
#include "api/endpoint.h"

namespace clew::api {

void register_sessions(Endpoints& endpoints, analytics::Engine& engine);

}  // namespace clew::api
