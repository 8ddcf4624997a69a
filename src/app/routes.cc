#include "app/routes.h"

#include "api/public/experiments.h"
#include "api/public/ingestion.h"
#include "api/public/models.h"
#include "api/public/observations.h"
#include "api/public/observations_v2.h"
#include "api/public/organizations.h"
#include "api/public/otel.h"
#include "api/public/projects.h"
#include "api/public/score_writes.h"
#include "api/public/scores.h"
#include "api/public/scores_v3.h"
#include "api/public/sessions.h"
#include "api/public/traces.h"
#include "api/ui/api_keys.h"
#include "api/ui/facets.h"
#include "api/ui/models.h"
#include "api/ui/observations.h"
#include "api/ui/organizations.h"
#include "api/ui/session.h"
#include "api/ui/status.h"
#include "api/ui/texts.h"
#include "api/ui/traces.h"
#include "api/version.h"

namespace clew::app {

void register_intake_routes(api::Endpoints& endpoints, api::IntakeDoors doors, bool reject_invalid) {
  api::register_otel(endpoints, doors, {.reject_invalid = reject_invalid});
  api::register_ingestion(endpoints, doors);
  api::register_score_writes(endpoints, doors);
}

void register_identity_routes(api::Endpoints& endpoints, Identity& identity, const config::Settings& settings) {
  api::SessionPage page{.version = std::string(api::kVersion)};
  if (settings.init.show_sign_in) {
    page.demo = {.email = settings.init.user_email, .password = settings.init.user_password.reveal()};
  }
  api::register_session(endpoints, {.accounts = identity.accounts,
                                    .sessions = identity.sessions,
                                    .organizations = identity.organizations,
                                    .guard = identity.guard,
                                    .page = std::move(page),
                                    .access = &identity.access});
  api::register_organizations(
      endpoints,
      {.accounts = identity.accounts, .organizations = identity.organizations, .projects = identity.projects});
  api::register_api_keys(endpoints, identity.api_keys);
  api::register_projects(endpoints, {.projects = identity.projects, .keys = identity.api_keys});
  api::register_organization_keys(
      endpoints, {.organizations = identity.organizations, .projects = identity.projects, .keys = identity.api_keys});
}

void register_model_routes(api::Endpoints& endpoints, models::Models& project_models, ingest::ModelCatalog& catalog,
                           models::Repricing& repricing, const Clock& clock) {
  api::register_models(endpoints, {.models = project_models, .catalog = catalog});
  api::register_ui_models(endpoints,
                          {.models = project_models, .catalog = catalog, .repricing = repricing, .clock = clock});
}

void register_read_routes(api::Endpoints& endpoints, analytics::Engine& engine, const CatalogPrices& prices,
                          const IngestionFacts& ingestion, retention::Deletions& deletions, const Clock& clock) {
  api::register_traces(endpoints, engine, deletions);
  api::register_observations(endpoints, engine, prices);
  api::register_observations_v2(endpoints, engine, prices);
  api::register_sessions(endpoints, engine);
  api::register_scores(endpoints, engine);
  api::register_scores_v3(endpoints, engine);
  api::register_experiments(endpoints, engine);
  api::register_ui_traces(endpoints, engine);
  api::register_ui_observations(endpoints, engine, prices);
  api::register_ui_texts(endpoints, engine);
  api::register_ui_facets(endpoints, engine, clock);
  api::register_ui_status(endpoints, engine, ingestion);
}

void register_upkeep_routes(api::Endpoints& endpoints, api::UpkeepRoutes routes) {
  api::register_upkeep(endpoints, routes);
}

}  // namespace clew::app
