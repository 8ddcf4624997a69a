#include "domain/principal.h"

#include <array>

namespace clew::domain {

namespace {
constexpr std::array<std::string_view, 5> kRoles = {"NONE", "VIEWER", "MEMBER", "ADMIN", "OWNER"};

// The lowest role of a user that has a scope; none for what only keys may do.
std::optional<Role> least_role(Scope scope) {
  switch (scope) {
    case Scope::kPublic:
    case Scope::kSignedIn:
      return Role::kNone;
    case Scope::kProjectRead:
    case Scope::kOrganizationRead:
      return Role::kViewer;
    case Scope::kScoresWrite:
    case Scope::kScoreConfigsWrite:
    case Scope::kApiKeysRead:
    case Scope::kMembersRead:
      return Role::kMember;
    case Scope::kTracesDelete:
    case Scope::kProjectUpdate:
    case Scope::kApiKeysWrite:
    case Scope::kModelsWrite:
    case Scope::kMembersWrite:
    case Scope::kOrganizationUpdate:
    case Scope::kProjectsCreate:
      return Role::kAdmin;
    case Scope::kOrganizationKeys:
      return Role::kOwner;
    case Scope::kAnyKey:
    case Scope::kIngest:
    case Scope::kOperate:
      return std::nullopt;
  }
  return std::nullopt;
}

bool project_key_has(Scope scope) {
  switch (scope) {
    case Scope::kPublic:
    case Scope::kAnyKey:
    case Scope::kIngest:
    case Scope::kScoresWrite:
    case Scope::kProjectRead:
    case Scope::kScoreConfigsWrite:
    case Scope::kTracesDelete:
    case Scope::kModelsWrite:
      return true;
    default:
      return false;
  }
}

bool organization_key_has(Scope scope) {
  switch (scope) {
    case Scope::kPublic:
    case Scope::kAnyKey:
    case Scope::kProjectUpdate:
    case Scope::kApiKeysRead:
    case Scope::kApiKeysWrite:
    case Scope::kMembersRead:
    case Scope::kMembersWrite:
    case Scope::kOrganizationRead:
    case Scope::kOrganizationKeys:
    case Scope::kProjectsCreate:
      return true;
    default:
      return false;
  }
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
      return scope == Scope::kPublic || scope == Scope::kAnyKey || scope == Scope::kScoresWrite;
    case PrincipalKind::kProjectKey:
      return project_key_has(scope);
    case PrincipalKind::kOrganizationKey:
      return organization_key_has(scope);
    case PrincipalKind::kUser: {
      if (scope == Scope::kOperate) return principal.is_operator;
      const std::optional<Role> least = least_role(scope);
      return least && principal.role >= *least;
    }
  }
  return false;
}

}  // namespace clew::domain
