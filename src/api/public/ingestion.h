// POST /api/public/ingestion: batches of events from older SDKs, and scores (contract/ingestion.md 2).
// POST /api/public/traces · POST, PATCH /spans · POST, PATCH /generations · POST /events: one record each, from the
// time before batches (contract/ingestion.md 8).
#pragma once

#include "api/public/intake_request.h"

namespace clew::api {

void register_ingestion(Endpoints& endpoints, IntakeDoors doors);

}  // namespace clew::api
