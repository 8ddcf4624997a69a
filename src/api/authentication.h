// Who is asking: the question the dispatcher puts to the auth module (connected in app).
#pragma once

#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "api/endpoint.h"
#include "base/result.h"
#include "domain/principal.h"
#include "http/message.h"

namespace clew::api {

using PathParams = std::vector<std::pair<std::string, std::string>>;  // decoded

// Any thread. Decides who it is and, for users, their role in the project or organisation of the path; whether that
// is enough for the route is decided by the caller with domain::allows.
class Authentication {
 public:
  virtual ~Authentication() = default;

  // An answer from memory, or null when it takes a look-up. Runs on an io thread: must not block.
  virtual std::optional<Result<domain::Principal>> authenticate_cached(const http::Request& request, const Route& route,
                                                                       const PathParams& params) = 0;
  // May block. kUnauthenticated and kForbidden carry the message for the client; kNotFound hides what belongs to
  // others; kUnavailable: the store cannot be asked.
  virtual Result<domain::Principal> authenticate(const http::Request& request, const Route& route,
                                                 const PathParams& params) = 0;
};

}  // namespace clew::api
