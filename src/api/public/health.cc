#include "api/public/health.h"

#include <memory>

#include "api/version.h"
#include "base/json.h"

namespace clew::api {

namespace {

http::Response status_response(int status, std::string_view text, const std::vector<std::string>& degraded,
                               const std::optional<std::vector<HealthDetail>>& details = {}) {
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
  if (details) {
    json::Object shown;
    for (const HealthDetail& one : *details) {
      json::Object line{{"status", one.is_good ? "ok" : "failed"}};
      if (!one.text.empty()) line["message"] = one.text;
      shown[one.name] = std::move(line);
    }
    body["checks"] = std::move(shown);
  }
  return http::json_response(status, json::to_text(body));
}

bool asks(const std::function<bool()>& check) {
  return check && check();
}

std::vector<std::string> asked(const std::function<std::vector<std::string>()>& check) {
  return check ? check() : std::vector<std::string>();
}

std::optional<std::vector<HealthDetail>> details_for(const HealthChecks& checks, const Context& context) {
  if (context.query.find("verbose") != "true" || !checks.details || !is_trusted_caller(context.request)) return {};
  return checks.details();
}

http::Response health(const HealthChecks& checks, const Context& context) {
  const http::Query& query = context.query;
  const std::vector<std::string> degraded = asked(checks.degraded);
  const auto details = details_for(checks, context);
  const auto wants = [&](const char* parameter) {
    const auto given = query.find(parameter);
    return given ? *given == "true" : checks.checks_stuck_by_default;
  };
  if (query.find("failIfDatabaseUnavailable") == "true" && checks.is_database_available &&
      !checks.is_database_available()) {
    return status_response(503, "Database not available", degraded, details);
  }
  if (query.find("failIfNoRecentEvents") == "true" && checks.has_recent_events && !checks.has_recent_events()) {
    return status_response(503, "No events within the last 3 minutes", degraded, details);
  }
  if (wants("failIfEventPropagationStuck") && asks(checks.is_propagation_stuck)) {
    return status_response(503, "Event propagation is stuck", degraded, details);
  }
  if (wants("failIfQueueConsumptionStuck") && asks(checks.is_consumption_stuck)) {
    return status_response(503, "Queue consumption is stuck", degraded, details);
  }
  return status_response(200, "OK", degraded, details);
}

http::Response ready(const HealthChecks& checks) {
  const std::vector<std::string> degraded = asked(checks.degraded);
  if (checks.is_draining && checks.is_draining()) return status_response(500, "Shutting down", degraded);
  const std::vector<std::string> reasons = asked(checks.unready);
  if (!reasons.empty()) return status_response(503, reasons.front(), degraded);
  return status_response(200, "OK", degraded);
}

}  // namespace

bool is_trusted_caller(const http::Request& request) {
  if (request.headers.find("x-forwarded-for") || request.headers.find("forwarded")) return false;
  return request.remote_address == "127.0.0.1" || request.remote_address == "::1";
}

void register_health(Endpoints& endpoints, HealthChecks checks) {
  const auto shared = std::make_shared<const HealthChecks>(std::move(checks));
  const auto add = [&](const char* pattern, bool is_ready) {
    for (const http::Method method : {http::Method::kGet, http::Method::kPost}) {
      endpoints.add_deferred(
          {.method = method, .pattern = pattern, .scope = domain::Scope::kPublic, .on_io_thread = true},
          [shared, is_ready](Context& context, http::Respond respond) {
            respond(is_ready ? ready(*shared) : health(*shared, context));
          });
    }
  };
  add("/api/public/health", false);
  add("/api/health", false);
  add("/api/public/ready", true);
  add("/api/ready", true);
}

}  // namespace clew::api
