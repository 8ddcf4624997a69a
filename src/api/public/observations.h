// GET /api/public/observations and /api/public/observations/{observationId} (contract/api.md B.4).
#pragma once

#include "analytics/engine.h"
#include "api/endpoint.h"
#include "query/unit_prices.h"

namespace clew::api {

void register_observations(Endpoints& endpoints, analytics::Engine& engine, const query::UnitPrices& prices);

}  // namespace clew::api
