#include "app/routes.h"

#include "api/public/ingestion.h"
#include "api/public/observations.h"
#include "api/public/observations_v2.h"
#include "api/public/otel.h"
#include "api/public/projects.h"
#include "api/public/score_writes.h"
#include "api/public/scores.h"
#include "api/public/scores_v3.h"
#include "api/public/sessions.h"
#include "api/public/traces.h"
#include "api/ui/api_keys.h"
#include "api/ui/facets.h"
#include "api/ui/observations.h"
#include "api/ui/organizations.h"
#include "api/ui/session.h"
#include "api/ui/status.h"
#include "api/ui/traces.h"
#include "api/version.h"

namespace clew::app {

void register_intake_routes(api::Endpoints& endpoints, api::IntakeDoors doors) {
  api::register_otel(endpoints, doors);
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
                                    .page = std::move(page)});
  api::register_organizations(
      endpoints,
      {.accounts = identity.accounts, .organizations = identity.organizations, .projects = identity.projects});
  api::register_api_keys(endpoints, identity.api_keys);
  api::register_projects(endpoints, {.projects = identity.projects, .keys = identity.api_keys});
}

void register_read_routes(api::Endpoints& endpoints, analytics::Engine& engine, const CatalogPrices& prices,
                          const IngestionFacts& ingestion, const Clock& clock) {
  api::add_trace_routes(endpoints, engine);
  api::add_observation_routes(endpoints, engine, prices);
  api::add_observation_v2_routes(endpoints, engine, prices);
  api::add_session_routes(endpoints, engine);
  api::add_score_read_routes(endpoints, engine);
  api::add_score_v3_routes(endpoints, engine);
  api::add_ui_trace_routes(endpoints, engine);
  api::add_ui_observation_routes(endpoints, engine, prices);
  api::add_ui_facet_routes(endpoints, engine, clock);
  api::add_ui_status_routes(endpoints, engine, ingestion);
}

}  // namespace clew::app
