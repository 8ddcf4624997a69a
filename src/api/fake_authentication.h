// Authentication for tests of routes: `Authorization: test <kind> [<role>]` is whoever it says.
#pragma once

#include "api/authentication.h"
#include "base/text.h"

namespace clew::api {

// Kinds: project-key, public-key, organization-key, user. Everything else is refused like a wrong key. The project is
// "project-1", the organisation "organization-1", the user "user-1".
class FakeAuthentication : public Authentication {
 public:
  std::optional<Result<domain::Principal>> authenticate_cached(const http::Request& request, const Route& route,
                                                               const PathParams& params) override {
    if (!answers_from_memory) return std::nullopt;
    return authenticate(request, route, params);
  }

  Result<domain::Principal> authenticate(const http::Request& request, const Route&, const PathParams&) override {
    const auto header = request.headers.find("authorization");
    if (!header) return Error{Errc::kUnauthenticated, "No authorization header"};
    const auto words = text::split(*header, ' ');
    if (words.size() < 2 || words[0] != "test") return Error{Errc::kUnauthenticated, "Invalid authorization header"};
    domain::Principal who{.kind = {},
                          .project_id = "project-1",
                          .organization_id = "organization-1",
                          .public_key = {},
                          .user_id = {},
                          .role = domain::Role::kNone};
    if (words[1] == "project-key" || words[1] == "public-key") {
      who.kind = words[1] == "project-key" ? domain::PrincipalKind::kProjectKey : domain::PrincipalKind::kPublicKey;
      who.public_key = "pk-lf-test";
    } else if (words[1] == "organization-key") {
      who.kind = domain::PrincipalKind::kOrganizationKey;
      who.public_key = "pk-lf-test";
    } else if (words[1] == "user") {
      who.kind = domain::PrincipalKind::kUser;
      who.user_id = "user-1";
      if (words.size() > 2) who.role = domain::parse_role(words[2]).value_or(domain::Role::kNone);
    } else if (words[1] == "outage") {
      return Error{Errc::kUnavailable, "database is away"};
    } else {
      return Error{Errc::kUnauthenticated, "Invalid credentials. Confirm that you've configured the correct host."};
    }
    return who;
  }

  bool answers_from_memory = false;
};

}  // namespace clew::api
