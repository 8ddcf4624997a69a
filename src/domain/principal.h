// Who is asking and what they may do. Roles × scopes: contract/security.md 6, contract/permissions.md.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace clew::domain {

enum class Role : std::uint8_t { kNone, kViewer, kMember, kAdmin, kOwner };
std::string_view to_text(Role role);  // "OWNER"
std::optional<Role> parse_role(std::string_view upper_case);

// What a route needs. Every route declares exactly one.
enum class Scope : std::uint8_t {
  kPublic,              // no credentials needed (health, sign-in)
  kSignedIn,            // any signed-in user; no project or organisation involved
  kIngest,              // write traces: project keys only
  kScoresWrite,         // project keys, Bearer public keys, users from MEMBER up
  kProjectRead,         // read everything of one project: project keys, users from VIEWER up
  kTracesDelete,        // project keys, users from MEMBER up
  kProjectUpdate,       // ADMIN up
  kApiKeysRead,         // ADMIN up
  kApiKeysWrite,        // ADMIN up
  kMembersRead,         // MEMBER up
  kMembersWrite,        // ADMIN up
  kOrganizationRead,    // any member of the organisation
  kOrganizationUpdate,  // OWNER
  kProjectsCreate,      // organisation ADMIN up
};

enum class PrincipalKind : std::uint8_t { kAnonymous, kProjectKey, kPublicKey, kOrganizationKey, kUser };

struct Principal {
  PrincipalKind kind = PrincipalKind::kAnonymous;
  std::string project_id;       // keys: the key's project; users: the project of the route, once checked
  std::string organization_id;  // likewise
  std::string public_key;       // keys only
  std::string user_id;          // users only
  Role role = Role::kNone;      // users: their role in that project or organisation
};

// Whether `principal` may use a route that needs `scope`, given the role it already carries.
bool allows(const Principal& principal, Scope scope);

}  // namespace clew::domain
