#include "projects/api_keys.h"

#include <algorithm>

#include "base/json.h"
#include "base/text.h"
#include "projects/sql/api_keys.sql.h"

namespace clew::projects {

namespace {

constexpr std::size_t kNameMax = 100;
constexpr std::size_t kKeyBytesMax = 200;
constexpr std::int64_t kKeysMax = 500;
constexpr std::string_view kPublicPrefix = "pk-lf-";
constexpr std::string_view kSecretPrefix = "sk-lf-";

meta::Value or_null(const std::optional<std::string>& text) {
  return text ? meta::Value(*text) : meta::Value{};
}
meta::Value or_null(const std::optional<TimeUs>& time) {
  return time ? meta::Value(*time) : meta::Value{};
}

Error invalid(std::string message) {
  return Error{Errc::kInvalidArgument, std::move(message)};
}

bool is_key_text(std::string_view key, std::string_view prefix) {
  return key.starts_with(prefix) && key.size() > prefix.size() && key.size() <= kKeyBytesMax &&
         std::ranges::all_of(key, [](char c) { return c > ' ' && c < 0x7F && c != ':'; });
}

Result<> check(const ApiKeyWish& wish, TimeUs now) {
  if (wish.name && (!text::is_utf8(*wish.name) || text::characters(*wish.name) > kNameMax)) {
    return invalid("The name can have at most 100 characters.");
  }
  if (wish.expires_at && *wish.expires_at <= now) return invalid("expiresAt must be in the future.");
  if (wish.public_key.has_value() != wish.secret_key.has_value()) {
    return invalid("Both publicKey and secretKey must be provided together.");
  }
  if (wish.public_key && !is_key_text(*wish.public_key, kPublicPrefix)) {
    return invalid("publicKey must start with pk-lf- and contain no blank and no colon.");
  }
  if (wish.secret_key && !is_key_text(*wish.secret_key, kSecretPrefix)) {
    return invalid("secretKey must start with sk-lf- and contain no blank and no colon.");
  }
  return ok();
}

auth::AuditEntry about(const KeyOwner& owner, const std::string& key_id, std::string action) {
  return {.organization_id = owner.organization_id,
          .project_id = owner.project_id,
          .resource_type = "apiKey",
          .resource_id = key_id,
          .action = std::move(action)};
}

std::string described(const std::string& public_key, const std::optional<std::string>& name) {
  json::Object fields{{"publicKey", public_key}};
  fields["name"] = name ? json::Value(*name) : json::Value(nullptr);
  return json::to_text(fields);
}

std::vector<ApiKey> read(const meta::ResultSet& rows) {
  std::vector<ApiKey> keys;
  for (std::size_t r = 0; r < rows.size(); ++r) {
    keys.push_back({.id = rows.text(r, 0),
                    .public_key = rows.text(r, 1),
                    .display_secret = rows.text(r, 2),
                    .name = rows.optional_text(r, 3),
                    .created_at = rows.integer(r, 4),
                    .expires_at = rows.optional_integer(r, 5),
                    .last_used_at = rows.optional_integer(r, 6)});
  }
  return keys;
}

}  // namespace

std::string display_secret(std::string_view secret) {
  return std::string(secret.substr(0, 6)) + "..." +
         std::string(secret.substr(secret.size() - std::min(secret.size(), std::size_t{4})));
}

Result<std::vector<ApiKey>> ApiKeys::list(const std::string& project_id) {
  CLEW_TRY(const meta::ResultSet rows, database_.run(sql::kListProjectKeys, {project_id}));
  return read(rows);
}

Result<std::vector<ApiKey>> ApiKeys::list_of_organization(const std::string& organization_id) {
  CLEW_TRY(const meta::ResultSet rows, database_.run(sql::kListOrganizationKeys, {organization_id}));
  return read(rows);
}

Result<NewApiKey> ApiKeys::create(const KeyOwner& owner, const ApiKeyWish& wish, const auth::Actor& actor) {
  const TimeUs now = clock_.now_us();
  CLEW_CHECK(check(wish, now));
  NewApiKey made;
  made.secret_key = wish.secret_key ? *wish.secret_key : std::string(kSecretPrefix) + text::random_uuid();
  made.key = {.id = text::random_uuid(),
              .public_key = wish.public_key ? *wish.public_key : std::string(kPublicPrefix) + text::random_uuid(),
              .display_secret = display_secret(made.secret_key),
              .name = wish.name && !text::trim(*wish.name).empty() ? wish.name : std::nullopt,
              .created_at = now,
              .expires_at = wish.expires_at};
  const std::string hash = authenticator_.hasher().hash(made.secret_key);
  Result<> done = database_.transaction([&](meta::Session& session) -> Result<> {
    CLEW_TRY(const meta::ResultSet count,
             session.run(owner.is_project() ? sql::kCountProjectKeys : sql::kCountOrganizationKeys, {owner.id()}));
    if (count.integer(0, 0) >= kKeysMax) return invalid("There can be at most 500 API keys.");
    auto inserted = session.run(owner.is_project() ? sql::kInsertProjectKey : sql::kInsertOrganizationKey,
                                {made.key.id, owner.id(), made.key.public_key, hash, made.key.display_secret,
                                 or_null(made.key.name), actor.id, now, or_null(made.key.expires_at)});
    if (!inserted) return inserted.error();
    if (auto counted = session.run(sql::kCountKeyChange, {}); !counted) return counted.error();
    auth::AuditEntry entry = about(owner, made.key.id, "create");
    entry.after = described(made.key.public_key, made.key.name);
    return auth::record(session, now, actor, entry);
  });
  if (!done && done.error().code == Errc::kConflict) {
    return Error{Errc::kConflict, "An API key with this public or secret key already exists."};
  }
  CLEW_CHECK(std::move(done));
  authenticator_.keys_changed();
  return made;
}

Result<> ApiKeys::remove(const KeyOwner& owner, const std::string& key_id, const auth::Actor& actor) {
  CLEW_CHECK(database_.transaction([&](meta::Session& session) -> Result<> {
    CLEW_TRY(
        const meta::ResultSet removed,
        session.run(owner.is_project() ? sql::kDeleteProjectKey : sql::kDeleteOrganizationKey, {key_id, owner.id()}));
    if (removed.empty()) return Error{Errc::kNotFound, "API key not found"};
    if (auto counted = session.run(sql::kCountKeyChange, {}); !counted) return counted.error();
    auth::AuditEntry entry = about(owner, key_id, "delete");
    entry.before = described(removed.text(0, 0), removed.optional_text(0, 1));
    return auth::record(session, clock_.now_us(), actor, entry);
  }));
  authenticator_.keys_changed();
  return ok();
}

}  // namespace clew::projects
