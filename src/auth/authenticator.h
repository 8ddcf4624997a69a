// Who a request is from. At each door one kind of credential counts and the other is not even looked at.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "auth/access.h"
#include "auth/browser_guard.h"
#include "auth/key_authenticator.h"
#include "auth/sessions.h"
#include "base/result.h"
#include "domain/principal.h"
#include "http/message.h"

namespace clew::auth {

enum class Door : std::uint8_t {
  kKeys,     // the public API: Authorization header
  kBrowser,  // /api/ui: session cookie; changes must come from our own pages and carry the CSRF token
};

using PathParameters = std::vector<std::pair<std::string, std::string>>;

// Thread-safe.
class Authenticator {
 public:
  Authenticator(KeyAuthenticator& keys, Sessions& sessions, Access& access, const BrowserGuard& guard)
      : keys_(keys), sessions_(sessions), access_(access), guard_(guard) {}

  // The principal for a route that needs `scope`; at the browser's door with project, organisation and role filled in
  // from the path parameters `projectId` and `organizationId`. Whether the scope is allowed is decided by
  // domain::allows afterwards. Routes of scope kPublic get the signed-in user, if any, without checks: those that
  // change state (sign-in, sign-up) ask BrowserGuard themselves. kUnauthenticated (the message is the answer),
  // kForbidden (cross-site), kNotFound (not theirs), kUnavailable.
  Result<domain::Principal> authenticate(const http::Request& request, Door door, domain::Scope scope,
                                         const PathParameters& path_parameters);

  // The same when it can be told without blocking (an API key in memory, a public route); else null.
  std::optional<Result<domain::Principal>> try_authenticate(const http::Request& request, Door door,
                                                            domain::Scope scope, const PathParameters& path_parameters);

 private:
  Result<domain::Principal> browser(const http::Request& request, domain::Scope scope);
  Result<domain::Principal> narrow(domain::Principal principal, const PathParameters& path_parameters);

  KeyAuthenticator& keys_;
  Sessions& sessions_;
  Access& access_;
  const BrowserGuard& guard_;
};

}  // namespace clew::auth
