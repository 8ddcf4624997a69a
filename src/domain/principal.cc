#include "domain/principal.h"

#include <array>

namespace clew::domain {

namespace {
constexpr std::array<std::string_view, 5> kRoles = {"NONE", "VIEWER", "MEMBER", "ADMIN", "OWNER"};

// The lowest role that has a scope.
Role least_role(Scope scope) {
  switch (scope) {
    case Scope::kPublic:
    case Scope::kSignedIn:
      return Role::kNone;
    case Scope::kProjectRead:
    case Scope::kOrganizationRead:
      return Role::kViewer;
    case Scope::kScoresWrite:
    case Scope::kTracesDelete:
    case Scope::kMembersRead:
      return Role::kMember;
    case Scope::kProjectUpdate:
    case Scope::kApiKeysRead:
    case Scope::kApiKeysWrite:
    case Scope::kMembersWrite:
    case Scope::kProjectsCreate:
      return Role::kAdmin;
    case Scope::kIngest:
    case Scope::kOrganizationUpdate:
      return Role::kOwner;
  }
  return Role::kOwner;
}
}  // namespace

std::string_view to_text(Role role) {
  return kRoles[static_cast<std::size_t>(role)];
}

std::optional<Role> parse_role(std::string_view text) {
  for (std::size_t i = 0; i < kRoles.size(); ++i) {
    if (kRoles[i] == text) return static_cast<Role>(i);
  }
  return std::nullopt;
}

bool allows(const Principal& principal, Scope scope) {
  switch (principal.kind) {
    case PrincipalKind::kAnonymous:
      return scope == Scope::kPublic;
    case PrincipalKind::kPublicKey:
      return scope == Scope::kPublic || scope == Scope::kScoresWrite;
    case PrincipalKind::kProjectKey:
      return scope == Scope::kPublic || scope == Scope::kIngest || scope == Scope::kScoresWrite ||
             scope == Scope::kProjectRead || scope == Scope::kTracesDelete;
    case PrincipalKind::kOrganizationKey:
      return scope == Scope::kPublic || scope == Scope::kOrganizationRead || scope == Scope::kProjectsCreate ||
             scope == Scope::kApiKeysRead || scope == Scope::kApiKeysWrite || scope == Scope::kMembersRead ||
             scope == Scope::kMembersWrite || scope == Scope::kProjectUpdate;
    case PrincipalKind::kUser:
      return scope != Scope::kIngest && principal.role >= least_role(scope);
  }
  return false;
}

}  // namespace clew::domain
