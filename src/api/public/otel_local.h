// OTLP without a key: what this machine sends to a listener of its own goes into one project.
//
// Whoever can connect to the listener may write, so the listener is on loopback, and a request that may come from
// elsewhere is refused although it arrived there: through a proxy on this machine, or from a web page in a browser on
// this machine (which can reach loopback, and by DNS rebinding under any name). Decision 11.
#pragma once

#include <string>
#include <string_view>

#include "api/authentication.h"

namespace clew::api {

// Stands for the key in attribution and in the list of arrivals.
inline constexpr std::string_view kLocalOtlpKey = "local-otlp";

// Whether this request may go without a key. kForbidden: the message is for the client and says what to do.
Result<> check_local_otlp(const http::Request& request);

// A request with an Authorization header is judged by its key, as everywhere; a wrong one is refused.
class LocalOtlpAuthentication final : public Authentication {
 public:
  // `keys` must outlive this.
  LocalOtlpAuthentication(Authentication& keys, std::string project_id, std::string organization_id);

  std::optional<Result<domain::Principal>> authenticate_cached(const http::Request& request, const Route& route,
                                                               const PathParams& params) override;
  Result<domain::Principal> authenticate(const http::Request& request, const Route& route,
                                         const PathParams& params) override;

 private:
  Result<domain::Principal> without_key(const http::Request& request) const;

  Authentication& keys_;
  domain::Principal local_;
};

}  // namespace clew::api
