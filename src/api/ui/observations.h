// /api/ui/projects/{projectId}/observations, …/observations/count and
// …/traces/{traceId}/observations/{observationId} (contract/openapi/ui.yaml).
#pragma once

#include "analytics/engine.h"
#include "api/endpoint.h"
#include "query/unit_prices.h"

namespace clew::api {

void register_ui_observations(Endpoints& endpoints, analytics::Engine& engine, const query::UnitPrices& prices);

}  // namespace clew::api
