// Projects: the boundary of all data, with their settings and roles of their own.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "auth/audit.h"
#include "base/result.h"
#include "base/time.h"
#include "domain/principal.h"
#include "meta/database.h"
#include "projects/organizations.h"

namespace clew::projects {

struct Project {
  std::string id;
  std::string name;
  std::string organization_id;
  std::string organization_name;
  std::string metadata = "{}";                 // JSON object as text
  std::optional<std::int64_t> retention_days;  // null: data is kept
  TimeUs created_at = 0;
  TimeUs updated_at = 0;
};

// What an update or a new project may set; null keeps (or takes the default).
struct ProjectSettings {
  std::optional<std::string> name;
  std::optional<std::string> metadata;         // JSON object as text
  std::optional<std::int64_t> retention_days;  // 0 keeps data for ever, else at least 3
};

// Callers are authorised for the project or organisation already. Every change is audited in its transaction.
// Thread-safe; blocks on the store.
class Projects {
 public:
  Projects(meta::Database& database, const Clock& clock) : database_(database), clock_(clock) {}

  // kInvalidArgument: name or retention. kConflict: the organisation has a project of this name.
  Result<Project> create(const std::string& organization_id, const ProjectSettings& settings, const auth::Actor& actor);
  // kNotFound, and the errors of create().
  Result<Project> update(const std::string& id, const ProjectSettings& settings, const auth::Actor& actor);
  // From now on the project does not exist for anybody and its keys are dead; a job of `kRemovalJob` removes what it
  // holds. Keys are refused within a
  // second, as after any change of keys (auth/key_authenticator.h). kNotFound.
  Result<> remove(const std::string& id, const auth::Actor& actor);
  static constexpr std::string_view kRemovalJob = "delete_project";
  Result<Project> get(const std::string& id);                             // kNotFound
  Result<std::vector<Project>> list(const std::string& organization_id);  // by name

  // Members with a role of their own in this project.
  Result<std::vector<Member>> members(const std::string& id);
  // kNotFound: the user is no member of the organisation. kForbidden: above the granting role.
  Result<Member> set_role(const Project& project, const std::string& user_id, domain::Role role, domain::Role granting,
                          const auth::Actor& actor);
  // From now on the role of the organisation counts again. kNotFound: there was none.
  Result<> remove_role(const Project& project, const std::string& user_id, const auth::Actor& actor);

 private:
  meta::Database& database_;
  const Clock& clock_;
};

}  // namespace clew::projects
