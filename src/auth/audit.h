// The trail of who changed what. Rows are written in the transaction of the change they describe: when the row cannot
// be written, the change does not happen. Rows are chained by hash, so that later edits are found.
#pragma once

#include <cstdint>
#include <optional>
#include <string>

#include "base/result.h"
#include "base/time.h"
#include "domain/principal.h"
#include "http/message.h"
#include "meta/database.h"

namespace clew::auth {

// Who acts, and from where.
struct Actor {
  std::string type = "SYSTEM";  // USER, API_KEY, SYSTEM, ANONYMOUS
  std::string id;               // user id or public key
  std::string role;             // of a user, where the change happens
  std::string remote_address;
  std::string user_agent;
  std::string request_id;
};
Actor actor_of(const domain::Principal& principal, const http::Request& request);

// `before` and `after` are JSON text of chosen fields; never secrets or payloads.
struct AuditEntry {
  std::string organization_id;
  std::string project_id;
  std::string resource_type;  // "project", "apiKey", "orgMembership", …
  std::string resource_id;
  std::string action;  // "create", "update", "delete", "signIn", …
  std::string outcome = "success";
  std::optional<std::string> before;
  std::optional<std::string> after;
};

// Appends one row inside the caller's transaction.
Result<> record(meta::Session& session, TimeUs now, const Actor& actor, const AuditEntry& entry);

struct AuditVerdict {
  std::int64_t rows = 0;
  std::optional<std::int64_t> first_bad;  // number of the first row that was changed, moved or is missing
};
// Walks the whole chain.
Result<AuditVerdict> verify_audit(meta::Database& database);

}  // namespace clew::auth
