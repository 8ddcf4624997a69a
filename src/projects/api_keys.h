// The API keys of projects and organisations. A secret is shown once, when it is made.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "auth/audit.h"
#include "auth/key_authenticator.h"
#include "base/result.h"
#include "base/time.h"
#include "meta/database.h"

namespace clew::projects {

struct ApiKey {
  std::string id;
  std::string public_key;
  std::string display_secret;  // "sk-lf-...a1b2"
  std::optional<std::string> name;
  TimeUs created_at = 0;
  std::optional<TimeUs> expires_at;
  std::optional<TimeUs> last_used_at;
};

struct NewApiKey {
  ApiKey key;
  std::string secret_key;
};

struct ApiKeyWish {
  std::optional<std::string> name;   // at most 100 characters
  std::optional<TimeUs> expires_at;  // in the future
  // Both or neither; by default a random pair is made.
  std::optional<std::string> public_key;
  std::optional<std::string> secret_key;
};

// Whose key it is.
struct KeyOwner {
  std::string organization_id;
  std::string project_id;  // empty: a key of the organisation, which administers it

  bool is_project() const { return !project_id.empty(); }
  const std::string& id() const { return is_project() ? project_id : organization_id; }
};

// Callers are authorised for the owner already. Every change is audited in its transaction and known to the
// authenticator of this process when the call returns. Thread-safe; blocks on the store.
class ApiKeys {
 public:
  ApiKeys(meta::Database& database, const Clock& clock, auth::KeyAuthenticator& authenticator)
      : database_(database), clock_(clock), authenticator_(authenticator) {}

  // Newest first.
  Result<std::vector<ApiKey>> list(const std::string& project_id);
  Result<std::vector<ApiKey>> list_of_organization(const std::string& organization_id);
  // kInvalidArgument: name, time, half a pair, too many keys. kConflict: one of the given halves is taken.
  Result<NewApiKey> create(const KeyOwner& owner, const ApiKeyWish& wish, const auth::Actor& actor);
  // kNotFound: this owner has no such key.
  Result<> remove(const KeyOwner& owner, const std::string& key_id, const auth::Actor& actor);

 private:
  meta::Database& database_;
  const Clock& clock_;
  auth::KeyAuthenticator& authenticator_;
};

// First six characters, three dots, last four.
std::string display_secret(std::string_view secret);

}  // namespace clew::projects
