#include "app/routes.h"

#include "api/public/ingestion.h"
#include "api/public/otel.h"
#include "api/public/score_writes.h"

namespace clew::app {

void register_intake_routes(api::Endpoints& endpoints, api::IntakeDoors doors) {
  api::register_otel(endpoints, doors);
  api::register_ingestion(endpoints, doors);
  api::register_score_writes(endpoints, doors);
}

}  // namespace clew::app
