#include "app/program.h"

#include <csignal>
#include <thread>

#include <fmt/format.h>
#include <unistd.h>

#include "api/assets/pages.h"
#include "api/assets/trace_link.h"
#include "api/endpoint_table.h"
#include "api/public/health.h"
#include "api/public/media.h"
#include "api/public/score_configs.h"
#include "app/connections.h"
#include "app/media.h"
#include "app/metrics_listener.h"
#include "app/observability.h"
#include "app/otlp_doors.h"
#include "app/paths.h"
#include "app/price_list.h"
#include "app/reads.h"
#include "app/routes.h"
#include "app/self_traces.h"
#include "app/server_options.h"
#include "app/stores.h"
#include "app/watched_table.h"
#include "config/secrets_file.h"
#include "http/server.h"
#include "ingest/enrich/model_definition.h"
#include "ingest/worker/worker.h"
#include "jobs/job_runner.h"
#include "media/extraction.h"
#include "media/field_overflow.h"
#include "models/models.h"
#include "models/repricing.h"
#include "projects/provisioning.h"
#include "retention/retention.h"

namespace clew::app {

namespace {

using std::chrono::milliseconds;

template <class T>
std::optional<T> given(const T& value) {
  return value == T{} ? std::nullopt : std::optional<T>(value);
}

projects::Provision provision_of(const config::InitSettings& init) {
  return {.organization_id = given(init.organization_id),
          .organization_name = given(init.organization_name),
          .project_id = given(init.project_id),
          .project_name = given(init.project_name),
          .retention_days = given(init.project_retention_days),
          .public_key = given(init.public_key),
          .secret_key = given(init.secret_key.reveal()),
          .user_email = given(init.user_email),
          .user_password = given(init.user_password.reveal()),
          .user_name = given(init.user_name)};
}

telemetry::Counter& reload_counter(telemetry::Metrics& metrics, std::string_view result) {
  return metrics.counter("lf_reloads_total", "Settings and price lists read again on SIGHUP, by result.",
                         {{"result", std::string(result)}});
}

}  // namespace

struct Program::Parts {
  Parts(const config::Settings& given_settings, telemetry::LogSink& sink, const config::Table* table)
      : settings(given_settings),
        log(sink, "app"),
        http_log(sink, "http"),
        worker_log(sink, "ingest"),
        jobs_log(sink, "jobs"),
        paths(given_settings.data_dir),
        observability(given_settings, table, metrics, sink, clock) {}

  // The observer asks the stores from its own thread.
  ~Parts() { observability.stop(); }

  Result<> open();
  Result<> provision();
  void build_routes();
  void watch_refusals();
  Result<> listen();
  api::HealthChecks health_checks();
  api::IntakeRules intake_rules();
  std::function<void(ingest::DecodedBatch&)> take_out_media();

  const config::Settings& settings;
  const telemetry::Logger log, http_log, worker_log, jobs_log;
  const DataPaths paths;
  SystemClock clock;
  telemetry::Metrics metrics;
  telemetry::Counter& reloads_applied = reload_counter(metrics, "applied");
  telemetry::Counter& reloads_refused = reload_counter(metrics, "refused");
  config::AuthSettings secrets;
  Observability observability;
  std::atomic<bool> draining = false;
  std::atomic<bool> disk_failed = false;

  Stores stores;
  std::unique_ptr<Reads> reads;
  std::unique_ptr<models::Models> project_models;
  std::unique_ptr<ingest::ModelCatalog> models;
  std::unique_ptr<PriceList> price_list;
  tokenizer::Tokenizers tokenizers;
  std::unique_ptr<ingest::DeadLetters> dead_letters;
  std::unique_ptr<ingest::Tombstones> tombstones;
  MediaStore media;
  ingest::IngestProgress progress;
  ingest::ArrivalLog arrivals;
  std::unique_ptr<ingest::Intake> intake;
  std::unique_ptr<ingest::IngestWorker> worker;
  std::unique_ptr<jobs::JobStore> jobs;
  std::unique_ptr<retention::Deletions> deletions;
  std::unique_ptr<retention::Retention> retention;
  std::unique_ptr<models::Repricing> repricing;
  std::unique_ptr<jobs::JobRunner> job_runner;

  std::unique_ptr<Identity> identity;
  std::unique_ptr<scores::ScoreConfigs> score_configs;
  ingest::SampleRates sample_rates;
  std::unique_ptr<ingest::Masker> masker;
  std::unique_ptr<RouteAuthentication> authentication;
  std::unique_ptr<RouteAuthentication> key_authentication;
  std::unique_ptr<TraceProjects> trace_projects;
  std::unique_ptr<CatalogPrices> prices;
  std::unique_ptr<IngestionFacts> ingestion;
  std::unique_ptr<api::IntakeDoors> doors;
  std::unique_ptr<api::Pages> pages;
  std::unique_ptr<http::ThreadPool> pool;
  std::unique_ptr<api::EndpointTable> table;
  std::unique_ptr<SelfTraces> self_traces;
  std::unique_ptr<WatchedTable> watched;
  std::unique_ptr<MetricsListener> metrics_listener;
  std::unique_ptr<OtlpDoors> otlp_doors;
  std::unique_ptr<http::Server> server;
};

Result<> Program::Parts::open() {
  const auto give_up = [this](const Error& error) {
    // A disk that cannot be synced makes every further answer a lie. Whoever supervises the process is told by its end.
    log.error("app.disk_failed", {{"error", error.message}});
    disk_failed = true;
    ::kill(::getpid(), SIGTERM);
  };
  CLEW_TRY(stores, open_stores(settings, paths, clock,
                               {.sync_data = observability.metered_sync(), .on_disk_failure = give_up}));
  observability.meter(stores);
  reads = std::make_unique<Reads>(settings.analytics, *stores.engine, metrics);
  const ingest::LogRecovery& recovery = stores.log->recovery();
  log.info("app.stores_open", {{"meta", stores.database->description()},
                               {"analytics", stores.engine->description()},
                               {"replay_records", recovery.records},
                               {"tail_bytes_cut", recovery.tail_bytes_cut}});
  for (const ingest::LogDamage& damage : recovery.damage) {
    log.write(damage.may_lose_data ? telemetry::Level::kError : telemetry::Level::kWarn, "app.ingest_log_damage",
              {{"what", damage.text()}, {"may_lose_data", damage.may_lose_data}}, {});
  }
  secrets = settings.auth;
  CLEW_CHECK(config::fill_missing_secrets(paths.root, secrets));
  project_models = std::make_unique<models::Models>(*stores.database, clock);
  CLEW_TRY(models, ingest::ModelCatalog::create(ingest::builtin_model_prices(), project_models.get(), clock));
  price_list = std::make_unique<PriceList>(settings.ingest.model_prices, *models, log);
  project_models->on_change([this](std::string_view project_id) { models->forget_project(project_id); });
  dead_letters = std::make_unique<ingest::DeadLetters>(
      paths.dead_letters, ingest::DeadLetterLimits{.bytes_max = settings.ingest.dead_letter_bytes_max});
  observability.watch(stores, *dead_letters, progress, paths.root);
  tombstones = std::make_unique<ingest::Tombstones>(*stores.engine, clock);
  intake = std::make_unique<ingest::Intake>(*stores.log, &observability.ledger());
  worker = std::make_unique<ingest::IngestWorker>(
      *stores.log, stores.log->acknowledged(), *stores.engine, *models, *dead_letters, *tombstones, progress, clock,
      worker_log, metrics,
      ingest::WorkerOptions{
          .tokenizers = &tokenizers, .prepare = take_out_media(), .crash_guard_file = paths.log + "/in-process"});
  jobs = std::make_unique<jobs::JobStore>(*stores.database, clock);
  deletions = std::make_unique<retention::Deletions>(*stores.engine, *tombstones, *stores.database, clock);
  retention = std::make_unique<retention::Retention>(*stores.engine, *tombstones, *stores.database, *jobs, *deletions,
                                                     clock, jobs_log);
  job_runner = std::make_unique<jobs::JobRunner>(*jobs, clock, jobs_log, metrics);
  repricing = std::make_unique<models::Repricing>(*stores.database, *stores.engine, *models, clock,
                                                  [this] { job_runner->wake(); });
  job_runner->handle(std::string(models::Repricing::kJobKind),
                     [this](jobs::Running& running) { return repricing->run(running); });
  job_runner->handle(std::string(retention::Deletions::kJobKind),
                     [this](jobs::Running& running) { return deletions->run_matching(running); });
  retention->add_to(*job_runner);
  identity = std::make_unique<Identity>(settings, secrets, *stores.database, clock);
  score_configs = std::make_unique<scores::ScoreConfigs>(*stores.database, clock);
  CLEW_TRY(media,
           open_media(settings, secrets.nextauth_secret.reveal(), paths,
                      {.database = *stores.database, .tombstones = *tombstones, .clock = clock, .log = jobs_log}));
  deletions->follow(followers_of(*media.removal, *stores.database));
  media.removal->add_to(*job_runner);
  return ok();
}

Result<> Program::Parts::provision() {
  CLEW_TRY(const projects::ProvisionReport report,
           projects::provision(*stores.database, clock, identity->keys.hasher(), identity->passwords,
                               provision_of(settings.init)));
  for (const std::string& created : report.created)
    log.info("app.provisioned", {{"what", created}});
  for (const std::string& problem : report.problems)
    log.warn("app.provision_skipped", {{"why", problem}});
  return ok();
}

// Empty when the settings do not want it; used once `media` is open.
std::function<void(ingest::DecodedBatch&)> Program::Parts::take_out_media() {
  const config::BlobSettings& blob = settings.blob;
  if (!blob.extract_media && !blob.move_out_large_fields) return {};
  return [this, &blob](ingest::DecodedBatch& batch) {
    if (blob.extract_media) media::Extraction(*media.library, worker_log).apply(batch);
    if (blob.move_out_large_fields) media::FieldOverflow(*media.library, blob.field_bytes_max, worker_log).apply(batch);
  };
}

// Called after `pool` exists.
api::IntakeRules Program::Parts::intake_rules() {
  if (auto rates = ingest::SampleRates::parse(settings.ingest.sampled_projects)) {
    sample_rates = *std::move(rates);
  } else {
    log.error("app.sampling_disabled", {{"reason", rates.error().message}});
  }
  const config::MaskingSettings& masking = settings.masking;
  if (!masking.callback_url.empty()) {
    masker =
        std::make_unique<ingest::Masker>(ingest::MaskingOptions{.callback_url = masking.callback_url,
                                                                .timeout = masking.timeout,
                                                                .retries_max = static_cast<int>(masking.retries_max),
                                                                .fail_closed = masking.fail_closed,
                                                                .propagated_headers = masking.propagated_headers},
                                         worker_log, metrics);
  }
  return {.score_configs = score_configs.get(),
          .pool = pool.get(),
          .sample_rates = &sample_rates,
          .masker = masker.get(),
          .sdk_log = http_log};
}

api::HealthChecks Program::Parts::health_checks() {
  api::HealthChecks checks;
  checks.is_draining = [this] { return draining.load(); };
  checks.unready = [this] {
    const ingest::LogState state = stores.log->state();
    return state.accepting ? std::vector<std::string>{} : std::vector<std::string>{state.reason};
  };
  observability.complete(checks, *stores.log);
  return checks;
}

void Program::Parts::build_routes() {
  authentication = std::make_unique<RouteAuthentication>(identity->authenticator);
  key_authentication = std::make_unique<RouteAuthentication>(identity->authenticator, auth::Door::kKeys);
  trace_projects = std::make_unique<TraceProjects>(identity->organizations, reads->engine());
  pool = std::make_unique<http::ThreadPool>(
      http::ThreadPoolOptions{.threads = static_cast<std::size_t>(settings.server.worker_threads),
                              .queue_max = static_cast<std::size_t>(settings.server.worker_queue)});
  const bool https = settings.server.public_url.starts_with("https://");
  table = std::make_unique<api::EndpointTable>(
      api::EndpointOptions{.base_path = settings.server.base_path, .https = https, .readers = &reads->pool()},
      *authentication, *pool, http_log, metrics);
  api::register_health(*table, health_checks());
  api::register_trace_link(*table, *trace_projects, settings.server.base_path,
                           [this](const http::Request& request) { return pages->answer(request, "/trace"); });
  register_identity_routes(*table, *identity, settings);
  register_model_routes(*table, *project_models, *models, *repricing, clock);
  prices = std::make_unique<CatalogPrices>(*models);
  ingestion = std::make_unique<IngestionFacts>(*stores.log, progress, arrivals, identity->api_keys, settings.server);
  register_read_routes(*table, reads->engine(), *prices, *ingestion, *deletions, clock);
  register_upkeep_routes(*table, {.deletions = *deletions,
                                  .retention = *retention,
                                  .projects = identity->projects,
                                  .jobs = *jobs,
                                  .clock = clock,
                                  .wake = [this] { job_runner->wake(); }});
  observability.register_routes(*table);
  doors = std::make_unique<api::IntakeDoors>(
      api::IntakeDoors{.intake = *intake, .arrivals = arrivals, .clock = clock, .rules = intake_rules()});
  register_intake_routes(*table, *doors, settings.ingest.otlp_invalid_span == "reject");
  api::register_score_configs(*table, *score_configs);
  api::register_media(
      *table, {.library = *media.library, .base_path = settings.server.base_path, .bytes_max = media.upload_bytes_max});
  pages = std::make_unique<api::Pages>(api::PageOptions{.web_dir = settings.server.web_dir,
                                                        .base_path = settings.server.base_path,
                                                        .https = https,
                                                        .upgrade_insecure = settings.server.csp_upgrade_insecure});
  table->set_pages(
      [this](const http::Request& request, std::string_view path) { return pages->answer(request, path); });
  self_traces = SelfTraces::start(settings.telemetry, clock, metrics, http_log);
  watched = std::make_unique<WatchedTable>(*table, arrivals, observability.ledger(), clock, "", self_traces.get());
}

void Program::Parts::watch_refusals() {
  const auto watch = [this](const char* reason, std::uint64_t ingest::LogRefusals::* counter) {
    metrics.counter_of("lf_ingest_log_refused_total", "Requests that the ingest log refused (503), by reason.",
                       {{"reason", reason}},
                       [this, counter] { return static_cast<double>(stores.log->refusals().*counter); });
  };
  watch("backlog_full", &ingest::LogRefusals::backlog_full);
  watch("share_full", &ingest::LogRefusals::share_full);
  watch("disk_low", &ingest::LogRefusals::disk_low);
  watch("writes_waiting", &ingest::LogRefusals::writes_waiting);
  watch("stopping", &ingest::LogRefusals::stopping);
  watch("disk_failed", &ingest::LogRefusals::disk_failed);
}

Result<> Program::Parts::listen() {
  observability.start();
  http::ServerOptions options = server_options(settings.server);
  options.body_memory = std::make_shared<http::MemoryBudget>(options.body_memory_max);
  CLEW_TRY(otlp_doors, OtlpDoors::open({.settings = settings,
                                        .main = *watched,
                                        .keys = *key_authentication,
                                        .intake = *doors,
                                        .ledger = observability.ledger(),
                                        .pool = *pool,
                                        .projects = identity->projects,
                                        .body_memory = options.body_memory,
                                        .log = http_log,
                                        .metrics = metrics}));
  watch_refusals();
  CLEW_TRY(server, http::Server::start(std::move(options), *watched));
  metrics_listener = MetricsListener::start(settings.server.metrics_listen, metrics, http_log);
  return ok();
}

Program::Program(std::unique_ptr<Parts> parts) : parts_(std::move(parts)) {}

Program::~Program() {
  stop();
}

Result<std::unique_ptr<Program>> Program::start(const config::Settings& settings, telemetry::LogSink& sink,
                                                const config::Table* table) {
  auto parts = std::make_unique<Parts>(settings, sink, table);
  const std::int64_t began = monotonic_us();
  CLEW_CHECK(parts->open());
  CLEW_CHECK(parts->provision());
  parts->build_routes();
  parts->worker->start();
  parts->job_runner->start();
  CLEW_CHECK(parts->listen());
  parts->log.info("app.ready", {{"address", settings.server.address},
                                {"port", parts->server->port()},
                                {"start_ms", (monotonic_us() - began) / 1000}});
  return std::unique_ptr<Program>(new Program(std::move(parts)));
}

bool Program::reload() {
  const bool done = parts_->price_list->reload().has_value();
  (done ? parts_->reloads_applied : parts_->reloads_refused).add();
  return done;
}

std::uint16_t Program::port() const {
  return parts_->server->port();
}

std::uint16_t Program::metrics_port() const {
  return parts_->metrics_listener ? parts_->metrics_listener->port() : 0;
}

std::string Program::banner() const {
  const config::Settings& settings = parts_->settings;
  const std::string& url = settings.server.public_url;
  std::string out = fmt::format(
      "\n  Clew is ready\n\n"
      "    UI          {}\n"
      "    OTLP/HTTP   {}/api/public/otel      (traces: …/v1/traces, Basic publicKey:secretKey)\n"
      "{}"
      "    API         {}/api/public\n"
      "    Metrics     {}\n\n"
      "    analytics   {}\n    relational  {}\n    ingest log  {}\n",
      url, url, parts_->otlp_doors->banner(), url,
      parts_->metrics_listener ? "http://" + settings.server.metrics_listen + "/metrics" : "off",
      parts_->stores.engine->description(), parts_->stores.database->description(), parts_->paths.log);
  return out;
}

bool Program::failed() const {
  return parts_->disk_failed;
}

void Program::stop() {
  if (!parts_ || !parts_->server) return;
  Parts& parts = *parts_;
  parts.log.info("app.stopping", {});
  parts.draining = true;
  std::thread others([&] { parts.otlp_doors->stop(parts.settings.server.drain_time); });
  parts.server->stop(parts.settings.server.drain_time);
  others.join();
  if (parts.masker) parts.masker->stop();
  parts.pool->stop();
  parts.reads->pool().stop();
  parts.job_runner->stop();
  parts.worker->drain(static_cast<int>(parts.settings.server.drain_time.count()));
  parts.stores.log->stop();
  parts.observability.stop();
  parts.worker->stop();
  parts.identity->keys.refresh();  // writes when each key was used last
  const auto left = parts.stores.log->state().backlog_records;
  parts.log.info("app.stopped", {{"replayed_at_next_start", left}});
  parts.metrics_listener.reset();
  parts.server.reset();
}

}  // namespace clew::app
