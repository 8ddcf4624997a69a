// Which routes the program has: the table of contents of the API, and what they are connected to.
#pragma once

#include "api/public/intake_request.h"
#include "api/ui/upkeep.h"
#include "app/connections.h"
#include "app/identity.h"
#include "jobs/job_store.h"
#include "models/models.h"
#include "models/repricing.h"
#include "retention/deletions.h"

namespace clew::app {

// `reject_invalid`: an OTLP export with an invalid span is refused whole.
void register_intake_routes(api::Endpoints& endpoints, api::IntakeDoors doors, bool reject_invalid);

// Sign-in, organisations, projects, members and keys: the UI's and the public ones.
void register_identity_routes(api::Endpoints& endpoints, Identity& identity, const config::Settings& settings);

// Model definitions, what they would cost, and prices of the past.
void register_model_routes(api::Endpoints& endpoints, models::Models& project_models, ingest::ModelCatalog& catalog,
                           models::Repricing& repricing, const Clock& clock);

// Everything that reads traces, observations, sessions and scores. The references must outlive the routes.
void register_read_routes(api::Endpoints& endpoints, analytics::Engine& engine, const CatalogPrices& prices,
                          const IngestionFacts& ingestion, retention::Deletions& deletions, const Clock& clock);

// Deleting, retention and background jobs in the interface.
void register_upkeep_routes(api::Endpoints& endpoints, api::UpkeepRoutes routes);

}  // namespace clew::app
