#include "meta/postgres_url.h"

#include <algorithm>
#include <array>
#include <charconv>

#include <fmt/format.h>

#include "base/text.h"

namespace clew::meta {

namespace {

// URL parameters that libpq understands by the same name and meaning.
constexpr std::array<std::string_view, 13> kLibpqParameters = {"host",
                                                               "hostaddr",
                                                               "port",
                                                               "user",
                                                               "password",
                                                               "dbname",
                                                               "connect_timeout",
                                                               "sslrootcert",
                                                               "channel_binding",
                                                               "sslcrl",
                                                               "application_name",
                                                               "target_session_attrs",
                                                               "sslkey"};

Result<int> positive_number(std::string_view name, std::string_view text) {
  int number = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
  if (error != std::errc() || end != text.data() + text.size() || number < 0) {
    return Error{Errc::kInvalidArgument, fmt::format("DATABASE_URL: {}={} is not a number", name, text)};
  }
  return number;
}

bool is_identifier(std::string_view text) {
  return !text.empty() && text.size() <= 63 && std::ranges::all_of(text, [](char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '_' || c == '-';
  });
}

Result<> read_parameter(PostgresTarget& target, std::vector<std::string>& kept, std::string_view name,
                        std::string_view raw) {
  const std::string value = text::percent_decode(raw, false).value_or(std::string(raw));
  if (name == "schema") {
    if (!is_identifier(value)) return Error{Errc::kInvalidArgument, "DATABASE_URL: schema is not an identifier"};
    target.schema = value;
  } else if (name == "connection_limit") {
    CLEW_TRY(const int number, positive_number(name, value));
    target.connections_max = static_cast<std::size_t>(number);
  } else if (name == "pool_timeout") {
    CLEW_TRY(target.pool_timeout_s, positive_number(name, value));
  } else if (name == "pgbouncer") {
    target.through_pgbouncer = value == "true";
  } else if (name == "sslmode") {
    kept.push_back(fmt::format("sslmode={}", raw));
  } else if (name == "sslcert") {
    kept.push_back(fmt::format("sslrootcert={}", raw));  // Prisma: the certificate of the authority
  } else if (name == "sslaccept") {
    // Prisma checks the server's certificate by default (strict) and never without sslmode.
    if (value == "strict") kept.emplace_back("sslmode=verify-full");
  } else if (name == "sslidentity" || name == "sslpassword") {
    return Error{Errc::kInvalidArgument,
                 fmt::format("DATABASE_URL: {} (a PKCS#12 file) is not supported; use PGSSLCERT and PGSSLKEY", name)};
  } else if (std::ranges::find(kLibpqParameters, name) != kLibpqParameters.end()) {
    kept.push_back(fmt::format("{}={}", name, raw));
  } else {
    target.ignored.emplace_back(name);
  }
  return ok();
}

}  // namespace

Result<PostgresTarget> parse_postgres_url(std::string_view url) {
  const bool known = url.starts_with("postgresql://") || url.starts_with("postgres://");
  if (!known) return Error{Errc::kInvalidArgument, "DATABASE_URL: expected postgresql://user:password@host/database"};
  PostgresTarget target;
  const auto question = url.find('?');
  const std::string_view base = url.substr(0, question);
  std::vector<std::string> kept;
  if (question != std::string_view::npos) {
    for (const std::string_view part : text::split(url.substr(question + 1), '&')) {
      if (part.empty()) continue;
      const auto equals = part.find('=');
      const std::string_view value = equals == std::string_view::npos ? "" : part.substr(equals + 1);
      CLEW_CHECK(read_parameter(target, kept, part.substr(0, equals), value));
    }
  }
  std::string_view place = base.substr(base.find("://") + 3);
  if (const auto at = place.rfind('@'); at != std::string_view::npos) place.remove_prefix(at + 1);
  target.place = place;
  target.url = base;
  for (std::size_t i = 0; i < kept.size(); ++i)
    target.url.append(i == 0 ? "?" : "&").append(kept[i]);
  return target;
}

}  // namespace clew::meta
