#include "config/finish.h"

#include <algorithm>
#include <array>

#include <fmt/format.h>

#include "base/text.h"
#include "config/listen_address.h"

namespace clew::config {

namespace {

// The public URL may carry the base path, and /api/auth as the reference wants it.
void finish_public_url(ServerSettings& server, std::vector<std::string>& problems) {
  std::string url = server.public_url.empty() ? fmt::format("http://localhost:{}", server.port) : server.public_url;
  if (url.ends_with("/api/auth")) url.resize(url.size() - std::string_view("/api/auth").size());
  const std::size_t path = url.find('/', url.find("://") + 3);
  std::string base = path == std::string::npos ? std::string() : url.substr(path);
  if (path != std::string::npos) url.resize(path);
  if (!server.base_path.empty()) base = server.base_path;
  while (base.ends_with('/'))
    base.pop_back();
  if (!base.empty() && !base.starts_with('/')) base.insert(0, "/");
  if (base.find_first_of("?#% ") != std::string::npos) problems.emplace_back("server.base_path: expected a plain path");
  server.base_path = base;
  server.public_url = url + base;
}

// Separate fields may hold any character: they are encoded here (the reference does not, and fails to start).
void finish_database_url(MetaSettings& meta, std::vector<std::string>& problems) {
  if (meta.database_url.is_set()) {
    const std::string& url = meta.database_url.reveal();
    if (!url.starts_with("postgres://") && !url.starts_with("postgresql://")) {
      problems.emplace_back("meta.database_url: expected a URL that starts with postgresql://");
    }
    return;
  }
  if (meta.host.empty()) return;
  // The host may carry a port, as the reference wants it.
  const bool has_port = meta.host.find(':') != std::string::npos && !meta.host.ends_with(']');
  std::string url = "postgresql://" + text::percent_encode(meta.username);
  if (meta.password.is_set()) url += ":" + text::percent_encode(meta.password.reveal());
  url += "@" + meta.host;
  if (!has_port) url += ":" + std::to_string(meta.port);
  url += "/" + text::percent_encode(meta.name);
  if (!meta.arguments.empty()) url += "?" + meta.arguments;
  meta.database_url = Secret(std::move(url));
}

void finish_prefix(BlobFamily& family, std::string_view name, std::vector<std::string>& problems,
                   std::vector<Notice>& notices) {
  if (!family.prefix.empty() && !family.prefix.ends_with('/')) {
    family.prefix += '/';
    notices.push_back({Notice::Level::kWarn, fmt::format("blob.{}.prefix: a slash at the end was added", name)});
  }
  if (family.access_key_id.empty() != !family.secret_access_key.is_set()) {
    problems.emplace_back(
        fmt::format("blob.{}: access_key_id and secret_access_key are given together or not at all", name));
  }
}

bool is_loopback_url(std::string_view url) {
  const std::size_t scheme = url.find("://");
  std::string_view host = scheme == std::string_view::npos ? url : url.substr(scheme + 3);
  host = host.substr(0, host.find_first_of("/?"));
  if (const std::size_t at = host.rfind('@'); at != std::string_view::npos) host = host.substr(at + 1);
  return host.starts_with("localhost") || host.starts_with("127.") || host.starts_with("[::1]") || host.empty();
}

std::string password_of(std::string_view url) {
  const std::size_t scheme = url.find("://");
  if (scheme == std::string_view::npos) return {};
  std::string_view authority = url.substr(scheme + 3);
  authority = authority.substr(0, authority.find_first_of("/?"));
  const std::size_t at = authority.rfind('@');
  const std::size_t colon = authority.find(':');
  if (at == std::string_view::npos || colon == std::string_view::npos || colon > at) return {};
  return std::string(authority.substr(colon + 1, at - colon - 1));
}

// OPS-R10: values from published samples protect nothing.
void refuse_known_secrets(const Settings& settings, std::vector<std::string>& problems) {
  if (settings.allow_insecure_defaults) return;
  static constexpr std::array<std::string_view, 6> kKnown = {"mysalt",   "salt",        "secret",
                                                             "mysecret", "miniosecret", "myredissecret"};
  const auto refuse = [&](std::string_view name) {
    problems.emplace_back(
        fmt::format("{}: a value from a published sample; set an own one (or "
                    "CLEW_ALLOW_INSECURE_DEFAULTS=true)",
                    name));
  };
  const auto check = [&](std::string_view name, const Secret& secret) {
    const std::string& value = secret.reveal();
    const bool zeros = value.size() == 64 && value.find_first_not_of('0') == std::string::npos;
    if (zeros || std::ranges::find(kKnown, value) != kKnown.end()) refuse(name);
  };
  check("auth.salt (SALT)", settings.auth.salt);
  check("auth.nextauth_secret (NEXTAUTH_SECRET)", settings.auth.nextauth_secret);
  check("auth.encryption_key (ENCRYPTION_KEY)", settings.auth.encryption_key);
  check("auth.admin_api_key (ADMIN_API_KEY)", settings.auth.admin_api_key);
  check("blob.events.secret_access_key", settings.blob.events.secret_access_key);
  check("blob.media.secret_access_key", settings.blob.media.secret_access_key);
  check("blob.exports.secret_access_key", settings.blob.exports.secret_access_key);
  const std::string& database = settings.meta.database_url.reveal();
  if (password_of(database) == "postgres" && !is_loopback_url(database)) refuse("meta.database_url (DATABASE_URL)");
  if (settings.analytics.password.reveal() == "clickhouse" && !is_loopback_url(settings.analytics.url)) {
    refuse("analytics.password (CLICKHOUSE_PASSWORD)");
  }
}

void check_secrets(const Settings& settings, std::vector<std::string>& problems) {
  const std::string& key = settings.auth.encryption_key.reveal();
  if (!key.empty() && (key.size() != 64 || !text::from_hex(key))) {
    problems.emplace_back("auth.encryption_key (ENCRYPTION_KEY): expected 64 hexadecimal digits");
  }
  // Several processes must share them, so with external stores they cannot be made up on one machine.
  if (!settings.meta.database_url.is_set()) return;
  if (!settings.auth.salt.is_set()) {
    problems.emplace_back("auth.salt (SALT): needed when PostgreSQL is used; for example `openssl rand -base64 32`");
  }
  if (!settings.auth.nextauth_secret.is_set()) {
    problems.emplace_back(
        "auth.nextauth_secret (NEXTAUTH_SECRET): needed when PostgreSQL is used; for example "
        "`openssl rand -base64 32`");
  }
}

void check_init(const Settings& settings, std::vector<std::string>& problems, std::vector<Notice>& notices) {
  const InitSettings& init = settings.init;
  const auto report = [&](std::string text) {
    if (settings.strict) {
      problems.push_back(std::move(text));
    } else {
      notices.push_back({Notice::Level::kError, std::move(text)});
    }
  };
  const bool any = !init.project_id.empty() || !init.public_key.empty() || init.secret_key.is_set() ||
                   !init.user_email.empty() || init.user_password.is_set();
  if (any && init.organization_id.empty()) {
    report("LANGFUSE_INIT_ORG_ID is missing: the other LANGFUSE_INIT settings have no effect");
  }
  if (!init.public_key.empty() && !init.secret_key.is_set()) {
    report("LANGFUSE_INIT_PROJECT_SECRET_KEY is missing: no key is created");
  }
  if (init.public_key.empty() && init.secret_key.is_set()) {
    report("LANGFUSE_INIT_PROJECT_PUBLIC_KEY is missing: no key is created");
  }
  if (!init.public_key.empty() && init.project_id.empty()) {
    report("LANGFUSE_INIT_PROJECT_ID is missing: no key is created");
  }
  if (init.user_email.empty() != !init.user_password.is_set()) {
    report("LANGFUSE_INIT_USER_EMAIL and LANGFUSE_INIT_USER_PASSWORD are needed together: no user is created");
  }
  if (init.project_retention_days != 0 && init.project_retention_days < 3) {
    problems.emplace_back("init.project_retention_days (LANGFUSE_INIT_PROJECT_RETENTION): at least 3, or 0 for ever");
  }
}

// Without a key whoever reaches the port may write, so nobody but this machine may reach it.
void finish_local_otlp(std::string& listen, std::string_view name, std::vector<std::string>& problems) {
  if (listen == "off") listen.clear();
  if (listen.empty()) return;
  const auto parsed = parse_listen_address(listen);
  if (!parsed) {
    problems.emplace_back(fmt::format("{}: {}, or off", name, parsed.error().message));
  } else if (!parsed->is_loopback) {
    problems.emplace_back(
        fmt::format("{}: OTLP without a key is taken on loopback only (127.0.0.1:PORT or [::1]:PORT). Other machines "
                    "send with a key to /api/public/otel or to server.otlp_grpc_listen",
                    name));
  }
}

void finish_otlp(ServerSettings& server, std::vector<std::string>& problems) {
  if (server.otlp_grpc_listen == "off") server.otlp_grpc_listen.clear();
  if (!server.otlp_grpc_listen.empty()) {
    const auto parsed = parse_listen_address(server.otlp_grpc_listen);
    if (!parsed) {
      problems.emplace_back("server.otlp_grpc_listen (CLEW_OTLP_GRPC_LISTEN): " + parsed.error().message);
    }
  }
  finish_local_otlp(server.otlp_local_http_listen, "server.otlp_local_http_listen (CLEW_OTLP_LOCAL_HTTP_LISTEN)",
                    problems);
  finish_local_otlp(server.otlp_local_grpc_listen, "server.otlp_local_grpc_listen (CLEW_OTLP_LOCAL_GRPC_LISTEN)",
                    problems);
}

}  // namespace

void finish(Settings& settings, std::vector<std::string>& problems, std::vector<Notice>& notices) {
  finish_public_url(settings.server, problems);
  finish_otlp(settings.server, problems);
  finish_database_url(settings.meta, problems);
  finish_prefix(settings.blob.events, "events", problems, notices);
  finish_prefix(settings.blob.media, "media", problems, notices);
  finish_prefix(settings.blob.exports, "exports", problems, notices);
  check_secrets(settings, problems);
  refuse_known_secrets(settings, problems);
  check_init(settings, problems, notices);
  if (settings.log.level == "fatal") settings.log.level = "error";
  if (settings.server.metrics_listen == "off") settings.server.metrics_listen.clear();
}

}  // namespace clew::config
