// Model definitions and prices in the settings (contract/openapi/ui.yaml), below /api/ui/projects/{projectId}.
//
//   GET    /models            kProjectRead  of the project and built-in, all of them
//   POST   /models            kModelsWrite
//   PUT    /models/{modelId}  kModelsWrite  replaces as a whole
//   DELETE /models/{modelId}  kModelsWrite
//   POST   /model-match       kProjectRead  which definition and tier would apply, and what it would cost
//   GET    /model-repricings  kProjectRead  the latest runs
//   POST   /model-repricings  kModelsWrite  prices the past anew, or shows what that would change
#pragma once

#include "api/endpoint.h"
#include "ingest/enrich/model_catalog.h"
#include "models/models.h"
#include "models/repricing.h"

namespace clew::api {

// References outlive the routes.
struct UiModelRoutes {
  models::Models& models;
  ingest::ModelCatalog& catalog;
  models::Repricing& repricing;
  const Clock& clock;
};
void register_ui_models(Endpoints& endpoints, UiModelRoutes routes);

}  // namespace clew::api
