// Which routes the program has: the table of contents of the API, and what they are connected to.
#pragma once

#include "api/public/intake_request.h"
#include "app/identity.h"

namespace clew::app {

void register_intake_routes(api::Endpoints& endpoints, api::IntakeDoors doors);

}  // namespace clew::app
