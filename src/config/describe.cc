// The one place where settings are named, bounded and explained.

#include <limits>

#include "config/settings.h"
#include "config/table.h"

namespace clew::config {

namespace {

constexpr std::int64_t kMany = 1'000'000;

// A container's HOSTNAME is its name, not an address to listen on: only addresses are taken from it.
bool is_listen_address(std::string_view text) {
  if (text == "localhost") return true;
  const bool v6 = text.find(':') != std::string_view::npos;
  return !text.empty() && text.find_first_not_of(v6 ? "0123456789abcdefABCDEF:.%" : "0123456789.") == text.npos;
}

void describe_otlp(Table& table, ServerSettings& server) {
  table
      .text("server.otlp_grpc_listen", server.otlp_grpc_listen,
            "IP address and port for OTLP over gRPC, with the same keys as HTTP; empty: not served.")
      .alias("CLEW_OTLP_GRPC_LISTEN");
  table
      .text("server.otlp_default_project", server.otlp_default_project,
            "Id of the project that takes OTLP without a key, from programs on this machine only, on the two addresses "
            "below. Every user of the machine may then write into it. Empty: a key is always needed.")
      .alias("CLEW_OTLP_DEFAULT_PROJECT");
  table
      .text("server.otlp_local_http_listen", server.otlp_local_http_listen,
            "Loopback address and port of OTLP over HTTP without a key (/v1/traces, /v1/metrics); `off`: none.")
      .alias("CLEW_OTLP_LOCAL_HTTP_LISTEN");
  table
      .text("server.otlp_local_grpc_listen", server.otlp_local_grpc_listen,
            "Loopback address and port of OTLP over gRPC without a key; `off`: none.")
      .alias("CLEW_OTLP_LOCAL_GRPC_LISTEN");
}

void describe_server(Table& table, ServerSettings& server) {
  table.text("server.address", server.address, "IP address to listen on. Also set by --listen HOST:PORT.")
      .alias_if("HOSTNAME", &is_listen_address);
  table.integer("server.port", server.port, 0, 65'535, "TCP port to listen on; 0 takes a free one.").alias("PORT");
  table
      .url("server.public_url", server.public_url, {"http", "https"},
           "Address under which browsers and SDKs reach this server. Drives links, redirects and whether cookies are "
           "Secure. A path is taken as the base path; `/api/auth` at its end is ignored. Default: "
           "http://localhost:PORT.")
      .alias("NEXTAUTH_URL")
      .alias("CLEW_PUBLIC_URL");
  table
      .text("server.base_path", server.base_path,
            "Path prefix of everything that is served, such as /clew. Wins over the path of the public URL.")
      .alias("NEXT_PUBLIC_BASE_PATH");
  table
      .list("server.trusted_proxies", server.trusted_proxies,
            "Addresses or CIDR blocks of proxies whose X-Forwarded-For is believed.")
      .alias("CLEW_TRUSTED_PROXIES");
  table.integer("server.io_threads", server.io_threads, 0, 256,
                "Threads that read and write sockets; 0: one per core.");
  table.integer("server.worker_threads", server.worker_threads, 1, 1024, "Threads for requests that wait for a store.");
  table.integer("server.worker_queue", server.worker_queue, 1, kMany,
                "Requests that may wait for a worker thread; more are answered 503 with Retry-After.");
  table.integer("server.connections_max", server.connections_max, 1, kMany,
                "Open connections of the process. At it, those that wait longest for their client make room.");
  table.integer("server.connections_per_address_max", server.connections_per_address_max, 1, kMany,
                "Open connections of one client address. Loopback and trusted proxies are not bounded.");
  table.duration("server.header_timeout", server.header_timeout, "Time for a client to send the head of a request.");
  table.duration("server.idle_timeout", server.idle_timeout, "Time a connection may stay open between two requests.");
  table.duration("server.drain_time", server.drain_time, "Time for requests in work to finish after SIGTERM.")
      .alias("CLEW_DRAIN_SECONDS");
  table
      .bytes("server.body_bytes_max", server.body_bytes_max,
             "Largest request body as it is sent; most routes take less.")
      .alias("CLEW_MAX_BODY_BYTES");
  table
      .bytes("server.decompressed_bytes_max", server.decompressed_bytes_max,
             "Largest request body after decompression; most routes take less.")
      .alias("CLEW_MAX_DECOMPRESSED_BYTES");
  table
      .integer("server.compression_ratio_max", server.compression_ratio_max, 2, 100'000,
               "Most bytes one compressed byte may become (after the first MiB).")
      .alias("CLEW_MAX_COMPRESSION_RATIO");
  table
      .bytes("server.inflight_bytes_max", server.inflight_bytes_max,
             "Request bodies held at once; beyond it requests are answered 503. 0: a quarter of the memory the process "
             "may use (its control group's, or the machine's).")
      .alias("CLEW_MAX_INFLIGHT_BYTES");
  table.text("server.web_dir", server.web_dir, "Serve the UI from this directory instead of the program (development).")
      .with_flag("--web-dir");
  table
      .text("server.metrics_listen", server.metrics_listen,
            "HOST:PORT of the Prometheus endpoint; `off` switches it off.")
      .alias("CLEW_METRICS_LISTEN");
  describe_otlp(table, server);
  table
      .flag("server.csp_upgrade_insecure", server.csp_upgrade_insecure,
            "Add upgrade-insecure-requests to the Content-Security-Policy of pages.")
      .alias("LANGFUSE_CSP_ENFORCE_HTTPS");
}

void describe_stores(Table& table, MetaSettings& meta, AnalyticsSettings& analytics) {
  table
      .secret("meta.database_url", meta.database_url,
              "PostgreSQL URL for users, projects, prompts and jobs. Empty: SQLite in the data directory.")
      .alias("DATABASE_URL");
  table.text("meta.host", meta.host, "PostgreSQL host, used when there is no URL.").alias("DATABASE_HOST");
  table.integer("meta.port", meta.port, 1, 65'535, "PostgreSQL port, used when there is no URL.")
      .alias("DATABASE_PORT");
  table.text("meta.username", meta.username, "PostgreSQL user, used when there is no URL.").alias("DATABASE_USERNAME");
  table.secret("meta.password", meta.password, "PostgreSQL password, used when there is no URL; any characters.")
      .alias("DATABASE_PASSWORD");
  table.text("meta.name", meta.name, "PostgreSQL database, used when there is no URL.").alias("DATABASE_NAME");
  table.text("meta.arguments", meta.arguments, "Query part of the PostgreSQL URL, used when there is no URL.")
      .alias("DATABASE_ARGS");
  table.integer("meta.connections_max", meta.connections_max, 1, 1000, "PostgreSQL connections of the process.");
  table
      .choice("meta.migrate", meta.migrate, {"auto", "check", "off"},
              "What to do with pending schema migrations at start: apply, refuse to start, or nothing.")
      .alias("CLEW_MIGRATE");

  table
      .url("analytics.url", analytics.url, {"http", "https"},
           "ClickHouse server. Empty: the ClickHouse engine inside this process.")
      .alias("CLICKHOUSE_URL");
  table.text("analytics.user", analytics.user, "ClickHouse user.").alias("CLICKHOUSE_USER");
  table.secret("analytics.password", analytics.password, "ClickHouse password; any characters.")
      .alias("CLICKHOUSE_PASSWORD");
  table.text("analytics.database", analytics.database, "ClickHouse database.").alias("CLICKHOUSE_DB");
  table
      .flag("analytics.cluster_enabled", analytics.cluster_enabled,
            "Create replicated tables ON CLUSTER. Unlike Langfuse the default is false.")
      .alias("CLICKHOUSE_CLUSTER_ENABLED")
      .without_effect();
  table.text("analytics.cluster_name", analytics.cluster_name, "Name of the ClickHouse cluster.")
      .alias("CLICKHOUSE_CLUSTER_NAME")
      .without_effect();
  table
      .url("analytics.read_only_url", analytics.read_only_url, {"http", "https"},
           "ClickHouse server for reads; empty: the same.")
      .alias("CLICKHOUSE_READ_ONLY_URL")
      .alias("CLICKHOUSE_EVENTS_READ_ONLY_URL")
      .without_effect();
  table
      .integer("analytics.connections_max", analytics.connections_max, 1, 1000,
               "Connections of the process to ClickHouse.")
      .alias("CLICKHOUSE_MAX_OPEN_CONNECTIONS");
  table
      .text("analytics.engine_library", analytics.engine_library,
            "Path of libchdb.so, the engine inside the process. Empty: looked for beside the program.")
      .alias("CLEW_LIBCHDB")
      .alias("CLEW_CHDB_LIBRARY");
  table.bytes("analytics.engine_memory_max", analytics.engine_memory_max,
              "Memory the engine inside the process may use for queries and merges.");
  table.integer("analytics.reads_at_once", analytics.reads_at_once, 0, 64,
                "Statements of readers at work at once; others wait in line. 0: one per core for the engine inside the "
                "process, 32 for a ClickHouse server.");
  table.duration("analytics.read_wait", analytics.read_wait,
                 "Time a reader's statement may wait for its turn; then the answer is 503 with Retry-After.");
}

void describe_blob_family(Table& table, const std::string& key, const std::string& name, BlobFamily& family,
                          const std::string& what, bool is_effective) {
  const std::size_t first = table.settings().size();
  const std::string variable = "LANGFUSE_S3_" + name + "_";
  table.text("blob." + key + ".bucket", family.bucket, "Bucket for " + what + ". Empty: files in the data directory.")
      .alias(variable + "BUCKET");
  table.text("blob." + key + ".prefix", family.prefix, "Prefix of the keys; a missing slash at its end is added.")
      .alias(variable + "PREFIX");
  table.text("blob." + key + ".region", family.region, "Region of the bucket.").alias(variable + "REGION");
  table
      .url("blob." + key + ".endpoint", family.endpoint, {"http", "https"},
           "Endpoint of an S3-compatible store; empty: AWS.")
      .alias(variable + "ENDPOINT");
  table
      .url("blob." + key + ".external_endpoint", family.external_endpoint, {"http", "https"},
           "Endpoint put into links for browsers; empty: the same.")
      .alias(variable + "EXTERNAL_ENDPOINT");
  table.text("blob." + key + ".access_key_id", family.access_key_id, "Access key.").alias(variable + "ACCESS_KEY_ID");
  table.secret("blob." + key + ".secret_access_key", family.secret_access_key, "Secret of the access key.")
      .alias(variable + "SECRET_ACCESS_KEY");
  table
      .flag("blob." + key + ".force_path_style", family.force_path_style,
            "Put the bucket into the path instead of the host name (MinIO, OCI).")
      .alias(variable + "FORCE_PATH_STYLE");
  table
      .choice("blob." + key + ".encryption", family.encryption, {"", "AES256", "aws:kms"},
              "Encryption asked of the store for what this server puts; links into the bucket leave it to the bucket's "
              "default.")
      .alias(variable + "SSE");
  table
      .text("blob." + key + ".encryption_key_id", family.encryption_key_id,
            "Key for aws:kms; empty: the store's default.")
      .alias(variable + "SSE_KMS_KEY_ID");
  for (std::size_t i = first; i < table.settings().size(); ++i)
    table.settings()[i].is_effective = is_effective;
}

void describe_aws(Table& table, AwsIdentity& aws) {
  table.text("blob.aws.access_key_id", aws.access_key_id, "Access key for buckets without one of their own.")
      .alias("AWS_ACCESS_KEY_ID");
  table.secret("blob.aws.secret_access_key", aws.secret_access_key, "Secret of that access key.")
      .alias("AWS_SECRET_ACCESS_KEY");
  table.secret("blob.aws.session_token", aws.session_token, "Session token of temporary credentials.")
      .alias("AWS_SESSION_TOKEN");
  table.text("blob.aws.role_arn", aws.role_arn, "Role taken with a web identity token.").alias("AWS_ROLE_ARN");
  table
      .text("blob.aws.web_identity_token_file", aws.web_identity_token_file,
            "File with the token of the workload; read again whenever credentials are renewed.")
      .alias("AWS_WEB_IDENTITY_TOKEN_FILE");
  table.text("blob.aws.role_session_name", aws.role_session_name, "Name of the session in the audit trail of AWS.")
      .alias("AWS_ROLE_SESSION_NAME");
  table
      .url("blob.aws.sts_endpoint", aws.sts_endpoint, {"http", "https"},
           "Where the role is taken; empty: AWS in the region of the bucket.")
      .alias("AWS_ENDPOINT_URL_STS");
  table
      .url("blob.aws.metadata_endpoint", aws.metadata_endpoint, {"http", "https"},
           "Metadata service of the machine, asked last (IMDSv2).")
      .alias("AWS_EC2_METADATA_SERVICE_ENDPOINT");
  table.flag("blob.aws.metadata_disabled", aws.metadata_disabled, "Do not ask the metadata service.")
      .alias("AWS_EC2_METADATA_DISABLED");
}

void describe_blob(Table& table, BlobSettings& blob) {
  describe_blob_family(table, "events", "EVENT_UPLOAD", blob.events, "raw events", false);
  describe_blob_family(table, "media", "MEDIA_UPLOAD", blob.media, "media", true);
  describe_blob_family(table, "exports", "BATCH_EXPORT", blob.exports, "exports", false);
  describe_aws(table, blob.aws);
  table.bytes("blob.media_bytes_max", blob.media_bytes_max, "Largest media file.")
      .alias("LANGFUSE_S3_MEDIA_MAX_CONTENT_LENGTH");
  table.duration("blob.media_url_lifetime", blob.media_url_lifetime, "How long a link to a media file works.")
      .alias("LANGFUSE_S3_MEDIA_DOWNLOAD_URL_EXPIRY_SECONDS");
  table
      .choice("blob.media_proxy", blob.media_proxy, {"auto", "true", "false"},
              "Whether media go through this server: always for files; with a bucket only when true, else clients get "
              "links into the bucket. Through this server a file is at most as large as server.body_bytes_max.")
      .alias("CLEW_MEDIA_PROXY");
  table
      .flag("blob.extract_media", blob.extract_media,
            "Take base64 files out of input, output and metadata and keep them as media.")
      .alias("LANGFUSE_OTEL_MEDIA_UPLOAD_ENABLED");
  table
      .flag("blob.move_out_large_fields", blob.move_out_large_fields,
            "Keep very large inputs, outputs and metadata values of OTLP spans as text files; a reference stands in "
            "their "
            "place.")
      .alias("LANGFUSE_OBSERVATION_FIELD_OVERFLOW_ENABLED");
  table
      .bytes("blob.field_bytes_max", blob.field_bytes_max,
             "From how many bytes on a value is very large. Its words are not found by search.")
      .alias("LANGFUSE_OBSERVATION_FIELD_SIZE_LIMIT_BYTES");
}

void describe_ingest(Table& table, IngestSettings& ingest) {
  table
      .choice("ingest.otlp_invalid_span", ingest.otlp_invalid_span, {"partial", "reject"},
              "An OTLP export with an invalid span: store the valid ones, or refuse it whole like the reference.")
      .alias("CLEW_OTLP_INVALID_SPAN");
  table
      .bytes("ingest.disk_free_bytes_min", ingest.disk_free_bytes_min,
             "Free disk space below which ingestion is answered 503.")
      .alias("CLEW_DISK_MIN_FREE_BYTES");
  table
      .integer("ingest.disk_free_percent_min", ingest.disk_free_percent_min, 0, 90,
               "The same as a share of the disk; the larger of both counts.")
      .alias("CLEW_DISK_MIN_FREE_PERCENT");
  table.bytes("ingest.backlog_bytes_max", ingest.backlog_bytes_max,
              "Accepted requests that may wait in the log for their rows; beyond it ingestion is answered 503.");
  table
      .flag("ingest.strict_recovery", ingest.strict_recovery,
            "Do not start when the ingest log is damaged. Otherwise damaged bytes are put aside and reported.")
      .alias("CLEW_STRICT_RECOVERY");
  table
      .text("ingest.sampled_projects", ingest.sampled_projects,
            "Share of the traces to keep: `projectId:rate,projectId:rate`, rates from 0 to 1. Other projects keep all; "
            "so does everybody when the text is malformed.")
      .alias("LANGFUSE_INGESTION_PROCESSING_SAMPLED_PROJECTS");
  table
      .bytes("ingest.dead_letter_bytes_max", ingest.dead_letter_bytes_max,
             "Disk for requests that can never be stored; one project takes at most half. Beyond it only their heads "
             "are kept.")
      .alias("CLEW_DEAD_LETTERS_MAX_BYTES");
  table
      .text("ingest.model_prices", ingest.model_prices,
            "A price list, or a folder of them, laid over the built-in model definitions; read again when it changes. "
            "`clew prices check PATH` says whether it is good.")
      .alias("CLEW_MODEL_PRICES");
}

void describe_telemetry(Table& table, TelemetrySettings& telemetry) {
  table
      .text("telemetry.dogstatsd_host", telemetry.dogstatsd_host,
            "Datadog agent that gets the figures of /metrics as DogStatsD every 10 s; empty: none.")
      .alias("DD_AGENT_HOST");
  table.integer("telemetry.dogstatsd_port", telemetry.dogstatsd_port, 1, 65'535, "UDP port of that agent.")
      .alias("DD_DOGSTATSD_PORT");
  table.text("telemetry.dogstatsd_environment", telemetry.dogstatsd_environment, "Tag `env` of what is sent there.")
      .alias("DD_ENV");
  table.text("telemetry.dogstatsd_service", telemetry.dogstatsd_service, "Tag `service` of what is sent there.")
      .alias("DD_SERVICE");
  table
      .url("telemetry.otlp_endpoint", telemetry.otlp_endpoint, {"http", "https"},
           "OTLP endpoint that gets a span for each of our own requests, without content (/v1/traces is added); empty: "
           "none.")
      .alias("OTEL_EXPORTER_OTLP_ENDPOINT");
  table
      .secret("telemetry.otlp_headers", telemetry.otlp_headers,
              "Headers sent there, `name=value` separated by commas, such as Authorization.")
      .alias("OTEL_EXPORTER_OTLP_HEADERS");
  table.text("telemetry.otlp_service_name", telemetry.otlp_service_name, "Name of the service in these spans.")
      .alias("OTEL_SERVICE_NAME");
  table
      .text("telemetry.trace_sampling_ratio", telemetry.trace_sampling_ratio,
            "Share of our own requests that get a span, from 0 to 1; those with a traceparent follow its flag.")
      .alias("OTEL_TRACE_SAMPLING_RATIO");
  table
      .integer("telemetry.stuck_propagation_minutes", telemetry.stuck_propagation_minutes, 1, kMany,
               "Age of the oldest accepted item not yet visible at which failIfEventPropagationStuck fails.")
      .alias("LANGFUSE_EVENT_PROPAGATION_STUCK_THRESHOLD_MINUTES");
  table
      .integer("telemetry.stuck_consumption_minutes", telemetry.stuck_consumption_minutes, 1, kMany,
               "Time without a flush although something waits at which failIfQueueConsumptionStuck fails.")
      .alias("LANGFUSE_QUEUE_CONSUMPTION_STUCK_THRESHOLD_MINUTES");
}

void describe_masking(Table& table, MaskingSettings& masking) {
  table
      .url("masking.callback_url", masking.callback_url, {"http", "https"},
           "Gets every accepted request before anything of it is written, and answers with what may be kept. Empty: "
           "off.")
      .alias("LANGFUSE_INGESTION_MASKING_CALLBACK_URL");
  table.duration("masking.timeout", masking.timeout, "How long one attempt may take.")
      .alias("LANGFUSE_INGESTION_MASKING_CALLBACK_TIMEOUT_MS")
      .alias("LANGFUSE_INGESTION_MASKING_TIMEOUT_MS");
  table.integer("masking.retries_max", masking.retries_max, 0, 10, "Attempts after the first one failed.")
      .alias("LANGFUSE_INGESTION_MASKING_MAX_RETRIES");
  table
      .flag(
          "masking.fail_closed", masking.fail_closed,
          "When masking fails: answer 503, so that the client sends again (true), or keep the data as it came (false).")
      .alias("LANGFUSE_INGESTION_MASKING_CALLBACK_FAIL_CLOSED")
      .alias("LANGFUSE_INGESTION_MASKING_FAIL_CLOSED");
  table
      .list("masking.propagated_headers", masking.propagated_headers,
            "Headers of the request that the callback gets as well.")
      .alias("LANGFUSE_INGESTION_MASKING_PROPAGATED_HEADERS");
}

void describe_auth(Table& table, AuthSettings& auth) {
  table
      .secret("auth.nextauth_secret", auth.nextauth_secret,
              "Key for tokens we hand out. Missing: made at the first start and kept in the data directory.")
      .alias("NEXTAUTH_SECRET");
  table
      .secret("auth.salt", auth.salt,
              "Salt of the API-key hashes; changing it invalidates every key. Missing: made at the first start.")
      .alias("SALT");
  table
      .secret("auth.encryption_key", auth.encryption_key,
              "64 hexadecimal digits; encrypts stored secrets of third parties. Missing: made at the first start.")
      .alias("ENCRYPTION_KEY");
  table.secret("auth.admin_api_key", auth.admin_api_key, "Bearer key of the instance administration API.")
      .alias("ADMIN_API_KEY");
  table.flag("auth.passwords_disabled", auth.passwords_disabled, "Hide and refuse sign-in by password.")
      .alias("AUTH_DISABLE_USERNAME_PASSWORD");
  table.flag("auth.sign_up_disabled", auth.sign_up_disabled, "Refuse new accounts.")
      .alias("AUTH_DISABLE_SIGNUP")
      .alias("NEXT_PUBLIC_SIGN_UP_DISABLED");
  table.integer("auth.session_minutes", auth.session_minutes, 6, 10 * 525'600, "Longest life of a sign-in, in minutes.")
      .alias("AUTH_SESSION_MAX_AGE");
  table
      .integer("auth.session_idle_minutes", auth.session_idle_minutes, 5, 10 * 525'600,
               "A sign-in ends after this many minutes without use.")
      .alias("CLEW_SESSION_IDLE_MINUTES");
  table
      .text("auth.operator_organization", auth.operator_organization,
            "Organisation whose OWNERs operate the instance (the operator's page). Default: LANGFUSE_INIT_ORG_ID; "
            "without either nobody does.")
      .alias("CLEW_OPERATOR_ORGANIZATION");
  table
      .flag("auth.strict_key_pairs", auth.strict_key_pairs,
            "Refuse an API key whose public half does not belong to its secret half. The reference accepts it.")
      .alias("CLEW_STRICT_KEYPAIR");
}

void describe_init(Table& table, InitSettings& init) {
  table
      .text("init.organization_id", init.organization_id,
            "Organisation to create at start when it is missing. Without it the other init settings have no effect.")
      .alias("LANGFUSE_INIT_ORG_ID");
  table.text("init.organization_name", init.organization_name, "Its name.").alias("LANGFUSE_INIT_ORG_NAME");
  table.text("init.project_id", init.project_id, "Project to create in it.").alias("LANGFUSE_INIT_PROJECT_ID");
  table.text("init.project_name", init.project_name, "Its name.").alias("LANGFUSE_INIT_PROJECT_NAME");
  table
      .integer("init.project_retention_days", init.project_retention_days, 0, 36'500,
               "Days to keep its data, at least 3; 0: for ever.")
      .alias("LANGFUSE_INIT_PROJECT_RETENTION");
  table.text("init.public_key", init.public_key, "Public API key to create for the project.")
      .alias("LANGFUSE_INIT_PROJECT_PUBLIC_KEY");
  table.secret("init.secret_key", init.secret_key, "Its secret half.").alias("LANGFUSE_INIT_PROJECT_SECRET_KEY");
  table.text("init.user_email", init.user_email, "User to create as OWNER.").alias("LANGFUSE_INIT_USER_EMAIL");
  table.text("init.user_name", init.user_name, "Their name.").alias("LANGFUSE_INIT_USER_NAME");
  table.secret("init.user_password", init.user_password, "Their password.").alias("LANGFUSE_INIT_USER_PASSWORD");
  table.flag("init.show_sign_in", init.show_sign_in,
             "Show this e-mail and password to everybody on the sign-in page. For demonstrations only.");
}

}  // namespace

void describe(Table& table, Settings& settings) {
  table.choice("role", settings.role, {"all", "web", "worker"}, "Which half of the work this process does.")
      .alias("CLEW_ROLE")
      .without_effect();
  table.text("data_dir", settings.data_dir, "Directory of the embedded stores, the ingest log and generated secrets.")
      .alias("CLEW_DATA_DIR")
      .with_flag("--data-dir");
  table.flag("strict", settings.strict, "Unknown or contradictory settings stop the start instead of a warning.")
      .alias("CLEW_STRICT_CONFIG");
  table
      .flag("allow_insecure_defaults", settings.allow_insecure_defaults,
            "Accept secrets that everybody knows, such as `mysalt`.")
      .alias("CLEW_ALLOW_INSECURE_DEFAULTS");
  describe_server(table, settings.server);
  table
      .choice("log.level", settings.log.level, {"trace", "debug", "info", "warn", "error", "fatal"},
              "Least important lines that are written.")
      .alias("LANGFUSE_LOG_LEVEL")
      .with_flag("--log-level");
  table.choice("log.format", settings.log.format, {"json", "text"}, "Form of the log lines on stderr.")
      .alias("LANGFUSE_LOG_FORMAT");
  describe_stores(table, settings.meta, settings.analytics);
  describe_blob(table, settings.blob);
  describe_ingest(table, settings.ingest);
  describe_masking(table, settings.masking);
  describe_auth(table, settings.auth);
  describe_telemetry(table, settings.telemetry);
  describe_init(table, settings.init);
}

}  // namespace clew::config
