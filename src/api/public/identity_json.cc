#include "api/public/identity_json.h"

#include "base/time.h"

namespace clew::api {

namespace {
json::Value time_or_null(const std::optional<TimeUs>& time) {
  return time ? json::Value(iso_ms(*time)) : json::Value(nullptr);
}
}  // namespace

json::Object key_json(const projects::ApiKey& key) {
  const json::Value name = key.name ? json::Value(*key.name) : json::Value(nullptr);
  return {{"id", key.id},
          {"createdAt", iso_ms(key.created_at)},
          {"expiresAt", time_or_null(key.expires_at)},
          {"lastUsedAt", time_or_null(key.last_used_at)},
          {"name", name},
          {"note", name},
          {"publicKey", key.public_key},
          {"displaySecretKey", key.display_secret}};
}

json::Object member_json(const projects::Member& member) {
  return {{"userId", member.user_id},
          {"role", domain::to_text(member.role)},
          {"email", member.email},
          {"name", member.name}};
}

}  // namespace clew::api
