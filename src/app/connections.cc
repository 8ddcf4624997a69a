#include "app/connections.h"

namespace clew::app {

namespace {

auth::Door door_of(const api::Route& route) {
  return route.pattern.starts_with("/api/public/") ? auth::Door::kKeys : auth::Door::kBrowser;
}

}  // namespace

std::optional<Result<domain::Principal>> RouteAuthentication::authenticate_cached(const http::Request& request,
                                                                                  const api::Route& route,
                                                                                  const api::PathParams& params) {
  return authenticator_.try_authenticate(request, door_of(route), route.scope, params);
}

Result<domain::Principal> RouteAuthentication::authenticate(const http::Request& request, const api::Route& route,
                                                            const api::PathParams& params) {
  return authenticator_.authenticate(request, door_of(route), route.scope, params);
}

Result<std::optional<std::string>> TraceProjects::project_of(const domain::Principal& who, std::string_view trace_id) {
  if (who.kind != domain::PrincipalKind::kUser) return std::optional<std::string>();
  CLEW_TRY(const auto organizations, organizations_.visible_to(who.user_id));
  std::vector<std::string> projects;
  for (const auto& organization : organizations) {
    for (const auto& project : organization.projects)
      projects.push_back(project.id);
  }
  if (projects.empty()) return std::optional<std::string>();
  // Bound to the projects the user may read instead of to one.
  analytics::SystemParams params;
  params.texts("projects", projects).text("trace_id", trace_id);
  CLEW_TRY(const auto rows,
           engine_.select("project_of_trace",
                          "SELECT project_id FROM observations WHERE project_id IN {projects:Array(String)} "
                          "AND trace_id = {trace_id:String} UNION ALL "
                          "SELECT project_id FROM trace_attributes WHERE project_id IN {projects:Array(String)} "
                          "AND trace_id = {trace_id:String} LIMIT 1",
                          params));
  if (rows.empty()) return std::optional<std::string>();
  return std::optional<std::string>(rows.text(0, 0));
}

std::optional<query::TierPrices> CatalogPrices::find(std::string_view project_id, std::string_view model_id,
                                                     std::string_view tier_id) const {
  const auto model = models_.find(project_id, model_id);
  if (!model) return std::nullopt;
  for (const ingest::PricingTier& tier : model->definition().tiers) {
    if (tier_id.empty() ? !tier.is_default : tier.id != tier_id) continue;
    query::TierPrices out;
    for (const auto& [usage_type, price] : tier.prices)
      out.emplace_back(usage_type, ingest::to_text(price));
    return out;
  }
  return std::nullopt;
}

}  // namespace clew::app
