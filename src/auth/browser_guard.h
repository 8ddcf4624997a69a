// Refuses requests that another site made a signed-in browser send (contract/security.md 11).
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "http/message.h"

namespace clew::auth {

inline constexpr std::string_view kCsrfHeader = "x-clew-csrf";

// Whether the method may change state.
bool changes_state(http::Method method);

// Immutable, so any thread may use it.
class BrowserGuard {
 public:
  // "https://clew.example/base" and further origins under which the UI is served.
  explicit BrowserGuard(const std::vector<std::string>& public_urls);

  // For requests that change state: they come from our own pages (Sec-Fetch-Site, or Origin equal to a public origin or
  // to the Host asked for) and a body is JSON. kForbidden otherwise.
  Result<> check_origin(const http::Request& request) const;
  // Also carries the token of the session. kForbidden otherwise.
  static Result<> check_token(const http::Request& request, std::string_view session_token);

 private:
  std::vector<std::string> origins_;
};

}  // namespace clew::auth
