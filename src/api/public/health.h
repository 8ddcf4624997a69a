// Liveness and readiness (contract/api.md B.19, contract/operations.md 7).
#pragma once

#include <functional>
#include <string>
#include <vector>

#include "api/endpoint.h"

namespace clew::api {

// What the process knows about itself. Every function answers from memory: probes are answered on an io thread, also
// when every store hangs. An empty function stands for the good answer.
struct HealthChecks {
  std::function<bool()> is_draining;                   // SIGTERM was received
  std::function<std::vector<std::string>()> unready;   // reasons why an acknowledged write would not be durable now
  std::function<std::vector<std::string>()> degraded;  // stores that are away although we can work
  std::function<bool()> is_database_available;
  std::function<bool()> has_recent_events;  // in the last three minutes
};

// GET, HEAD and POST of /api/public/health and /api/public/ready, and of /api/health and /api/ready, which probes of
// workers ask. No credentials.
void register_health(Endpoints& endpoints, HealthChecks checks);

}  // namespace clew::api
