#include "api/public/health.h"

#include <memory>

#include "api/version.h"
#include "base/json.h"

namespace clew::api {

namespace {

http::Response status_response(int status, std::string_view text, const std::vector<std::string>& degraded) {
  json::Object body;
  body["status"] = text;
  body["version"] = kReferenceVersion;
  body["clewVersion"] = kVersion;
  if (!degraded.empty()) {
    json::Array names;
    for (const std::string& name : degraded)
      names.emplace_back(name);
    body["degraded"] = std::move(names);
  }
  return http::json_response(status, json::to_text(body));
}

std::vector<std::string> asked(const std::function<std::vector<std::string>()>& check) {
  return check ? check() : std::vector<std::string>();
}

http::Response health(const HealthChecks& checks, const http::Query& query) {
  const std::vector<std::string> degraded = asked(checks.degraded);
  if (query.find("failIfDatabaseUnavailable") == "true" && checks.is_database_available &&
      !checks.is_database_available()) {
    return status_response(503, "Database not available", degraded);
  }
  if (query.find("failIfNoRecentEvents") == "true" && checks.has_recent_events && !checks.has_recent_events()) {
    return status_response(503, "No events within the last 3 minutes", degraded);
  }
  return status_response(200, "OK", degraded);
}

http::Response ready(const HealthChecks& checks) {
  const std::vector<std::string> degraded = asked(checks.degraded);
  if (checks.is_draining && checks.is_draining()) return status_response(500, "Shutting down", degraded);
  const std::vector<std::string> reasons = asked(checks.unready);
  if (!reasons.empty()) return status_response(503, reasons.front(), degraded);
  return status_response(200, "OK", degraded);
}

}  // namespace

void register_health(Endpoints& endpoints, HealthChecks checks) {
  const auto shared = std::make_shared<const HealthChecks>(std::move(checks));
  const auto add = [&](const char* pattern, bool is_ready) {
    for (const http::Method method : {http::Method::kGet, http::Method::kPost}) {
      endpoints.add_deferred(
          {.method = method, .pattern = pattern, .scope = domain::Scope::kPublic, .on_io_thread = true},
          [shared, is_ready](Context& context, http::Respond respond) {
            respond(is_ready ? ready(*shared) : health(*shared, context.query));
          });
    }
  };
  add("/api/public/health", false);
  add("/api/health", false);
  add("/api/public/ready", true);
  add("/api/ready", true);
}

}  // namespace clew::api
