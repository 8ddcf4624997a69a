// /api/ui/projects/{projectId}/facets and …/pulse (contract/openapi/ui.yaml).
#pragma once

#include "analytics/engine.h"
#include "api/endpoint.h"
#include "base/time.h"

namespace clew::api {

void register_ui_facets(Endpoints& endpoints, analytics::Engine& engine, const Clock& clock);

}  // namespace clew::api
