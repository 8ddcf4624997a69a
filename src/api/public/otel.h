// POST /api/public/otel/v1/traces · POST /api/public/otel/v1/metrics (contract/otel-mapping.md 1).
#pragma once

#include "api/public/intake_request.h"

namespace clew::api {

void register_otel(Endpoints& endpoints, IntakeDoors doors);

}  // namespace clew::api
