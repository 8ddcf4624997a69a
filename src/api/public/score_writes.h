// POST /api/public/scores: one score as an object, or a list of them (contract/api.md B.7, sdk5.md 2.1).
#pragma once

#include "api/public/intake_request.h"

namespace clew::api {

void register_score_writes(Endpoints& endpoints, IntakeDoors doors);

}  // namespace clew::api
