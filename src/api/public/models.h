// Model definitions: what a model is called and what its usage costs (contract/cost.md 9, sdk5.md 2.2).
//
//   GET    /api/public/models?page&limit&fromTimestamp&toTimestamp  kProjectRead  of the project and built-in, by name
//   POST   /api/public/models                                       kModelsWrite
//   GET    /api/public/models/{modelId}                             kProjectRead
//   PUT    /api/public/models/{modelId}                             kModelsWrite  creates or replaces
//   DELETE /api/public/models/{modelId}                             kModelsWrite  of the project only
#pragma once

#include "api/endpoint.h"
#include "ingest/enrich/model_catalog.h"
#include "models/models.h"

namespace clew::api {

// References outlive the routes.
struct ModelRoutes {
  models::Models& models;         // those of projects
  ingest::ModelCatalog& catalog;  // the built-in ones
};
void register_models(Endpoints& endpoints, ModelRoutes routes);

}  // namespace clew::api
