#include "auth/browser_guard.h"

#include <algorithm>

#include "auth/digest.h"
#include "auth/sessions.h"
#include "base/text.h"

namespace clew::auth {

namespace {

// "https://Clew.example:8443/path" → "https://clew.example:8443"; empty when it is no http(s) URL.
std::string origin_of(std::string_view url) {
  const std::string lower = text::lower(url);
  if (!lower.starts_with("http://") && !lower.starts_with("https://")) return {};
  const auto authority = lower.find("://") + 3;
  return lower.substr(0, lower.find('/', authority));
}

std::string_view authority_of(std::string_view origin) {
  return origin.substr(origin.find("://") + 3);
}

bool has_body(const http::Request& request) {
  if (request.headers.find("transfer-encoding")) return true;
  const std::string_view length = request.headers.get("content-length");
  return (!length.empty() && length != "0") || !request.body.empty();
}

}  // namespace

bool changes_state(http::Method method) {
  return method != http::Method::kGet && method != http::Method::kHead && method != http::Method::kOptions;
}

BrowserGuard::BrowserGuard(const std::vector<std::string>& public_urls) {
  for (const std::string& url : public_urls) {
    if (std::string origin = origin_of(url); !origin.empty()) origins_.push_back(std::move(origin));
  }
}

Result<> BrowserGuard::check_origin(const http::Request& request) const {
  const std::string_view type = request.headers.get("content-type");
  const std::string media = text::lower(text::trim(type.substr(0, type.find(';'))));
  if ((has_body(request) || !media.empty()) && media != "application/json") {
    return Error{Errc::kForbidden, "Requests of the UI carry JSON."};
  }
  const std::string_view site = request.headers.get("sec-fetch-site");
  if (site == "same-origin") return ok();
  const Error refused{Errc::kForbidden, "This request was not made by a page of this server (Origin header)."};
  if (!site.empty() && site != "none") return refused;
  const std::string origin = origin_of(request.headers.get("origin"));
  if (origin.empty()) return refused;
  const bool ours = std::ranges::find(origins_, origin) != origins_.end() ||
                    authority_of(origin) == text::lower(request.headers.get("host"));
  if (!ours) return refused;
  return ok();
}

Result<> BrowserGuard::check_token(const http::Request& request, std::string_view session_token) {
  if (!equal_in_constant_time(request.headers.get(kCsrfHeader), csrf_token(session_token))) {
    return Error{Errc::kForbidden, "The CSRF token is missing or belongs to another session. Reload the page."};
  }
  return ok();
}

}  // namespace clew::auth
