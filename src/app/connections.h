// Small adapters: what one layer asks for in its own words, answered by another. Only app knows both sides.
#pragma once

#include "analytics/engine.h"
#include "api/assets/trace_link.h"
#include "api/authentication.h"
#include "api/ui/status.h"
#include "auth/authenticator.h"
#include "config/settings.h"
#include "ingest/enrich/model_catalog.h"
#include "ingest/intake/arrivals.h"
#include "ingest/log/log.h"
#include "ingest/worker/progress.h"
#include "projects/api_keys.h"
#include "projects/organizations.h"
#include "query/unit_prices.h"

namespace clew::app {

// api asks who it is; auth knows. In the public API the Authorization header counts, everywhere else the session
// cookie.
class RouteAuthentication final : public api::Authentication {
 public:
  // `door`: the same for every route, whatever its path.
  explicit RouteAuthentication(auth::Authenticator& authenticator, std::optional<auth::Door> door = std::nullopt)
      : authenticator_(authenticator), door_(door) {}

  std::optional<Result<domain::Principal>> authenticate_cached(const http::Request& request, const api::Route& route,
                                                               const api::PathParams& params) override;
  Result<domain::Principal> authenticate(const http::Request& request, const api::Route& route,
                                         const api::PathParams& params) override;

 private:
  auth::Authenticator& authenticator_;
  const std::optional<auth::Door> door_;
};

// The link old SDKs print names a trace and no project.
class TraceProjects final : public api::TraceLocator {
 public:
  TraceProjects(projects::Organizations& organizations, analytics::Engine& engine)
      : organizations_(organizations), engine_(engine) {}

  Result<std::optional<std::string>> project_of(const domain::Principal& who, std::string_view trace_id) override;

 private:
  projects::Organizations& organizations_;
  analytics::Engine& engine_;
};

// query shows what a unit costs; the model catalog knows.
class CatalogPrices final : public query::UnitPrices {
 public:
  explicit CatalogPrices(ingest::ModelCatalog& models) : models_(models) {}

  std::optional<query::TierPrices> find(std::string_view project_id, std::string_view model_id,
                                        std::string_view tier_id) const override;

 private:
  ingest::ModelCatalog& models_;
};

// The UI asks how ingestion is doing; log, worker and arrivals know.
class IngestionFacts final : public api::IngestionView {
 public:
  IngestionFacts(const ingest::Log& log, const ingest::IngestProgress& progress, const ingest::ArrivalLog& arrivals,
                 projects::ApiKeys& keys, const config::ServerSettings& server)
      : log_(log), progress_(progress), arrivals_(arrivals), keys_(keys), server_(server) {}

  api::IngestionStatus status(std::string_view project_id) const override;
  std::vector<api::Arrival> arrivals(std::string_view project_id) const override;

 private:
  const ingest::Log& log_;
  const ingest::IngestProgress& progress_;
  const ingest::ArrivalLog& arrivals_;
  projects::ApiKeys& keys_;
  const config::ServerSettings& server_;
};

}  // namespace clew::app
