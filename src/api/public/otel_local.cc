#include "api/public/otel_local.h"

#include <array>

#include "base/text.h"
#include "http/remote_address.h"

namespace clew::api {

namespace {

constexpr std::string_view kUseAKey = "; use an API key";

Error refused(std::string_view why) {
  return {Errc::kForbidden,
          "OTLP without a key is for programs on this machine: " + std::string(why) + std::string(kUseAKey)};
}

// Without the port, which may be any.
std::string_view host_of(std::string_view header) {
  header = text::trim(header);
  if (header.starts_with('[')) {
    const std::size_t end = header.find(']');
    return end == std::string_view::npos ? header : header.substr(1, end - 1);
  }
  return header.substr(0, header.find(':'));
}

// A name that a page could have pointed here by DNS is none of these.
bool is_local_name(std::string_view host) {
  if (text::equals_ignore_case(host, "localhost")) return true;
  const auto address = http::parse_ip(host);
  return address && address->is_loopback();
}

// Pages can send some types to any host without being asked first, and our two are not among them. The name must be the
// whole type: "text/plain; application/json" is text/plain.
bool is_otlp_type(std::string_view content_type) {
  const std::string_view type = text::trim(content_type.substr(0, content_type.find(';')));
  return text::equals_ignore_case(type, "application/x-protobuf") || text::equals_ignore_case(type, "application/json");
}

}  // namespace

Result<> check_local_otlp(const http::Request& request) {
  static constexpr std::array<std::string_view, 4> kProxied = {"x-forwarded-for", "forwarded", "x-real-ip", "via"};
  static constexpr std::array<std::string_view, 4> kBrowser = {"origin", "sec-fetch-site", "sec-fetch-mode",
                                                               "sec-fetch-dest"};
  const auto peer = http::parse_ip(request.remote_address);
  if (!peer || !peer->is_loopback()) return refused("this request comes from another one");
  for (const std::string_view name : kProxied) {
    if (request.headers.find(name)) return refused("this request came through a proxy");
  }
  for (const std::string_view name : kBrowser) {
    if (request.headers.find(name)) return refused("this request comes from a page in a browser");
  }
  if (!is_local_name(host_of(request.headers.get("host")))) {
    return refused("the Host header must be localhost or a loopback address");
  }
  if (!is_otlp_type(request.headers.get("content-type"))) {
    return refused("the Content-Type must be application/x-protobuf or application/json");
  }
  return ok();
}

LocalOtlpAuthentication::LocalOtlpAuthentication(Authentication& keys, std::string project_id,
                                                 std::string organization_id)
    : keys_(keys) {
  local_.kind = domain::PrincipalKind::kProjectKey;
  local_.project_id = std::move(project_id);
  local_.organization_id = std::move(organization_id);
  local_.public_key = kLocalOtlpKey;
}

Result<domain::Principal> LocalOtlpAuthentication::without_key(const http::Request& request) const {
  CLEW_CHECK(check_local_otlp(request));
  return local_;
}

std::optional<Result<domain::Principal>> LocalOtlpAuthentication::authenticate_cached(const http::Request& request,
                                                                                      const Route& route,
                                                                                      const PathParams& params) {
  if (request.headers.find("authorization")) return keys_.authenticate_cached(request, route, params);
  return without_key(request);
}

Result<domain::Principal> LocalOtlpAuthentication::authenticate(const http::Request& request, const Route& route,
                                                                const PathParams& params) {
  if (request.headers.find("authorization")) return keys_.authenticate(request, route, params);
  return without_key(request);
}

}  // namespace clew::api
