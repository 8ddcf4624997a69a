// Headless initialisation: organisation, project, API key and first user from LANGFUSE_INIT_* (contract/operations.md
// 5). Creates what is missing and changes nothing that exists, so every start may run it.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "auth/digest.h"
#include "auth/password.h"
#include "base/result.h"
#include "base/time.h"
#include "meta/database.h"

namespace clew::projects {

struct Provision {
  std::optional<std::string> organization_id;  // without it nothing happens
  std::optional<std::string> organization_name;
  std::optional<std::string> project_id;
  std::optional<std::string> project_name;
  std::optional<std::int64_t> retention_days;
  std::optional<std::string> public_key;
  std::optional<std::string> secret_key;
  std::optional<std::string> user_email;
  std::optional<std::string> user_password;  // the operator's choice: the rules for people do not apply
  std::optional<std::string> user_name;
};

struct ProvisionReport {
  std::vector<std::string> created;  // "organization acme"
  std::vector<std::string> unchanged;
  std::vector<std::string> problems;  // settings without their partner; those were skipped
};

// In one transaction that only one process runs at a time. An API key that exists in another project with the same
// secret is moved here. kConflict: the public key exists with another secret, the secret belongs to another public key,
// or the project belongs to another organisation. kInvalidArgument: a value that cannot be stored.
Result<ProvisionReport> provision(meta::Database& database, const Clock& clock, const auth::KeyHasher& key_hasher,
                                  auth::PasswordHasher& password_hasher, const Provision& wanted);

}  // namespace clew::projects
