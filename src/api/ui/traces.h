// /api/ui/projects/{projectId}/traces, …/traces/count and …/traces/{traceId} (contract/openapi/ui.yaml).
#pragma once

#include "analytics/engine.h"
#include "api/endpoint.h"

namespace clew::api {

void register_ui_traces(Endpoints& endpoints, analytics::Engine& engine);

}  // namespace clew::api
