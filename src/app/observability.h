// The parts of the program that watch the others: meters on the stores, the books of the doors, the observer, the desk
// for dead letters and the way out to a Datadog agent. Built around the stores, before whoever uses them.
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "api/endpoint.h"
#include "api/public/health.h"
#include "app/stores.h"
#include "config/settings.h"
#include "config/table.h"
#include "ingest/intake/ledger.h"
#include "ingest/worker/dead_letters.h"
#include "ingest/worker/progress.h"
#include "operations/dead_letter_desk.h"
#include "operations/observer.h"
#include "operations/query_book.h"
#include "telemetry/dogstatsd.h"
#include "telemetry/log.h"
#include "telemetry/metrics.h"

namespace clew::app {

class Observability {
 public:
  // What it is given must outlive it. `table` may be null: then the page shows no settings.
  Observability(const config::Settings& settings, const config::Table* table, telemetry::Metrics& metrics,
                telemetry::LogSink& sink, const Clock& clock);

  // fdatasync with a meter, for the ingest log.
  std::function<int(int)> metered_sync();
  // Puts meters on the stores.
  void meter(Stores& stores);
  // Once what it watches exists.
  void watch(Stores& stores, ingest::DeadLetters& letters, const ingest::IngestProgress& progress,
             const std::string& data_dir);
  void start();
  // Before the stores close.
  void stop();

  ingest::IntakeLedger& ledger() { return ledger_; }
  void register_routes(api::Endpoints& endpoints);
  // Adds what the observer knows; all of it from memory.
  void complete(api::HealthChecks& checks, const ingest::Log& log);

 private:
  const config::Settings& settings_;
  const config::Table* table_;
  telemetry::Metrics& metrics_;
  telemetry::LogSink& sink_;
  const Clock& clock_;
  operations::QueryBook book_;
  ingest::IntakeLedger ledger_;
  std::vector<std::pair<std::string, std::string>> descriptions_;
  std::unique_ptr<operations::Observer> observer_;
  std::unique_ptr<operations::DeadLetterDesk> desk_;
  std::unique_ptr<telemetry::DogStatsd> dogstatsd_;
};

}  // namespace clew::app
