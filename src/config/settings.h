// Every setting of the program, as plain values with their defaults. Each group is described once, beside its struct
// (describe.cc): from there come parsing, error texts, `clew config print` and docs/configuration.md.
//
// Modules do not see this: app hands each module its own options.
#pragma once

#include <chrono>
#include <cstdint>
#include <string>
#include <vector>

#include "config/secret.h"

namespace clew::config {

using std::chrono::milliseconds;

struct ServerSettings {
  std::string address = "0.0.0.0";
  std::int64_t port = 3000;
  std::string public_url;  // canonical, without a slash at the end; filled when not given
  std::string base_path;   // "" or "/clew"
  std::vector<std::string> trusted_proxies;
  std::int64_t io_threads = 0;
  std::int64_t worker_threads = 16;
  std::int64_t worker_queue = 512;
  std::int64_t connections_max = 10'000;
  std::int64_t connections_per_address_max = 200;
  milliseconds header_timeout{10'000};
  milliseconds idle_timeout{75'000};
  milliseconds drain_time{10'000};
  std::uint64_t body_bytes_max = 64ULL << 20;
  std::uint64_t decompressed_bytes_max = 128ULL << 20;
  std::int64_t compression_ratio_max = 200;
  std::uint64_t inflight_bytes_max = 0;  // 0: a quarter of the memory the process may use
  std::string web_dir;
  std::string metrics_listen = "127.0.0.1:9464";
  std::string otlp_grpc_listen;
  std::string otlp_default_project;  // empty: OTLP always needs a key
  std::string otlp_local_http_listen = "127.0.0.1:4318";
  std::string otlp_local_grpc_listen = "127.0.0.1:4317";
  bool csp_upgrade_insecure = false;
};

struct LogSettings {
  std::string level = "info";
  std::string format = "json";
};

struct MetaSettings {
  Secret database_url;  // filled from the parts when only those are given; empty: SQLite in the data directory
  std::string host;
  std::int64_t port = 5432;
  std::string username;
  Secret password;
  std::string name;
  std::string arguments;
  std::int64_t connections_max = 10;
  std::string migrate = "auto";
};

struct AnalyticsSettings {
  std::string url;  // empty: the engine in process
  std::string user = "default";
  Secret password;
  std::string database = "default";
  bool cluster_enabled = false;
  std::string cluster_name = "default";
  std::string read_only_url;
  std::int64_t connections_max = 25;
  std::string engine_library;  // path of libchdb.so; empty: looked for beside the program
  std::uint64_t engine_memory_max = 2ULL << 30;
  std::int64_t reads_at_once = 0;  // 0: one per core in process, 32 at a server
  milliseconds read_wait{10'000};
};

struct BlobFamily {
  std::string bucket;  // empty: files in the data directory
  std::string prefix;
  std::string region;
  std::string endpoint;
  std::string external_endpoint;
  std::string access_key_id;
  Secret secret_access_key;
  bool force_path_style = false;
  std::string encryption;         // "", "AES256", "aws:kms"
  std::string encryption_key_id;  // with aws:kms
};

// What the AWS SDKs read, for buckets without an access key of their own.
struct AwsIdentity {
  std::string access_key_id;
  Secret secret_access_key;
  Secret session_token;
  std::string role_arn;
  std::string web_identity_token_file;
  std::string role_session_name = "clew";
  std::string sts_endpoint;
  std::string metadata_endpoint = "http://169.254.169.254";
  bool metadata_disabled = false;
};

struct BlobSettings {
  BlobFamily events;
  BlobFamily media;
  BlobFamily exports;
  AwsIdentity aws;
  std::uint64_t media_bytes_max = 1'000'000'000;
  milliseconds media_url_lifetime{3'600'000};
  std::string media_proxy = "auto";
  bool extract_media = false;
  bool move_out_large_fields = true;
  std::uint64_t field_bytes_max = 2ULL << 20;
};

struct IngestSettings {
  std::string otlp_invalid_span = "partial";
  std::uint64_t disk_free_bytes_min = 1ULL << 30;
  std::int64_t disk_free_percent_min = 5;
  std::uint64_t backlog_bytes_max = 16ULL << 30;
  std::string sampled_projects;  // "project:rate,…"
  std::string model_prices;      // file or folder of price lists; empty: the built-in one
  std::uint64_t dead_letter_bytes_max = 4ULL << 30;
  bool strict_recovery = false;
};

// Who sees data before it is written anywhere (contract/ingestion.md 13).
struct MaskingSettings {
  std::string callback_url;  // empty: off
  milliseconds timeout{500};
  std::int64_t retries_max = 1;
  bool fail_closed = false;
  std::vector<std::string> propagated_headers;
};

struct AuthSettings {
  Secret nextauth_secret;
  Secret salt;
  Secret encryption_key;
  Secret admin_api_key;
  bool passwords_disabled = false;
  bool sign_up_disabled = false;
  std::int64_t session_minutes = 43'200;
  std::int64_t session_idle_minutes = 7L * 24 * 60;
  bool strict_key_pairs = false;
  std::string operator_organization;  // its OWNERs operate the instance; filled with init.organization_id when empty
};

// What the program tells about itself, beside /metrics.
struct TelemetrySettings {
  std::string dogstatsd_host;  // empty: not sent
  std::int64_t dogstatsd_port = 8125;
  std::string dogstatsd_environment;
  std::string dogstatsd_service;
  std::string otlp_endpoint;  // for spans of our own requests; empty: not sent
  Secret otlp_headers;        // "name=value,…"
  std::string otlp_service_name = "clew";
  std::string trace_sampling_ratio = "1";
  std::int64_t stuck_propagation_minutes = 15;
  std::int64_t stuck_consumption_minutes = 60;
};

// Headless initialisation (contract/operations.md 5).
struct InitSettings {
  std::string organization_id;
  std::string organization_name;
  std::string project_id;
  std::string project_name;
  std::int64_t project_retention_days = 0;
  std::string public_key;
  Secret secret_key;
  std::string user_email;
  std::string user_name;
  Secret user_password;
  bool show_sign_in = false;  // print the user and password above on the sign-in page: demonstrations only
};

struct Settings {
  std::string role = "all";
  std::string data_dir = "./data";
  bool strict = false;
  bool allow_insecure_defaults = false;
  ServerSettings server;
  LogSettings log;
  MetaSettings meta;
  AnalyticsSettings analytics;
  BlobSettings blob;
  IngestSettings ingest;
  MaskingSettings masking;
  AuthSettings auth;
  TelemetrySettings telemetry;
  InitSettings init;
};

}  // namespace clew::config
