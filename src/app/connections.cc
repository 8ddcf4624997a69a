#include "app/connections.h"

#include "api/public/otel_local.h"
#include "config/listen_address.h"

namespace clew::app {

namespace {

auth::Door door_of(const api::Route& route) {
  return route.pattern.starts_with("/api/public/") ? auth::Door::kKeys : auth::Door::kBrowser;
}

}  // namespace

std::optional<Result<domain::Principal>> RouteAuthentication::authenticate_cached(const http::Request& request,
                                                                                  const api::Route& route,
                                                                                  const api::PathParams& params) {
  return authenticator_.try_authenticate(request, door_.value_or(door_of(route)), route.scope, params);
}

Result<domain::Principal> RouteAuthentication::authenticate(const http::Request& request, const api::Route& route,
                                                            const api::PathParams& params) {
  return authenticator_.authenticate(request, door_.value_or(door_of(route)), route.scope, params);
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

api::IngestionStatus IngestionFacts::status(std::string_view project_id) const {
  const ingest::LogState state = log_.state();
  api::IngestionStatus out;
  out.version = progress_.version(project_id);
  out.spans_per_second = progress_.rows_per_second();
  out.visible_ms = progress_.visible_ms();
  out.accepting = state.accepting;
  out.backlog_bytes = state.backlog_bytes;
  out.public_url = server_.public_url;
  const auto grpc = config::parse_listen_address(server_.otlp_grpc_listen);
  if (grpc && grpc->port != 0) out.otlp_grpc_port = grpc->port;
  return out;
}

namespace {

// Why a request of a known key was refused, and what to do.
std::string hint_of(const ingest::Arrival& arrival) {
  switch (arrival.status) {
    case 401:
      return arrival.secret_end.empty() ? "The public key is right, the secret is not. Copy both halves of one key."
                                        : "The public key is right, the secret is not. It ends in " +
                                              arrival.secret_end + ". Copy both halves of one key.";
    case 400:
      return "The body could not be read. Check the exporter's encoding and Content-Type.";
    case 404:
      return "There is nothing at this path. OTLP goes to /api/public/otel/v1/traces.";
    case 413:
      return "The request is too large. Send smaller batches.";
    case 415:
      return "This Content-Encoding is not understood. Use gzip, deflate, zstd or none.";
    case 503:
      return "The server took nothing; the client will send it again.";
    default:
      return arrival.status >= 400 ? "Refused." : "";
  }
}

}  // namespace

std::vector<api::Arrival> IngestionFacts::arrivals(std::string_view project_id) const {
  const auto keys = keys_.list(std::string(project_id));
  if (!keys) return {};
  std::vector<std::string> public_keys;
  for (const projects::ApiKey& key : *keys)
    public_keys.push_back(key.public_key);
  if (server_.otlp_default_project == project_id) public_keys.emplace_back(api::kLocalOtlpKey);
  std::vector<api::Arrival> out;
  for (const ingest::Arrival& arrival : arrivals_.of(public_keys)) {
    out.push_back({.time_us = arrival.time_us,
                   .method = arrival.method,
                   .path = arrival.path,
                   .status = arrival.status,
                   .sdk = arrival.sdk,
                   .remote_address = arrival.remote_address,
                   .items = arrival.items,
                   .hint = hint_of(arrival)});
  }
  return out;
}

}  // namespace clew::app
