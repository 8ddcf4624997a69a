#include "auth/authenticator.h"

namespace clew::auth {

namespace {

using domain::Principal;
using domain::Scope;

const std::string* find(const PathParameters& parameters, std::string_view name) {
  for (const auto& [key, value] : parameters) {
    if (key == name) return &value;
  }
  return nullptr;
}

}  // namespace

Result<Principal> Authenticator::authenticate(const http::Request& request, Door door, Scope scope,
                                              const PathParameters& path_parameters) {
  if (door == Door::kBrowser) {
    CLEW_TRY(Principal principal, browser(request, scope));
    if (principal.kind != domain::PrincipalKind::kUser) return principal;
    if (scope == Scope::kOperate) return access_.authorize_operator(std::move(principal));
    return narrow(std::move(principal), path_parameters);
  }
  if (scope == Scope::kPublic) return Principal{};
  CLEW_TRY(Principal principal, keys_.authenticate(request));
  // The wrong kind of key is told so (403), whatever the path names.
  if (!domain::allows(principal, scope)) return principal;
  return narrow(std::move(principal), path_parameters);
}

std::optional<Result<Principal>> Authenticator::try_authenticate(const http::Request& request, Door door, Scope scope,
                                                                 const PathParameters& path_parameters) {
  if (door == Door::kBrowser) return std::nullopt;
  if (find(path_parameters, "projectId") != nullptr || find(path_parameters, "organizationId") != nullptr) {
    return std::nullopt;
  }
  if (scope == Scope::kPublic) return Principal{};
  return keys_.try_authenticate(request);
}

Result<Principal> Authenticator::narrow(Principal principal, const PathParameters& path_parameters) {
  if (const std::string* project = find(path_parameters, "projectId")) {
    return access_.authorize_project(std::move(principal), *project);
  }
  if (const std::string* organization = find(path_parameters, "organizationId")) {
    return access_.authorize_organization(std::move(principal), *organization);
  }
  return principal;
}

Result<Principal> Authenticator::browser(const http::Request& request, Scope scope) {
  const bool guarded = changes_state(request.method) && scope != Scope::kPublic;
  if (guarded) CLEW_CHECK(guard_.check_origin(request));
  const std::string token = request.cookie(kSessionCookie).value_or(std::string());
  CLEW_TRY(const std::optional<SignedInUser> user, sessions_.find(token));
  if (!user) {
    if (scope == Scope::kPublic) return Principal{};
    return Error{Errc::kUnauthenticated, "Please sign in."};
  }
  if (guarded) CLEW_CHECK(BrowserGuard::check_token(request, token));
  return Principal{.kind = domain::PrincipalKind::kUser, .user_id = user->id};
}

}  // namespace clew::auth
