#include "projects/organizations.h"

#include <algorithm>
#include <unordered_map>

#include <fmt/format.h>

#include "auth/accounts.h"
#include "base/json.h"
#include "base/text.h"
#include "projects/sql/organizations.sql.h"

namespace clew::projects {

namespace {

using auth::Actor;
using auth::AuditEntry;
using domain::Role;

constexpr std::size_t kNameMin = 3;
constexpr std::size_t kNameMax = 60;

std::string named(std::string_view name) {
  return json::to_text(json::Object{{"name", name}});
}
std::string with_role(Role role) {
  return json::to_text(json::Object{{"role", domain::to_text(role)}});
}

Role role_of(const meta::ResultSet& rows) {
  if (rows.empty()) return Role::kNone;
  return domain::parse_role(rows.text(0, 0)).value_or(Role::kNone);
}

Result<> check_grant(Role before, Role after, Role granting) {
  if (after > granting || before > granting) {
    return Error{Errc::kForbidden, fmt::format("With the role {} you cannot grant or take the role {}.",
                                               domain::to_text(granting), domain::to_text(std::max(before, after)))};
  }
  return ok();
}

Result<> check_last_owner(meta::Session& session, const std::string& id, Role before, Role after) {
  if (before != Role::kOwner || after == Role::kOwner) return ok();
  CLEW_TRY(const meta::ResultSet owners, session.run(sql::kCountOwners, {id}));
  if (owners.integer(0, 0) > 1) return ok();
  return Error{Errc::kForbidden, "An organization keeps at least one OWNER."};
}

}  // namespace

std::optional<std::string> name_problem(std::string_view name) {
  const std::string_view trimmed = text::trim(name);
  if (!text::is_utf8(trimmed)) return "The name is not valid text.";
  const std::size_t length = text::characters(trimmed);
  if (length < kNameMin || length > kNameMax) return "The name must have 3 to 60 characters.";
  if (trimmed.find_first_of("<>") != std::string_view::npos) return "The name must not contain HTML.";
  if (std::ranges::any_of(trimmed, [](char c) { return static_cast<unsigned char>(c) < ' '; })) {
    return "The name must be one line.";
  }
  return std::nullopt;
}

Result<Organization> Organizations::create(std::string_view name, const std::string& user_id,
                                           std::string_view user_email, const Actor& actor) {
  if (const auto problem = name_problem(name)) return Error{Errc::kInvalidArgument, *problem};
  if (!options_.creators.empty() && std::ranges::none_of(options_.creators, [&](const std::string& creator) {
        return text::equals_ignore_case(creator, user_email);
      })) {
    return Error{Errc::kForbidden, "You are not allowed to create organizations."};
  }
  const Organization made{.id = text::random_uuid(), .name = std::string(text::trim(name))};
  CLEW_CHECK(database_.transaction([&](meta::Session& session) -> Result<> {
    const TimeUs now = clock_.now_us();
    if (auto done = session.run(sql::kInsertOrganization, {made.id, made.name, now}); !done) return done.error();
    auto joined = session.run(sql::kPutMembership, {made.id, user_id, std::string("OWNER"), now});
    if (!joined) return joined.error();
    return auth::record(session, now, actor,
                        {.organization_id = made.id,
                         .resource_type = "organization",
                         .resource_id = made.id,
                         .action = "create",
                         .after = named(made.name)});
  }));
  return made;
}

Result<Organization> Organizations::rename(const std::string& id, std::string_view name, const Actor& actor) {
  if (const auto problem = name_problem(name)) return Error{Errc::kInvalidArgument, *problem};
  const Organization renamed{.id = id, .name = std::string(text::trim(name))};
  CLEW_CHECK(database_.transaction([&](meta::Session& session) -> Result<> {
    const TimeUs now = clock_.now_us();
    CLEW_TRY(const meta::ResultSet before, session.run(sql::kFindOrganization, {id}));
    if (before.empty()) return Error{Errc::kNotFound, "Organization not found"};
    if (auto done = session.run(sql::kRenameOrganization, {id, renamed.name, now}); !done) return done.error();
    return auth::record(session, now, actor,
                        {.organization_id = id,
                         .resource_type = "organization",
                         .resource_id = id,
                         .action = "update",
                         .before = named(before.text(0, 1)),
                         .after = named(renamed.name)});
  }));
  return renamed;
}

Result<std::vector<OrganizationAccess>> Organizations::visible_to(const std::string& user_id) {
  CLEW_TRY(const meta::ResultSet organizations, database_.run(sql::kListOrganizationsOfUser, {user_id}));
  CLEW_TRY(const meta::ResultSet projects, database_.run(sql::kListProjectsOfUser, {user_id}));
  std::vector<OrganizationAccess> visible;
  std::unordered_map<std::string, std::size_t> place;
  for (std::size_t r = 0; r < organizations.size(); ++r) {
    place[organizations.text(r, 0)] = visible.size();
    visible.push_back({.id = organizations.text(r, 0),
                       .name = organizations.text(r, 1),
                       .role = domain::parse_role(organizations.text(r, 2)).value_or(Role::kNone)});
  }
  for (std::size_t r = 0; r < projects.size(); ++r) {
    const Role role = domain::parse_role(projects.text(r, 3)).value_or(Role::kNone);
    const auto at = place.find(projects.text(r, 1));
    if (role == Role::kNone || at == place.end()) continue;
    visible[at->second].projects.push_back({.id = projects.text(r, 0), .name = projects.text(r, 2), .role = role});
  }
  return visible;
}

Result<std::vector<Member>> Organizations::members(const std::string& id) {
  CLEW_TRY(const meta::ResultSet rows, database_.run(sql::kListMembers, {id}));
  std::vector<Member> members;
  for (std::size_t r = 0; r < rows.size(); ++r) {
    members.push_back({.user_id = rows.text(r, 0),
                       .name = rows.text(r, 1),
                       .email = rows.text(r, 2),
                       .role = domain::parse_role(rows.text(r, 3)).value_or(Role::kNone)});
  }
  return members;
}

Result<> Organizations::set_role(const std::string& id, const UserName& user, std::optional<Role> role, Role granting,
                                 const Actor& actor) {
  const auto address = auth::normal_email(user.email);
  if (user.id.empty() && !address) return Error{Errc::kInvalidArgument, "Please enter a valid e-mail address."};
  return database_.transaction([&](meta::Session& session) -> Result<> {
    CLEW_TRY(const meta::ResultSet found, user.id.empty() ? session.run(sql::kFindUserByEmail, {*address})
                                                          : session.run(sql::kFindUserById, {user.id}));
    if (found.empty()) {
      return Error{Errc::kNotFound,
                   user.id.empty() ? "Nobody has an account with this e-mail address." : "User not found"};
    }
    const std::string user_id = found.text(0, 0);
    CLEW_TRY(const meta::ResultSet membership, session.run(sql::kFindMembership, {id, user_id}));
    if (!role && membership.empty()) return Error{Errc::kNotFound, "User is not a member of this organization"};
    const Role before = role_of(membership);
    CLEW_CHECK(check_grant(before, role.value_or(Role::kNone), granting));
    CLEW_CHECK(check_last_owner(session, id, before, role.value_or(Role::kNone)));
    const TimeUs now = clock_.now_us();
    AuditEntry entry{.organization_id = id, .resource_type = "orgMembership", .resource_id = user_id};
    if (!membership.empty()) entry.before = with_role(before);
    if (role) {
      auto done = session.run(sql::kPutMembership, {id, user_id, std::string(domain::to_text(*role)), now});
      if (!done) return done.error();
      entry.action = membership.empty() ? "create" : "update";
      entry.after = with_role(*role);
    } else {
      if (auto done = session.run(sql::kDeleteMembership, {id, user_id}); !done) return done.error();
      if (auto done = session.run(sql::kDeleteProjectRolesOfMember, {id, user_id}); !done) return done.error();
      entry.action = "delete";
    }
    return auth::record(session, now, actor, entry);
  });
}

}  // namespace clew::projects
