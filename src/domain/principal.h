// Who is asking and what they may do. Roles × scopes: contract/security.md 6, contract/permissions.md.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace clew::domain {

enum class Role : std::uint8_t { kNone, kViewer, kMember, kAdmin, kOwner };
std::string_view to_text(Role role);  // "OWNER"
std::optional<Role> parse_role(std::string_view upper_case);

// What a route needs. Every route declares exactly one. Who has which: contract/permissions.md, compared by a test.
enum class Scope : std::uint8_t {
  kPublic,              // no credentials needed (health, sign-in)
  kSignedIn,            // any signed-in user; no project or organisation involved
  kAnyKey,              // any API key; the handler refuses some kinds in its own words
  kIngest,              // write traces: project keys only
  kScoresWrite,         // project keys, Bearer public keys, users from MEMBER up
  kProjectRead,         // read everything of one project: project keys, users from VIEWER up
  kScoreConfigsWrite,   // project keys, users from MEMBER up
  kTracesDelete,        // project keys, users from ADMIN up
  kProjectUpdate,       // organisation keys, users from ADMIN up
  kApiKeysRead,         // of a project: organisation keys, users from MEMBER up
  kApiKeysWrite,        // of a project: organisation keys, users from ADMIN up
  kModelsWrite,         // model definitions and re-pricing: project keys, users from ADMIN up
  kMembersRead,         // organisation keys, users from MEMBER up
  kMembersWrite,        // organisation keys, users from ADMIN up
  kOrganizationRead,    // organisation keys, users from VIEWER up
  kOrganizationUpdate,  // users from ADMIN up
  kOrganizationKeys,    // API keys of an organisation: organisation keys, users who are OWNER
  kProjectsCreate,      // organisation keys, users from ADMIN up
  kOperate,             // the instance itself: users who are its operators, whatever their roles
};
inline constexpr std::size_t kScopeCount = static_cast<std::size_t>(Scope::kOperate) + 1;

enum class PrincipalKind : std::uint8_t { kAnonymous, kProjectKey, kPublicKey, kOrganizationKey, kUser };

struct Principal {
  PrincipalKind kind = PrincipalKind::kAnonymous;
  std::string project_id;       // keys: the key's project; users: the project of the route, once checked
  std::string organization_id;  // likewise
  std::string public_key;       // keys only
  std::string user_id;          // users only
  Role role = Role::kNone;      // users: their role in that project or organisation
  bool is_operator = false;     // users: operates the instance; looked up for routes of scope kOperate only
};

// Whether `principal` may use a route that needs `scope`, given the role it already carries.
bool allows(const Principal& principal, Scope scope);

}  // namespace clew::domain
