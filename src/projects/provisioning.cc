#include "projects/provisioning.h"

#include <fmt/format.h>

#include "auth/accounts.h"
#include "auth/audit.h"
#include "base/json.h"
#include "base/text.h"
#include "projects/api_keys.h"
#include "projects/sql/api_keys.sql.h"
#include "projects/sql/organizations.sql.h"
#include "projects/sql/projects.sql.h"
#include "projects/sql/provisioning.sql.h"

namespace clew::projects {

namespace {

constexpr std::int64_t kRetentionDaysMin = 3;

// The steps share the transaction; each adds a line to the report.
class Steps {
 public:
  Steps(meta::Session& session, TimeUs now, const Provision& wanted, ProvisionReport& report)
      : session_(session), now_(now), wanted_(wanted), report_(report) {}

  Result<> organization() {
    const std::string& id = *wanted_.organization_id;
    CLEW_TRY(const meta::ResultSet found, session_.run(sql::kFindOrganization, {id}));
    if (!found.empty()) return unchanged("organization " + id);
    const std::string name = wanted_.organization_name.value_or("Provisioned Org");
    if (auto done = session_.run(sql::kInsertOrganization, {id, name, now_}); !done) return done.error();
    return created("organization", id, {.resource_id = id, .after = json::to_text(json::Object{{"name", name}})});
  }

  Result<> project() {
    const std::string& id = *wanted_.project_id;
    CLEW_TRY(const meta::ResultSet found, session_.run(sql::kFindAnyProject, {id}));
    if (!found.empty()) {
      if (found.text(0, 0) == *wanted_.organization_id) return unchanged("project " + id);
      return Error{Errc::kConflict, fmt::format("project {} belongs to another organization", id)};
    }
    const std::string name = wanted_.project_name.value_or("Provisioned Project");
    CLEW_TRY(const meta::ResultSet same, session_.run(sql::kFindProjectByName, {*wanted_.organization_id, name}));
    if (!same.empty()) {
      return Error{Errc::kConflict,
                   fmt::format("the organization has a project named {} with the id {}", name, same.text(0, 0))};
    }
    const meta::Value days =
        wanted_.retention_days.value_or(0) > 0 ? meta::Value(*wanted_.retention_days) : meta::Value{};
    auto done = session_.run(sql::kInsertProject, {id, *wanted_.organization_id, name, std::string("{}"), days, now_});
    if (!done) return done.error();
    return created("project", id,
                   {.project_id = id, .resource_id = id, .after = json::to_text(json::Object{{"name", name}})});
  }

  Result<> key(const std::string& hash) {
    const std::string& public_key = *wanted_.public_key;
    CLEW_TRY(const meta::ResultSet found, session_.run(sql::kFindKey, {public_key}));
    if (found.empty()) return new_key(hash);
    if (found.text(0, 2) != hash) {
      return Error{Errc::kConflict, fmt::format("the API key {} exists with another secret: give the new secret a new "
                                                "public key, or delete the key first",
                                                public_key)};
    }
    if (found.text(0, 1) == *wanted_.project_id) return unchanged("API key " + public_key);
    CLEW_TRY(const meta::ResultSet moved, session_.run(sql::kMoveKey, {found.text(0, 0), *wanted_.project_id}));
    if (moved.changed == 0) return Error{Errc::kConflict, fmt::format("the API key {} is no project key", public_key)};
    if (auto counted = session_.run(sql::kCountKeyChange, {}); !counted) return counted.error();
    return created("apiKey", public_key + " (moved from another project)",
                   {.project_id = *wanted_.project_id, .resource_id = found.text(0, 0), .action = "transfer"});
  }

  // `hash` is null when the user existed before the transaction.
  Result<> user(const std::string& email, const std::optional<std::string>& hash) {
    CLEW_TRY(const meta::ResultSet found, session_.run(sql::kFindUser, {email}));
    std::string id;
    if (!found.empty()) {
      id = found.text(0, 0);
      CLEW_CHECK(unchanged("user " + email));
    } else {
      if (!hash) return Error{Errc::kUnavailable, fmt::format("user {} was removed meanwhile, start again", email)};
      id = text::random_uuid();
      const std::string name = wanted_.user_name.value_or("Provisioned User");
      if (auto done = session_.run(sql::kInsertUser, {id, email, name, *hash, now_}); !done) return done.error();
      CLEW_CHECK(created("user", email, {.resource_id = id}));
    }
    CLEW_TRY(const meta::ResultSet member, session_.run(sql::kFindMembership, {*wanted_.organization_id, id}));
    if (!member.empty()) return ok();
    auto joined = session_.run(sql::kPutMembership, {*wanted_.organization_id, id, std::string("OWNER"), now_});
    if (!joined) return joined.error();
    return created("orgMembership", email + " as OWNER", {.resource_id = id, .after = R"({"role":"OWNER"})"});
  }

 private:
  Result<> new_key(const std::string& hash) {
    const std::string id = text::random_uuid();
    Result<meta::ResultSet> inserted =
        session_.run(sql::kInsertProjectKey,
                     {id, *wanted_.project_id, *wanted_.public_key, hash, display_secret(*wanted_.secret_key),
                      std::string("Provisioned API Key"), meta::Value{}, now_, meta::Value{}});
    if (!inserted && inserted.error().code == Errc::kConflict) {
      return Error{Errc::kConflict, "the secret of LANGFUSE_INIT_PROJECT_SECRET_KEY belongs to another public key"};
    }
    if (!inserted) return inserted.error();
    if (auto counted = session_.run(sql::kCountKeyChange, {}); !counted) return counted.error();
    return created("apiKey", *wanted_.public_key, {.project_id = *wanted_.project_id, .resource_id = id});
  }

  Result<> unchanged(std::string what) {
    report_.unchanged.push_back(std::move(what));
    return ok();
  }

  Result<> created(const std::string& type, const std::string& what, auth::AuditEntry entry) {
    report_.created.push_back(type + " " + what);
    entry.organization_id = *wanted_.organization_id;
    entry.resource_type = type;
    if (entry.action.empty()) entry.action = "create";
    return auth::record(session_, now_, auth::Actor{}, entry);
  }

  meta::Session& session_;
  const TimeUs now_;
  const Provision& wanted_;
  ProvisionReport& report_;
};

// Drops settings whose partner is missing, and says so.
Provision complete_part(Provision wanted, std::vector<std::string>& problems) {
  if (wanted.public_key.has_value() != wanted.secret_key.has_value()) {
    problems.emplace_back(
        "LANGFUSE_INIT_PROJECT_PUBLIC_KEY and LANGFUSE_INIT_PROJECT_SECRET_KEY go together: no key made");
    wanted.public_key.reset();
    wanted.secret_key.reset();
  }
  if (wanted.public_key && !wanted.project_id) {
    problems.emplace_back("LANGFUSE_INIT_PROJECT_PUBLIC_KEY needs LANGFUSE_INIT_PROJECT_ID: no key made");
    wanted.public_key.reset();
    wanted.secret_key.reset();
  }
  if (wanted.user_email.has_value() != wanted.user_password.has_value()) {
    problems.emplace_back("LANGFUSE_INIT_USER_EMAIL and LANGFUSE_INIT_USER_PASSWORD go together: no user made");
    wanted.user_email.reset();
  }
  if ((wanted.project_name || wanted.retention_days) && !wanted.project_id) {
    problems.emplace_back("LANGFUSE_INIT_PROJECT_* needs LANGFUSE_INIT_PROJECT_ID: no project made");
  }
  return wanted;
}

Result<> check(const Provision& wanted) {
  const auto invalid = [](std::string message) { return Error{Errc::kInvalidArgument, std::move(message)}; };
  if (wanted.retention_days && *wanted.retention_days != 0 && *wanted.retention_days < kRetentionDaysMin) {
    return invalid("LANGFUSE_INIT_PROJECT_RETENTION must be 0 or at least 3 days");
  }
  for (const auto* key : {&wanted.public_key, &wanted.secret_key}) {
    if (*key && ((*key)->empty() || (*key)->contains(':'))) {
      return invalid("LANGFUSE_INIT_PROJECT_PUBLIC_KEY and _SECRET_KEY must not be empty or contain a colon");
    }
  }
  if (wanted.user_email && !auth::normal_email(*wanted.user_email)) {
    return invalid("LANGFUSE_INIT_USER_EMAIL is not an e-mail address");
  }
  return ok();
}

bool is_empty(const Provision& wanted) {
  return !wanted.organization_name && !wanted.project_id && !wanted.project_name && !wanted.retention_days &&
         !wanted.public_key && !wanted.secret_key && !wanted.user_email && !wanted.user_password && !wanted.user_name;
}

}  // namespace

Result<ProvisionReport> provision(meta::Database& database, const Clock& clock, const auth::KeyHasher& key_hasher,
                                  auth::PasswordHasher& password_hasher, const Provision& all) {
  ProvisionReport report;
  if (!all.organization_id) {
    if (!is_empty(all)) report.problems.emplace_back("LANGFUSE_INIT_* needs LANGFUSE_INIT_ORG_ID: nothing was done");
    return report;
  }
  const Provision wanted = complete_part(all, report.problems);
  CLEW_CHECK(check(wanted));
  // Hashing takes long: before the transaction, and only for a new user.
  const std::string email = wanted.user_email ? *auth::normal_email(*wanted.user_email) : std::string();
  std::optional<std::string> password_hash;
  if (!email.empty()) {
    CLEW_TRY(const meta::ResultSet found, database.run(sql::kFindUser, {email}));
    if (found.empty()) {
      CLEW_TRY(password_hash, password_hasher.hash(*wanted.user_password));
    }
  }
  const std::vector<std::string> problems = report.problems;
  CLEW_CHECK(database.exclusive_transaction([&](meta::Session& session) -> Result<> {
    report = {.problems = problems};
    Steps steps(session, clock.now_us(), wanted, report);
    CLEW_CHECK(steps.organization());
    if (wanted.project_id) CLEW_CHECK(steps.project());
    if (wanted.public_key) CLEW_CHECK(steps.key(key_hasher.hash(*wanted.secret_key)));
    if (!email.empty()) CLEW_CHECK(steps.user(email, password_hash));
    return ok();
  }));
  return report;
}

}  // namespace clew::projects
