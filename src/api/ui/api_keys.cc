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

// On the routes of an organisation the principal has no project.
projects::KeyOwner owner_of(const Context& context) {
  return {.organization_id = context.principal.organization_id, .project_id = context.principal.project_id};
}

Result<http::Response> list(ApiKeys& keys, Context& context) {
  const projects::KeyOwner owner = owner_of(context);
  CLEW_TRY(const auto found,
           owner.is_project() ? keys.list(owner.project_id) : keys.list_of_organization(owner.organization_id));
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
  CLEW_TRY(const auto made, keys.create(owner_of(context), wish, auth::actor_of(context.principal, context.request)));
  json::Object answer = key_json(made.key);
  answer["secretKey"] = made.secret_key;
  return http::json_response(200, json::to_text(answer));
}

Result<http::Response> remove(ApiKeys& keys, Context& context) {
  CLEW_CHECK(keys.remove(owner_of(context), context.path("keyId"), auth::actor_of(context.principal, context.request)));
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
  const std::string of_project = "/api/ui/projects/{projectId}/api-keys";
  add(Method::kGet, of_project, Scope::kApiKeysRead, list);
  add(Method::kPost, of_project, Scope::kApiKeysWrite, create);
  add(Method::kDelete, of_project + "/{keyId}", Scope::kApiKeysWrite, remove);
  const std::string of_organization = "/api/ui/organizations/{organizationId}/api-keys";
  add(Method::kGet, of_organization, Scope::kOrganizationKeys, list);
  add(Method::kPost, of_organization, Scope::kOrganizationKeys, create);
  add(Method::kDelete, of_organization + "/{keyId}", Scope::kOrganizationKeys, remove);
}

}  // namespace clew::api
