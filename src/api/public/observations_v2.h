// GET /api/public/v2/observations (contract/api.md B.5, sdk5.md 1.6 and 1.8).
#pragma once

#include "analytics/engine.h"
#include "api/endpoint.h"
#include "query/unit_prices.h"

namespace clew::api {

void register_observations_v2(Endpoints& endpoints, analytics::Engine& engine, const query::UnitPrices& prices);

}  // namespace clew::api
