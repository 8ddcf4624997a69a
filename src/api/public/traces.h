// GET and DELETE /api/public/traces, /api/public/traces/{traceId} (contract/api.md B.3).
#pragma once

#include "analytics/engine.h"
#include "api/endpoint.h"
#include "retention/deletions.h"

namespace clew::api {

void register_traces(Endpoints& endpoints, analytics::Engine& engine, retention::Deletions& deletions);

}  // namespace clew::api
