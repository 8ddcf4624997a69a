#include "app/observability.h"

#include <unistd.h>

#include "api/ui/operator.h"
#include "api/ui/operator_dead_letters.h"
#include "api/version.h"
#include "operations/metered_stores.h"
#include "telemetry/process.h"

namespace clew::app {

namespace {

constexpr std::int64_t kRecentUs = 3LL * 60 * 1'000'000;
constexpr std::int64_t kMinuteUs = 60'000'000;

// A URL may carry a password.
std::string without_credentials(std::string value) {
  const auto scheme = value.find("://");
  const auto at = value.find('@', scheme == value.npos ? 0 : scheme);
  if (scheme == value.npos || at == value.npos) return value;
  return value.substr(0, scheme + 3) + "…" + value.substr(at);
}

std::vector<api::ShownSetting> shown(const config::Table* table) {
  std::vector<api::ShownSetting> out;
  if (table == nullptr) return out;
  for (const config::Setting& setting : table->settings()) {
    const std::string value = setting.show();
    out.push_back({.key = setting.key,
                   .value = setting.is_secret ? (value.empty() ? "" : "set, not shown") : without_credentials(value),
                   .origin = setting.origin_name.empty()
                                 ? std::string(to_text(setting.origin))
                                 : std::string(to_text(setting.origin)) + " " + setting.origin_name,
                   .help = setting.help,
                   .is_effective = setting.is_effective});
  }
  return out;
}

}  // namespace

Observability::Observability(const config::Settings& settings, const config::Table* table, telemetry::Metrics& metrics,
                             telemetry::LogSink& sink, const Clock& clock)
    : settings_(settings),
      table_(table),
      metrics_(metrics),
      sink_(sink),
      clock_(clock),
      book_(metrics, clock),
      ledger_(metrics, telemetry::Logger(sink, "ingest"), clock) {
  telemetry::register_process(metrics, api::kVersion, clock.now_us(), &sink);
}

std::function<int(int)> Observability::metered_sync() {
  auto& seconds = metrics_.histogram("lf_wal_fsync_seconds", "One fdatasync of the ingest log: a group commit.",
                                     telemetry::latency_bounds());
  auto& failures = metrics_.counter("lf_wal_fsync_failures_total",
                                    "Failed fdatasync calls of the ingest log; nothing was acknowledged.");
  return [&seconds, &failures](int fd) {
    const std::int64_t began = monotonic_us();
    const int failed = ::fdatasync(fd);
    const int why = errno;
    seconds.observe(static_cast<double>(monotonic_us() - began) / 1e6);
    if (failed != 0) failures.add();
    errno = why;
    return failed;
  };
}

void Observability::meter(Stores& stores) {
  stores.engine = std::make_unique<operations::MeteredEngine>(std::move(stores.engine), book_, metrics_);
  stores.database = std::make_unique<operations::MeteredDatabase>(std::move(stores.database), book_);
  descriptions_ = {{"analytics", stores.engine->description()}, {"meta", stores.database->description()}};
}

void Observability::watch(Stores& stores, ingest::DeadLetters& letters, const ingest::IngestProgress& progress,
                          const std::string& data_dir) {
  observer_ = std::make_unique<operations::Observer>(operations::ObserverParts{
      .log = *stores.log,
      .progress = progress,
      .ledger = ledger_,
      .dead_letters = letters,
      .engine = *stores.engine,
      .database = *stores.database,
      .book = book_,
      .metrics = metrics_,
      .clock = clock_,
      .data_dir = data_dir,
      .disk_free_bytes_min = settings_.ingest.disk_free_bytes_min,
      .disk_free_share_min = static_cast<double>(settings_.ingest.disk_free_percent_min) / 100.0});
  desk_ = std::make_unique<operations::DeadLetterDesk>(letters, *stores.log, *stores.database, clock_,
                                                       telemetry::Logger(sink_, "operations"), metrics_);
}

void Observability::start() {
  observer_->start();
  const config::TelemetrySettings& telemetry = settings_.telemetry;
  if (telemetry.dogstatsd_host.empty()) return;
  auto emitter = telemetry::DogStatsd::start({.host = telemetry.dogstatsd_host,
                                              .port = static_cast<int>(telemetry.dogstatsd_port),
                                              .environment = telemetry.dogstatsd_environment,
                                              .service = telemetry.dogstatsd_service},
                                             metrics_);
  if (emitter) {
    dogstatsd_ = *std::move(emitter);
  } else {
    telemetry::Logger(sink_, "operations").warn("dogstatsd.not_sent", {{"why", emitter.error().message}});
  }
}

void Observability::stop() {
  dogstatsd_.reset();
  if (observer_) observer_->stop();
}

void Observability::register_routes(api::Endpoints& endpoints) {
  api::register_operator(endpoints, {.observer = *observer_,
                                     .ledger = ledger_,
                                     .desk = *desk_,
                                     .clock = clock_,
                                     .version = std::string(api::kVersion),
                                     .stores = descriptions_,
                                     .settings = shown(table_)});
  api::register_operator_dead_letters(endpoints, *desk_);
}

void Observability::complete(api::HealthChecks& checks, const ingest::Log& log) {
  operations::Observer* observer = observer_.get();
  checks.degraded = [observer] { return observer->stores_down(); };
  checks.is_database_available = [this] { return book_.is_up("meta"); };
  checks.has_recent_events = [observer] { return observer->has_events_within(kRecentUs); };
  checks.checks_stuck_by_default = settings_.role == "worker";
  checks.is_propagation_stuck = [&log, limit = settings_.telemetry.stuck_propagation_minutes * kMinuteUs] {
    return log.state().oldest_age_us > limit;
  };
  checks.is_consumption_stuck = [observer, limit = settings_.telemetry.stuck_consumption_minutes * kMinuteUs] {
    return observer->stuck_us() > limit;
  };
  checks.details = [this, observer, &log] {
    std::vector<api::HealthDetail> out;
    const ingest::LogState state = log.state();
    out.push_back({.name = "ingest", .is_good = state.accepting, .text = state.reason});
    for (const auto& [name, description] : descriptions_)
      out.push_back({.name = name, .is_good = book_.is_up(name), .text = {}});
    const operations::DiskFacts disk = observer->disk();
    out.push_back({.name = "disk", .is_good = disk.free_bytes >= disk.guard_bytes, .text = {}});
    return out;
  };
}

}  // namespace clew::app
