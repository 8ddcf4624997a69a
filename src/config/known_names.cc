#include "config/known_names.h"

#include <algorithm>
#include <array>
#include <numeric>

namespace clew::config {

namespace {

struct Pattern {
  std::string_view text;  // '*' stands for any characters
  NameClass name_class;
};

using enum NameClass;

// First match wins. contract/operations.md 4 gives the meaning of each in the reference.
constexpr Pattern kPatterns[] = {
    // Kubernetes service links and our own test harness.
    {"*_SERVICE_HOST", kSilent},
    {"*_SERVICE_PORT*", kSilent},
    {"*_PORT_*_TCP*", kSilent},
    {"*_PORT_*_UDP*", kSilent},
    {"CLEW_CONTRACT_DIR", kSilent},
    {"CLEW_PORT", kSilent},
    {"REDIS_PORT_*", kSilent},
    // 4.1, 4.2
    {"LANGFUSE_ENABLE_EXPERIMENTAL_FEATURES", kIgnored},
    {"LANGFUSE_EE_LICENSE_KEY", kIgnored},
    {"LANGFUSE_MCP_ALLOWED_HOSTS", kWithoutEffect},
    {"LANGFUSE_AUTO_POSTGRES_MIGRATION_DISABLED", kWithoutEffect},
    // 4.3
    {"CLICKHOUSE_MIGRATION_URL", kIgnored},
    {"CLICKHOUSE_MIGRATION_SSL", kIgnored},
    {"CLICKHOUSE_KEEP_ALIVE_IDLE_SOCKET_TTL", kIgnored},
    {"CLICKHOUSE_ASYNC_INSERT_*", kIgnored},
    {"CLICKHOUSE_LIGHTWEIGHT_DELETE_MODE", kIgnored},
    {"CLICKHOUSE_USE_LIGHTWEIGHT_UPDATE", kIgnored},
    {"CLICKHOUSE_UPDATE_PARALLEL_MODE", kIgnored},
    {"CLICKHOUSE_DISABLE_*", kIgnored},
    {"CLICKHOUSE_MAX_BYTES_BEFORE_EXTERNAL_GROUP_BY", kIgnored},
    {"CLICKHOUSE_USE_QUERY_CONDITION_CACHE", kIgnored},
    {"CLICKHOUSE_REQUEST_TIMEOUT", kWithoutEffect},
    {"CLICKHOUSE_BILLING_*", kSilent},
    {"LANGFUSE_AUTO_CLICKHOUSE_MIGRATION_DISABLED", kWithoutEffect},
    {"LANGFUSE_CLICKHOUSE_*", kIgnored},
    // 4.4: there is no Redis here; one process needs none
    {"REDIS_ENABLE_AUTO_PIPELINING", kIgnored},
    {"LANGFUSE_BULLMQ_SKIP_REDIS_VERSION_CHECK", kIgnored},
    {"REDIS_CONNECTION_STRING", kWithoutEffect},
    {"REDIS_HOST", kWithoutEffect},
    {"REDIS_PORT", kWithoutEffect},
    {"REDIS_AUTH", kWithoutEffect},
    {"REDIS_USERNAME", kWithoutEffect},
    {"REDIS_KEY_PREFIX", kWithoutEffect},
    {"REDIS_TLS_*", kWithoutEffect},
    {"REDIS_SOCKET_TIMEOUT_MS", kIgnored},
    {"REDIS_CLUSTER_*", kWithoutEffect},
    {"REDIS_SENTINEL_*", kWithoutEffect},
    // 4.5
    {"LANGFUSE_S3_CORE_DATA_*", kSilent},
    {"LANGFUSE_POSTGRES_METERING_DATA_EXPORT_IS_ENABLED", kSilent},
    {"LANGFUSE_S3_BATCH_EXPORT_ENABLED", kIgnored},
    {"LANGFUSE_S3_CONCURRENT_*", kIgnored},
    {"LANGFUSE_S3_LIST_MAX_KEYS", kIgnored},
    {"LANGFUSE_S3_EVENT_KEY_MAX_SEGMENT_BYTES", kIgnored},
    {"LANGFUSE_S3_DELETE_OBJECTS_CHECKSUM_ALGORITHM", kIgnored},
    {"LANGFUSE_S3_RATE_ERROR_SLOWDOWN_*", kIgnored},
    {"LANGFUSE_S3_UPLOAD_*", kIgnored},
    {"LANGFUSE_ENABLE_BLOB_STORAGE_FILE_LOG", kIgnored},
    {"LANGFUSE_BLOB_STORAGE_*", kIgnored},
    {"LANGFUSE_USE_AZURE_BLOB", kWithoutEffect},
    {"LANGFUSE_AZURE_*", kWithoutEffect},
    {"LANGFUSE_USE_GOOGLE_CLOUD_STORAGE", kWithoutEffect},
    {"LANGFUSE_GOOGLE_CLOUD_STORAGE_CREDENTIALS", kWithoutEffect},
    {"LANGFUSE_USE_OCI_NATIVE_OBJECT_STORAGE", kWithoutEffect},
    {"LANGFUSE_OCI_*", kWithoutEffect},
    // 4.6 to 4.12
    {"LANGFUSE_INGESTION_*", kIgnored},
    {"LANGFUSE_INGEST_*", kIgnored},
    {"LANGFUSE_OTEL_*", kIgnored},
    {"LANGFUSE_OBSERVATION*", kIgnored},
    {"LANGFUSE_ENABLE_REDIS_SEEN_EVENT_CACHE", kIgnored},
    {"LANGFUSE_SKIP_*", kIgnored},
    {"LANGFUSE_SECONDARY_*", kIgnored},
    {"LANGFUSE_TOKEN_COUNT_WORKER_POOL_SIZE", kIgnored},
    {"LANGFUSE_DATASET_*", kIgnored},
    {"LANGFUSE_CACHE_*", kIgnored},
    {"LANGFUSE_LOCAL_CACHE_*", kIgnored},
    {"QUEUE_CONSUMER_*_QUEUE_IS_ENABLED", kIgnored},
    {"LANGFUSE_*_CONCURRENCY", kIgnored},
    {"LANGFUSE_*_QUEUE_SHARD_COUNT", kIgnored},
    {"LANGFUSE_*_QUEUE_ATTEMPTS", kIgnored},
    {"LANGFUSE_EVAL_CREATOR_*", kIgnored},
    {"LANGFUSE_QUEUE_METRICS_*", kIgnored},
    {"LANGFUSE_MONITOR_SCHEDULER*", kIgnored},
    {"LANGFUSE_FETCH_LLM_COMPLETION_TIMEOUT_MS", kIgnored},
    {"LANGFUSE_LLM_AS_JUDGE_*", kIgnored},
    {"LANGFUSE_CODE_EVAL_*", kWithoutEffect},
    {"LANGFUSE_MAX_HISTORIC_EVAL_CREATION_LIMIT", kIgnored},
    {"LANGFUSE_AWS_BEDROCK_*", kWithoutEffect},
    {"LANGFUSE_IN_APP_AGENT_*", kIgnored},
    {"LANGFUSE_AI_FEATURES_*", kIgnored},
    {"LANGFUSE_BLOCKED_USERIDS_CHATCOMPLETION", kWithoutEffect},
    {"LANGFUSE_TRACE_DELETE_*", kIgnored},
    {"LANGFUSE_DELETE_*", kIgnored},
    {"LANGFUSE_BATCH_*", kIgnored},
    {"LANGFUSE_MEDIA_RETENTION_*", kIgnored},
    {"LANGFUSE_MIGRATION_V4_WRITE_MODE", kWithoutEffect},
    {"LANGFUSE_MIGRATION_V4_*", kIgnored},
    {"LANGFUSE_BACKGROUND_MIGRATION_*", kIgnored},
    {"LANGFUSE_ENABLE_BACKGROUND_MIGRATIONS", kIgnored},
    {"LANGFUSE_EXPERIMENT_*", kIgnored},
    {"LANGFUSE_EVENT_PROPAGATION_*", kIgnored},
    {"LANGFUSE_FORCE_V3_EXPERIENCE", kIgnored},
    {"LANGFUSE_DISABLE_LEGACY_TRACING_IO_SEARCH", kIgnored},
    {"LANGFUSE_API_TRACES_*", kWithoutEffect},
    {"LANGFUSE_API_TRACEBYID_DEFAULT_FIELDS", kWithoutEffect},
    {"LANGFUSE_API_*", kIgnored},
    {"LANGFUSE_MAX_OBSERVATIONS_PER_TRACE", kIgnored},
    {"LANGFUSE_SERVER_SIDE_IO_CHAR_LIMIT", kIgnored},
    {"LANGFUSE_MARKDOWN_RENDER_CHARACTER_LIMIT", kIgnored},
    {"LANGFUSE_RATE_LIMITS_ENABLED", kIgnored},
    {"LANGFUSE_ENABLE_SINGLE_LEVEL_QUERY_OPTIMIZATION", kIgnored},
    {"LANGFUSE_ROOT_EVENT_CONDITION_MAX_WINDOW_HOURS", kIgnored},
    // 4.13
    {"AUTH_EMAIL_VERIFICATION_REQUIRED", kWithoutEffect},
    {"AUTH_DOMAINS_WITH_SSO_ENFORCEMENT", kWithoutEffect},
    {"AUTH_IGNORE_ACCOUNT_FIELDS", kWithoutEffect},
    {"AUTH_SSO_TIMEOUT", kIgnored},
    {"AUTH_HTTP_PROXY", kWithoutEffect},
    {"AUTH_HTTPS_PROXY", kWithoutEffect},
    {"AUTH_CLICKHOUSE_CLOUD_*", kSilent},
    {"AUTH_*_CLIENT_ID", kWithoutEffect},
    {"AUTH_*_CLIENT_SECRET", kWithoutEffect},
    {"AUTH_*_ISSUER", kWithoutEffect},
    {"AUTH_*_NAME", kWithoutEffect},
    {"AUTH_*_SCOPE", kWithoutEffect},
    {"AUTH_*_TENANT_ID", kWithoutEffect},
    {"AUTH_*_BASE_URL", kWithoutEffect},
    {"AUTH_*_CONNECTION", kWithoutEffect},
    {"AUTH_*_ORGANIZATION", kWithoutEffect},
    {"AUTH_*_ALLOWED_DOMAINS", kWithoutEffect},
    {"AUTH_*_ALLOW_ACCOUNT_LINKING", kWithoutEffect},
    {"AUTH_*_CLIENT_AUTH_METHOD", kWithoutEffect},
    {"AUTH_*_CHECKS", kWithoutEffect},
    {"AUTH_*_ID_TOKEN", kWithoutEffect},
    {"AUTH_*_FETCH_USERINFO", kWithoutEffect},
    {"LANGFUSE_CUSTOM_SSO_*", kWithoutEffect},
    {"LANGFUSE_DEFAULT_*", kWithoutEffect},
    {"LANGFUSE_ALLOWED_ORGANIZATION_CREATORS", kWithoutEffect},
    // 4.15 to 4.19
    {"LANGFUSE_UI_*", kWithoutEffect},
    {"LANGFUSE_LOG_PROPAGATED_HEADERS", kWithoutEffect},
    {"LANGFUSE_WEBHOOK_*", kWithoutEffect},
    {"LANGFUSE_LLM_CONNECTION_*", kWithoutEffect},
    {"LANGFUSE_SSO_DISCOVERY_*", kWithoutEffect},
    {"LANGFUSE_MIXPANEL_*", kIgnored},
    {"LANGFUSE_POSTHOG_*", kIgnored},
    {"LANGFUSE_ADMIN_ACCESS_WEBHOOK", kWithoutEffect},
    {"LANGFUSE_NEW_USER_SIGNUP_WEBHOOK", kWithoutEffect},
    {"LANGFUSE_CLOUD_*", kSilent},
    {"LANGFUSE_FREE_TIER_*", kSilent},
    {"LANGFUSE_TEAM_SLACK_WEBHOOK", kSilent},
    {"LANGFUSE_FEEDBACK_INTAKE_SLACK_WEBHOOK", kSilent},
    {"LANGFUSE_INIT_ORG_CLOUD_PLAN", kSilent},
    // What an SDK in the same container reads.
    {"LANGFUSE_HOST", kSilent},
    {"LANGFUSE_BASE_URL", kSilent},
    {"LANGFUSE_BASEURL", kSilent},
    {"LANGFUSE_PUBLIC_KEY", kSilent},
    {"LANGFUSE_SECRET_KEY", kSilent},
    // Ours, of the contract, for parts that are not there yet.
    {"CLEW_ACK", kWithoutEffect},
    {"CLEW_SPOOL_*", kWithoutEffect},
    {"CLEW_MEDIA_*", kWithoutEffect},
    {"CLEW_REMOTE_MEDIA", kWithoutEffect},
    {"CLEW_SECRET_REFRESH_SECONDS", kWithoutEffect},
    {"CLEW_INIT_FILE", kWithoutEffect},
    {"CLEW_MIGRATE_WAIT_SECONDS", kWithoutEffect},
    {"CLEW_FAIL_FAST", kWithoutEffect},
    {"CLEW_SMTP_*", kWithoutEffect},
    {"CLEW_TLS_*", kWithoutEffect},
    {"CLEW_SSO_*", kWithoutEffect},
    {"CLEW_REQUIRE_MFA", kWithoutEffect},
    {"CLEW_SIGNUP_STRICT", kWithoutEffect},
    // Without one of our prefixes, but part of every deployment; named here so that they are reported.
    {"TELEMETRY_ENABLED", kIgnored},
    {"NODE_OPTIONS", kSilent},
    {"NODE_ENV", kSilent},
    {"DIRECT_URL", kIgnored},
    {"SHADOW_DATABASE_URL", kIgnored},
    {"NEXTAUTH_COOKIE_DOMAIN", kWithoutEffect},
    {"NEXTAUTH_COOKIE_NAME_SUFFIX", kWithoutEffect},
    {"SMTP_CONNECTION_URL", kWithoutEffect},
    {"EMAIL_FROM_ADDRESS", kWithoutEffect},
    {"ENABLE_AWS_CLOUDWATCH_METRIC_PUBLISHING", kWithoutEffect},
    {"BATCH_EXPORT_*", kIgnored},
    {"BATCH_ACTION_EXPORT_ROW_LIMIT", kIgnored},
};

bool matches(std::string_view name, std::string_view pattern) {
  const std::size_t star = pattern.find('*');
  if (star == std::string_view::npos) return name == pattern;
  if (!name.starts_with(pattern.substr(0, star))) return false;
  name.remove_prefix(star);
  pattern.remove_prefix(star + 1);
  if (pattern.empty()) return true;
  for (std::size_t i = 0; i <= name.size(); ++i) {
    if (matches(name.substr(i), pattern)) return true;
  }
  return false;
}

std::size_t edit_distance(std::string_view a, std::string_view b) {
  std::vector<std::size_t> row(b.size() + 1);
  std::iota(row.begin(), row.end(), std::size_t{0});
  for (std::size_t i = 1; i <= a.size(); ++i) {
    std::size_t diagonal = row[0];
    row[0] = i;
    for (std::size_t j = 1; j <= b.size(); ++j) {
      const std::size_t substituted = diagonal + (a[i - 1] == b[j - 1] ? 0 : 1);
      diagonal = row[j];
      row[j] = std::min({row[j] + 1, row[j - 1] + 1, substituted});
    }
  }
  return row[b.size()];
}

}  // namespace

std::optional<NameClass> classify(std::string_view name) {
  for (const Pattern& pattern : kPatterns) {
    if (matches(name, pattern.text)) return pattern.name_class;
  }
  return std::nullopt;
}

bool has_known_prefix(std::string_view name) {
  static constexpr std::array<std::string_view, 6> kPrefixes = {"LANGFUSE_", "CLICKHOUSE_", "REDIS_",
                                                                "AUTH_",     "CLEW_",       "QUEUE_CONSUMER_"};
  return std::ranges::any_of(kPrefixes, [&](std::string_view prefix) { return name.starts_with(prefix); });
}

std::optional<std::string> nearest(std::string_view name, const std::vector<std::string>& candidates) {
  std::size_t best = 3;
  std::optional<std::string> found;
  for (const std::string& candidate : candidates) {
    const std::size_t longer = std::max(name.size(), candidate.size());
    const std::size_t shorter = std::min(name.size(), candidate.size());
    if (longer - shorter > 2) continue;
    const std::size_t distance = edit_distance(name, candidate);
    if (distance >= best) continue;
    best = distance;
    found = candidate;
  }
  return found;
}

}  // namespace clew::config
