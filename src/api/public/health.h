// Liveness and readiness (contract/api.md B.19, contract/operations.md 7).
#pragma once

#include <functional>
#include <string>
#include <vector>

#include "api/endpoint.h"

namespace clew::api {

// One line of `checks`, which trusted callers get with ?verbose=true.
struct HealthDetail {
  std::string name;
  bool is_good = true;
  std::string text;  // why not
};

// What the process knows about itself. Every function answers from memory: probes are answered on an io thread, also
// when every store hangs. An empty function stands for the good answer.
struct HealthChecks {
  std::function<bool()> is_draining;                   // SIGTERM was received
  std::function<std::vector<std::string>()> unready;   // reasons why an acknowledged write would not be durable now
  std::function<std::vector<std::string>()> degraded;  // stores that are away although we can work
  std::function<bool()> is_database_available;
  std::function<bool()> has_recent_events;     // in the last three minutes
  std::function<bool()> is_propagation_stuck;  // accepted items wait for too long
  std::function<bool()> is_consumption_stuck;  // nothing is taken from the queue any more
  bool checks_stuck_by_default = false;        // the process only works: a probe need not ask
  std::function<std::vector<HealthDetail>()> details;
};

// A caller on the machine itself, not one that a proxy speaks for.
bool is_trusted_caller(const http::Request& request);

// GET, HEAD and POST of /api/public/health and /api/public/ready, and of /api/health and /api/ready, which probes of
// workers ask. No credentials.
void register_health(Endpoints& endpoints, HealthChecks checks);

}  // namespace clew::api
