// The analytics store as requests read it, and the threads on which they wait for it.
#pragma once

#include "analytics/admitted_engine.h"
#include "config/settings.h"
#include "http/thread_pool.h"

namespace clew::app {

class Reads {
 public:
  // All must outlive it.
  Reads(const config::AnalyticsSettings& settings, analytics::Engine& engine, telemetry::Metrics& metrics);

  analytics::Engine& engine() { return engine_; }
  // Handlers that read run here, so that reads in line never hold the threads that check keys and take data.
  http::ThreadPool& pool() { return pool_; }

 private:
  analytics::ReadLine line_;
  analytics::AdmittedEngine engine_;
  http::ThreadPool pool_;
};

}  // namespace clew::app
