// Prices of the past: computes cost, tier and model of stored observations anew with the definitions of now. A durable
// job per project and time range; a dry run does everything but write.
//
// What clients reported stays untouched: provided cost wins, usage is used as it is stored. Only narrow rows are
// written, never texts.
#pragma once

#include <functional>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "analytics/engine.h"
#include "auth/audit.h"
#include "ingest/enrich/model_catalog.h"
#include "jobs/job_runner.h"
#include "jobs/job_store.h"
#include "meta/database.h"

namespace clew::models {

struct RepricingWish {
  TimeUs from = 0, to = 0;  // observations that started in [from, to)
  std::string model;        // only those whose client named this model; "" = all
  bool is_dry = false;
};

// Dollars without rounding, however many rows are summed.
class Money {
 public:
  Money() = default;
  Money(std::int64_t dollars, std::int64_t pico) : dollars_(dollars), pico_(pico) {}
  void add(domain::Picodollars amount);
  std::int64_t dollars() const { return dollars_; }
  std::int64_t pico() const { return pico_; }
  double value() const { return static_cast<double>(dollars_) + static_cast<double>(pico_) * 1e-12; }

 private:
  std::int64_t dollars_ = 0, pico_ = 0;
};

struct RepricingTotals {
  std::int64_t seen = 0;     // observations with usage and without provided cost
  std::int64_t changed = 0;  // of them, whose model, tier or cost is another one
  Money before, after;       // cost of the changed ones
};

struct RepricingRun {
  std::string id;
  jobs::State state = jobs::State::kQueued;
  RepricingWish wish;
  std::optional<std::int64_t> total;                              // observations to look at, once known
  RepricingTotals totals;                                         // so far
  std::vector<std::pair<std::string, RepricingTotals>> by_model;  // changed ones only, by name as the client gave it
  std::string error;
  TimeUs created_at = 0;
  std::optional<TimeUs> finished_at;
};

class Repricing {
 public:
  static constexpr std::string_view kJobKind = "reprice_models";

  // References outlive the object. `wake`: called after a job was enqueued.
  Repricing(meta::Database& database, analytics::Engine& engine, ingest::ModelCatalog& catalog, const Clock& clock,
            std::function<void()> wake);

  // Enqueues, with an audit entry. kInvalidArgument: an empty range. kConflict: one of this project is under way.
  // Callers are authorised for the project.
  Result<std::string> start(const std::string& project_id, const RepricingWish& wish, const auth::Actor& actor);
  // The latest ones of the project, newest first.
  Result<std::vector<RepricingRun>> runs(const std::string& project_id);

  // The handler of the job: continues at its point.
  Result<> run(jobs::Running& running);

 private:
  meta::Database& database_;
  analytics::Engine& engine_;
  ingest::ModelCatalog& catalog_;
  const Clock& clock_;
  jobs::JobStore store_;
  std::function<void()> wake_;
};

}  // namespace clew::models
