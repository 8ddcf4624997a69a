// The other ways in for OTLP, beside /api/public/otel on the main port: gRPC, and for this machine the two default
// ports of OpenTelemetry, where exporters without any setting find us.
#pragma once

#include <memory>
#include <optional>
#include <string>

#include "api/authentication.h"
#include "api/public/otel.h"
#include "config/settings.h"
#include "http/memory_budget.h"
#include "http/server.h"
#include "http/thread_pool.h"
#include "ingest/intake/ledger.h"
#include "projects/projects.h"
#include "telemetry/log.h"
#include "telemetry/metrics.h"

namespace clew::app {

// What stands behind the doors. References must outlive them.
struct BehindOtlp {
  const config::Settings& settings;
  http::Application& main;    // serves /api/public/otel
  api::Authentication& keys;  // Authorization headers only
  api::IntakeDoors intake;
  ingest::IntakeLedger& ledger;
  http::ThreadPool& pool;
  projects::Projects& projects;
  std::shared_ptr<http::MemoryBudget> body_memory;
  telemetry::Logger log;
  telemetry::Metrics& metrics;
};

class OtlpDoors {
 public:
  // kUnavailable: the gRPC port that the settings name is taken. A default port that is taken is a warning: nobody
  // asked for it by name, and a collector may be there on purpose.
  static Result<std::unique_ptr<OtlpDoors>> open(const BehindOtlp& behind);
  OtlpDoors(const OtlpDoors&) = delete;
  OtlpDoors& operator=(const OtlpDoors&) = delete;
  ~OtlpDoors();

  // Lines for the banner, one for each door that is open.
  std::string banner() const;
  // Lets requests in work finish until the deadline. Idempotent.
  void stop(std::chrono::milliseconds deadline);

 private:
  struct Parts;
  explicit OtlpDoors(std::unique_ptr<Parts> parts);
  std::unique_ptr<Parts> parts_;
};

}  // namespace clew::app
