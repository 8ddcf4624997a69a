// Organisations (tenants) and their members.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "auth/audit.h"
#include "base/result.h"
#include "base/time.h"
#include "domain/principal.h"
#include "meta/database.h"

namespace clew::projects {

struct ProjectAccess {
  std::string id;
  std::string name;
  domain::Role role = domain::Role::kNone;  // effective
};

struct OrganizationAccess {
  std::string id;
  std::string name;
  domain::Role role = domain::Role::kNone;
  std::vector<ProjectAccess> projects;  // those the user may see
};

struct Organization {
  std::string id;
  std::string name;
};

struct Member {
  std::string user_id;
  std::string name;
  std::string email;
  domain::Role role = domain::Role::kNone;
};

// How a user is named: exactly one of both.
struct UserName {
  std::string id;
  std::string email;  // in any case
};

struct OrganizationOptions {
  std::vector<std::string> creators;  // LANGFUSE_ALLOWED_ORGANIZATION_CREATORS: e-mails; empty = everybody
};

// Callers are authorised for the organisation already (auth::Access); here are the rules beyond that. Every change is
// audited in its transaction. Thread-safe; blocks on the store.
class Organizations {
 public:
  Organizations(meta::Database& database, const Clock& clock, OrganizationOptions options = {})
      : database_(database), clock_(clock), options_(std::move(options)) {}

  // The user becomes OWNER. kInvalidArgument: the name. kForbidden: not one of the creators.
  Result<Organization> create(std::string_view name, const std::string& user_id, std::string_view user_email,
                              const auth::Actor& actor);
  Result<Organization> rename(const std::string& id, std::string_view name, const auth::Actor& actor);

  // What a user can see: organisations by name, each with its projects by name.
  Result<std::vector<OrganizationAccess>> visible_to(const std::string& user_id);

  Result<std::vector<Member>> members(const std::string& id);
  // Gives a user a role; null removes the membership, with the roles in the organisation's projects. `granting` is the
  // role of who does it: nobody grants or takes a role above the own one, and the last OWNER stays (kForbidden).
  // kNotFound: no such user; removing who is no member.
  Result<> set_role(const std::string& id, const UserName& user, std::optional<domain::Role> role,
                    domain::Role granting, const auth::Actor& actor);

 private:
  meta::Database& database_;
  const Clock& clock_;
  const OrganizationOptions options_;
};

// What is wrong with the name of an organisation or project, as a sentence; null when it is good: 3 to 60 characters
// after trimming, no HTML.
std::optional<std::string> name_problem(std::string_view name);

}  // namespace clew::projects
