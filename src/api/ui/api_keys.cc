#include "api/ui/api_keys.h"

#include "api/request_body.h"
#include "auth/audit.h"
#include "base/json.h"
#include "base/time.h"

namespace clew::api {

namespace {

using domain::Scope;
using http::Method;
using projects::ApiKeys;

json::Value time_or_null(const std::optional<TimeUs>& time) {
  return time ? json::Value(iso_ms(*time)) : json::Value(nullptr);
}

json::Object key_json(const projects::ApiKey& key) {
  return {{"id", key.id},
          {"name", key.name ? json::Value(*key.name) : json::Value(nullptr)},
          {"publicKey", key.public_key},
          {"displaySecretKey", key.display_secret},
          {"createdAt", iso_ms(key.created_at)},
          {"lastUsedAt", time_or_null(key.last_used_at)},
          {"expiresAt", time_or_null(key.expires_at)}};
}

Result<http::Response> list(ApiKeys& keys, Context& context) {
  CLEW_TRY(const auto found, keys.list(context.project_id()));
  json::Array list;
  for (const projects::ApiKey& key : found)
    list.push_back(key_json(key));
  return http::json_response(200, json::to_text(json::Object{{"apiKeys", std::move(list)}}));
}

Result<http::Response> create(ApiKeys& keys, Context& context) {
  CLEW_TRY(const RequestBody body, RequestBody::parse(context));
  projects::ApiKeyWish wish;
  CLEW_TRY(wish.name, body.optional_text("name"));
  CLEW_TRY(wish.expires_at, body.optional_time("expiresAt"));
  CLEW_TRY(const auto made, keys.create(context.principal.organization_id, context.project_id(), wish,
                                        auth::actor_of(context.principal, context.request)));
  json::Object answer = key_json(made.key);
  answer["secretKey"] = made.secret_key;
  return http::json_response(200, json::to_text(answer));
}

Result<http::Response> remove(ApiKeys& keys, Context& context) {
  CLEW_CHECK(keys.remove(context.principal.organization_id, context.project_id(), context.path("keyId"),
                         auth::actor_of(context.principal, context.request)));
  return http::json_response(200, "{}");
}

}  // namespace

void register_api_keys(Endpoints& endpoints, ApiKeys& keys) {
  const auto add = [&](Method method, std::string pattern, Scope scope, auto handler) {
    endpoints.add({.method = method,
                   .pattern = std::move(pattern),
                   .scope = scope,
                   .errors = ErrorShape::kUi,
                   .body_bytes_max = method == Method::kPost ? kJsonBodyMax : 0},
                  [&keys, handler](Context& context) { return handler(keys, context); });
  };
  const std::string collection = "/api/ui/projects/{projectId}/api-keys";
  add(Method::kGet, collection, Scope::kApiKeysRead, list);
  add(Method::kPost, collection, Scope::kApiKeysWrite, create);
  add(Method::kDelete, collection + "/{keyId}", Scope::kApiKeysWrite, remove);
}

}  // namespace clew::api
