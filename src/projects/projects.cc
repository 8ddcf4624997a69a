#include "projects/projects.h"

#include <fmt/format.h>

#include "base/json.h"
#include "base/text.h"
#include "jobs/job_store.h"
#include "projects/sql/organizations.sql.h"
#include "projects/sql/projects.sql.h"

namespace clew::projects {

namespace {

using auth::Actor;
using auth::AuditEntry;
using domain::Role;

constexpr std::int64_t kRetentionDaysMin = 3;
constexpr std::int64_t kRetentionDaysMax = 36'500;

meta::Value or_null(const std::optional<std::int64_t>& number) {
  return number ? meta::Value(*number) : meta::Value{};
}

std::string described(const Project& project) {
  return json::to_text(json::Object{{"name", project.name}, {"retentionDays", project.retention_days.value_or(0)}});
}

Result<> apply(Project& project, const ProjectSettings& settings) {
  if (settings.name) {
    if (const auto problem = name_problem(*settings.name)) return Error{Errc::kInvalidArgument, *problem};
    project.name = text::trim(*settings.name);
  }
  if (settings.retention_days) {
    const std::int64_t days = *settings.retention_days;
    if (days != 0 && (days < kRetentionDaysMin || days > kRetentionDaysMax)) {
      return Error{Errc::kInvalidArgument, "Retention must be 0 (keep data) or at least 3 days."};
    }
    project.retention_days = days == 0 ? std::nullopt : std::optional(days);
  }
  if (settings.metadata) project.metadata = *settings.metadata;
  return ok();
}

Result<> same_name(Result<> done) {
  if (!done && done.error().code == Errc::kConflict) {
    return Error{Errc::kConflict, "A project with this name already exists in your organization"};
  }
  return done;
}

Project read_row(const meta::ResultSet& rows, std::size_t r) {
  return Project{.id = rows.text(r, 0),
                 .name = rows.text(r, 1),
                 .organization_id = rows.text(r, 2),
                 .organization_name = rows.text(r, 3),
                 .metadata = rows.text(r, 4),
                 .retention_days = rows.optional_integer(r, 5),
                 .created_at = rows.integer(r, 6),
                 .updated_at = rows.integer(r, 7)};
}

Result<Project> read(const meta::ResultSet& rows) {
  if (rows.empty()) return Error{Errc::kNotFound, "Project not found"};
  return read_row(rows, 0);
}

AuditEntry about(const Project& project, std::string action) {
  return {.organization_id = project.organization_id,
          .project_id = project.id,
          .resource_type = "project",
          .resource_id = project.id,
          .action = std::move(action)};
}

AuditEntry about_member(const Project& project, const std::string& user_id, std::string action) {
  AuditEntry entry = about(project, std::move(action));
  entry.resource_type = "projectMembership";
  entry.resource_id = user_id;
  return entry;
}

}  // namespace

Result<Project> Projects::create(const std::string& organization_id, const ProjectSettings& settings,
                                 const Actor& actor) {
  Project project{.id = text::random_uuid(), .organization_id = organization_id};
  if (!settings.name) return Error{Errc::kInvalidArgument, "The name must have 3 to 60 characters."};
  CLEW_CHECK(apply(project, settings));
  CLEW_CHECK(same_name(database_.transaction([&](meta::Session& session) -> Result<> {
    const TimeUs now = clock_.now_us();
    auto inserted = session.run(sql::kInsertProject, {project.id, organization_id, project.name, project.metadata,
                                                      or_null(project.retention_days), now});
    if (!inserted) return inserted.error();
    AuditEntry entry = about(project, "create");
    entry.after = described(project);
    return auth::record(session, now, actor, entry);
  })));
  return get(project.id);
}

Result<Project> Projects::update(const std::string& id, const ProjectSettings& settings, const Actor& actor) {
  Project project;
  CLEW_CHECK(same_name(database_.transaction([&](meta::Session& session) -> Result<> {
    const TimeUs now = clock_.now_us();
    CLEW_TRY(const meta::ResultSet rows, session.run(sql::kFindProject, {id}));
    CLEW_TRY(project, read(rows));
    AuditEntry entry = about(project, "update");
    entry.before = described(project);
    CLEW_CHECK(apply(project, settings));
    entry.after = described(project);
    auto done =
        session.run(sql::kUpdateProject, {id, project.name, project.metadata, or_null(project.retention_days), now});
    if (!done) return done.error();
    return auth::record(session, now, actor, entry);
  })));
  return project;
}

Result<> Projects::remove(const std::string& id, const Actor& actor) {
  return database_.transaction([&](meta::Session& session) -> Result<> {
    const TimeUs now = clock_.now_us();
    CLEW_TRY(const meta::ResultSet rows, session.run(sql::kFindProject, {id}));
    CLEW_TRY(const Project project, read(rows));
    if (auto done = session.run(sql::kMarkProjectDeleted, {id, now}); !done) return done.error();
    if (auto done = session.run(sql::kDeleteProjectKeys, {id}); !done) return done.error();
    if (auto done = session.run(sql::kCountKeyChangeOfProject, {}); !done) return done.error();
    CLEW_TRY(const std::string job,
             jobs::enqueue(session, now, {.kind = std::string(kRemovalJob), .project_id = id, .idempotency_key = id}));
    AuditEntry entry = about(project, "delete");
    entry.before = described(project);
    entry.after = json::to_text(json::Object{{"job", job}});
    return auth::record(session, now, actor, entry);
  });
}

Result<Project> Projects::get(const std::string& id) {
  CLEW_TRY(const meta::ResultSet rows, database_.run(sql::kFindProject, {id}));
  return read(rows);
}

Result<std::vector<Project>> Projects::list(const std::string& organization_id) {
  CLEW_TRY(const meta::ResultSet rows, database_.run(sql::kListProjects, {organization_id}));
  std::vector<Project> all;
  for (std::size_t r = 0; r < rows.size(); ++r)
    all.push_back(read_row(rows, r));
  return all;
}

Result<std::vector<Member>> Projects::members(const std::string& id) {
  CLEW_TRY(const meta::ResultSet rows, database_.run(sql::kListProjectRoles, {id}));
  std::vector<Member> members;
  for (std::size_t r = 0; r < rows.size(); ++r) {
    members.push_back({.user_id = rows.text(r, 0),
                       .name = rows.text(r, 1),
                       .email = rows.text(r, 2),
                       .role = domain::parse_role(rows.text(r, 3)).value_or(Role::kNone)});
  }
  return members;
}

Result<Member> Projects::set_role(const Project& project, const std::string& user_id, Role role, Role granting,
                                  const Actor& actor) {
  if (role > granting) {
    return Error{Errc::kForbidden, fmt::format("With the role {} you cannot grant the role {}.",
                                               domain::to_text(granting), domain::to_text(role))};
  }
  CLEW_CHECK(database_.transaction([&](meta::Session& session) -> Result<> {
    const TimeUs now = clock_.now_us();
    CLEW_TRY(const meta::ResultSet member, session.run(sql::kFindMembership, {project.organization_id, user_id}));
    if (member.empty()) return Error{Errc::kNotFound, "User is not a member of this organization"};
    CLEW_TRY(const meta::ResultSet before, session.run(sql::kFindProjectRole, {project.id, user_id}));
    AuditEntry entry = about_member(project, user_id, before.empty() ? "create" : "update");
    if (!before.empty()) entry.before = json::to_text(json::Object{{"role", before.text(0, 0)}});
    entry.after = json::to_text(json::Object{{"role", domain::to_text(role)}});
    auto done = session.run(sql::kPutProjectRole, {project.id, user_id, std::string(domain::to_text(role)), now});
    if (!done) return done.error();
    return auth::record(session, now, actor, entry);
  }));
  CLEW_TRY(const std::vector<Member> all, members(project.id));
  for (const Member& member : all) {
    if (member.user_id == user_id) return member;
  }
  return Error{Errc::kNotFound, "User is not a member of this organization"};
}

Result<> Projects::remove_role(const Project& project, const std::string& user_id, const Actor& actor) {
  return database_.transaction([&](meta::Session& session) -> Result<> {
    const TimeUs now = clock_.now_us();
    CLEW_TRY(const meta::ResultSet before, session.run(sql::kFindProjectRole, {project.id, user_id}));
    if (before.empty()) return Error{Errc::kNotFound, "User is not a member of this project"};
    AuditEntry entry = about_member(project, user_id, "delete");
    entry.before = json::to_text(json::Object{{"role", before.text(0, 0)}});
    if (auto done = session.run(sql::kDeleteProjectRole, {project.id, user_id}); !done) return done.error();
    return auth::record(session, now, actor, entry);
  });
}

}  // namespace clew::projects
