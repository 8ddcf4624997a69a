#include "auth/access.h"

#include "auth/sql/access.sql.h"

namespace clew::auth {

namespace {

using domain::Principal;
using domain::PrincipalKind;
using domain::Role;

Error no_such(std::string_view what) {
  return Error{Errc::kNotFound, std::string(what) + " not found"};
}

}  // namespace

Result<Principal> Access::authorize_project(Principal principal, std::string_view project_id) {
  switch (principal.kind) {
    case PrincipalKind::kAnonymous:
      return Error{Errc::kUnauthenticated, "Please sign in."};
    case PrincipalKind::kProjectKey:
    case PrincipalKind::kPublicKey:
      if (principal.project_id != project_id) return no_such("Project");
      return principal;
    case PrincipalKind::kOrganizationKey:
    case PrincipalKind::kUser:
      break;
  }
  CLEW_TRY(const meta::ResultSet rows,
           database_.run(sql::kFindProjectRole, {std::string(project_id), principal.user_id}));
  if (rows.empty()) return no_such("Project");
  if (principal.kind == PrincipalKind::kOrganizationKey) {
    if (rows.text(0, 0) != principal.organization_id) return no_such("Project");
    principal.project_id = project_id;
    return principal;
  }
  // Without a membership of the organisation a left-over project role opens nothing.
  if (rows.is_null(0, 1)) return no_such("Project");
  const Role role = domain::parse_role(rows.text(0, rows.is_null(0, 2) ? 1 : 2)).value_or(Role::kNone);
  if (role == Role::kNone) return no_such("Project");
  principal.project_id = project_id;
  principal.organization_id = rows.text(0, 0);
  principal.role = role;
  return principal;
}

Result<Principal> Access::authorize_organization(Principal principal, std::string_view organization_id) {
  switch (principal.kind) {
    case PrincipalKind::kAnonymous:
      return Error{Errc::kUnauthenticated, "Please sign in."};
    case PrincipalKind::kProjectKey:
    case PrincipalKind::kPublicKey:
      return no_such("Organization");
    case PrincipalKind::kOrganizationKey:
      if (principal.organization_id != organization_id) return no_such("Organization");
      return principal;
    case PrincipalKind::kUser:
      break;
  }
  CLEW_TRY(const meta::ResultSet rows,
           database_.run(sql::kFindOrganizationRole, {std::string(organization_id), principal.user_id}));
  if (rows.empty()) return no_such("Organization");
  principal.organization_id = organization_id;
  principal.role = domain::parse_role(rows.text(0, 0)).value_or(Role::kNone);
  return principal;
}

Result<Principal> Access::authorize_operator(Principal principal) {
  if (principal.kind != PrincipalKind::kUser || operator_organization_.empty()) return principal;
  CLEW_TRY(const meta::ResultSet rows, database_.run(sql::kIsOwner, {operator_organization_, principal.user_id}));
  principal.is_operator = !rows.empty();
  return principal;
}

}  // namespace clew::auth
