#include "auth/audit.h"

#include "auth/digest.h"
#include "auth/sql/audit.sql.h"
#include "base/json.h"
#include "base/text.h"

namespace clew::auth {

namespace {

constexpr std::size_t kUserAgentMax = 300;

// The hash of a row: everything it says, after the hash of the row before it.
std::string chain_hash(std::string_view previous, const std::vector<meta::Value>& row) {
  json::Array fields;
  for (const meta::Value& value : row) {
    if (const auto* text = std::get_if<std::string>(&value)) {
      fields.emplace_back(*text);
    } else if (const auto* integer = std::get_if<std::int64_t>(&value)) {
      fields.emplace_back(*integer);
    } else {
      fields.emplace_back(nullptr);
    }
  }
  return sha256_hex(std::string(previous) + json::to_text(json::Value(std::move(fields))));
}

meta::Value or_null(std::string text) {
  if (text.empty()) return {};
  return meta::Value(std::move(text));
}

meta::Value or_null(const std::optional<std::string>& text) {
  return text ? meta::Value(*text) : meta::Value{};
}

}  // namespace

Actor actor_of(const domain::Principal& principal, const http::Request& request) {
  Actor actor{.remote_address = request.remote_address,
              .user_agent = text::sanitize_utf8(std::string(request.headers.get("user-agent"))),
              .request_id = request.request_id};
  actor.user_agent = text::prefix(actor.user_agent, kUserAgentMax);
  switch (principal.kind) {
    case domain::PrincipalKind::kUser:
      actor.type = "USER";
      actor.id = principal.user_id;
      actor.role = domain::to_text(principal.role);
      break;
    case domain::PrincipalKind::kAnonymous:
      actor.type = "ANONYMOUS";
      break;
    case domain::PrincipalKind::kProjectKey:
    case domain::PrincipalKind::kPublicKey:
    case domain::PrincipalKind::kOrganizationKey:
      actor.type = "API_KEY";
      actor.id = principal.public_key;
      break;
  }
  return actor;
}

Result<> record(meta::Session& session, TimeUs now, const Actor& actor, const AuditEntry& entry) {
  CLEW_TRY(const meta::ResultSet head, session.run(sql::kAdvanceAuditHead, {}));
  if (head.empty()) return Error{Errc::kCorruption, "the audit log has lost its head row"};
  std::vector<meta::Value> row = {head.integer(0, 0),
                                  text::random_uuid(),
                                  now,
                                  actor.type,
                                  or_null(actor.id),
                                  or_null(actor.role),
                                  or_null(entry.organization_id),
                                  or_null(entry.project_id),
                                  entry.resource_type,
                                  entry.resource_id,
                                  entry.action,
                                  entry.outcome,
                                  or_null(entry.before),
                                  or_null(entry.after),
                                  or_null(actor.remote_address),
                                  or_null(actor.user_agent),
                                  or_null(actor.request_id)};
  const std::string hash = chain_hash(head.text(0, 1), row);
  row.emplace_back(hash);
  if (auto inserted = session.run(sql::kInsertAuditRow, row); !inserted) return inserted.error();
  if (auto moved = session.run(sql::kSetAuditHeadHash, {hash}); !moved) return moved.error();
  return ok();
}

Result<AuditVerdict> verify_audit(meta::Database& database) {
  // The head first: rows that are added meanwhile are for the next verification.
  CLEW_TRY(const meta::ResultSet head, database.run(sql::kReadAuditHead, {}));
  if (head.empty()) return Error{Errc::kCorruption, "the audit log has lost its head row"};
  const std::int64_t last = head.integer(0, 0);
  AuditVerdict verdict;
  std::string previous;
  while (verdict.rows < last) {
    CLEW_TRY(meta::ResultSet page, database.run(sql::kListAuditRows, {verdict.rows}));
    for (std::size_t r = 0; r < page.size() && verdict.rows < last; ++r) {
      const std::string stored = page.text(r, page.names.size() - 1);
      page.rows[r].pop_back();
      if (page.integer(r, 0) != verdict.rows + 1 || chain_hash(previous, page.rows[r]) != stored) {
        verdict.first_bad = verdict.rows + 1;
        return verdict;
      }
      previous = stored;
      ++verdict.rows;
    }
    if (page.empty()) break;
  }
  if (verdict.rows != last || head.text(0, 1) != previous) verdict.first_bad = verdict.rows + 1;
  return verdict;
}

}  // namespace clew::auth
