#include "api/public/projects.h"

#include "api/public/identity_json.h"
#include "api/request_body.h"
#include "auth/audit.h"
#include "base/json.h"

namespace clew::api {

namespace {

using domain::PrincipalKind;
using domain::Role;
using domain::Scope;
using http::Method;

auth::Actor actor_of(const Context& context) {
  return auth::actor_of(context.principal, context.request);
}

json::Object project_json(const projects::Project& project) {
  json::Object object{
      {"id", project.id},
      {"name", project.name},
      {"organization", json::Object{{"id", project.organization_id}, {"name", project.organization_name}}},
      {"metadata", json::try_parse(project.metadata).value_or(json::Object())}};
  if (project.retention_days) object["retentionDays"] = *project.retention_days;
  return object;
}

// An object, or text that is the JSON of one.
Result<std::optional<std::string>> metadata_text(const RequestBody& body) {
  const json::Value* value = body.find("metadata");
  if (value == nullptr) return std::optional<std::string>();
  if (value->is_object()) return std::optional(json::to_text(*value));
  if (value->is_string()) {
    const auto parsed = json::try_parse(value->as_string());
    if (parsed && parsed->is_object()) return std::optional(json::to_text(*parsed));
  }
  return Error{Errc::kInvalidArgument, "Invalid metadata. Should be a valid JSON object"};
}

Result<projects::ProjectSettings> settings_of(const RequestBody& body) {
  projects::ProjectSettings settings;
  CLEW_TRY(settings.name, body.text("name"));
  CLEW_TRY(settings.metadata, metadata_text(body));
  CLEW_TRY(settings.retention_days, body.optional_integer("retention"));
  return settings;
}

Result<http::Response> own_project(const ProjectRoutes& routes, Context& context) {
  switch (context.principal.kind) {
    case PrincipalKind::kProjectKey:
      break;
    case PrincipalKind::kOrganizationKey:
      return Error{Errc::kForbidden, "Invalid API key. Are you using an organization key?"};
    default:
      return Error{Errc::kForbidden, "Access denied - insufficient permissions for this endpoint"};
  }
  CLEW_TRY(const auto project, routes.projects.get(context.project_id()));
  return http::json_response(200, json::to_text(json::Object{{"data", json::Array{project_json(project)}}}));
}

Result<http::Response> create_project(const ProjectRoutes& routes, Context& context) {
  CLEW_TRY(const RequestBody body, RequestBody::parse(context));
  CLEW_TRY(const auto settings, settings_of(body));
  CLEW_TRY(const auto made, routes.projects.create(context.principal.organization_id, settings, actor_of(context)));
  return http::json_response(201, json::to_text(project_json(made)));
}

Result<http::Response> update_project(const ProjectRoutes& routes, Context& context) {
  CLEW_TRY(const RequestBody body, RequestBody::parse(context));
  CLEW_TRY(const auto settings, settings_of(body));
  CLEW_TRY(const auto updated, routes.projects.update(context.project_id(), settings, actor_of(context)));
  return http::json_response(200, json::to_text(project_json(updated)));
}

// ---- API keys ------------------------------------------------------------------------------------------------------

projects::KeyOwner owner_of(const Context& context) {
  return {.organization_id = context.principal.organization_id, .project_id = context.project_id()};
}

Result<http::Response> list_keys(const ProjectRoutes& routes, Context& context) {
  CLEW_TRY(const auto found, routes.keys.list(context.project_id()));
  json::Array list;
  for (const projects::ApiKey& key : found)
    list.push_back(key_json(key));
  return http::json_response(200, json::to_text(json::Object{{"apiKeys", std::move(list)}}));
}

Result<http::Response> create_key(const ProjectRoutes& routes, Context& context) {
  CLEW_TRY(const RequestBody body, RequestBody::parse(context));
  if (body.has("name") && body.has("note")) {
    return Error{Errc::kInvalidArgument, "Use either name or note, not both: note is the old word for name."};
  }
  projects::ApiKeyWish wish;
  CLEW_TRY(wish.name, body.optional_text(body.has("note") ? "note" : "name"));
  CLEW_TRY(wish.expires_at, body.optional_time("expiresAt"));
  CLEW_TRY(wish.public_key, body.optional_text("publicKey"));
  CLEW_TRY(wish.secret_key, body.optional_text("secretKey"));
  CLEW_TRY(const auto made, routes.keys.create(owner_of(context), wish, actor_of(context)));
  json::Object answer = key_json(made.key);
  answer["secretKey"] = made.secret_key;
  return http::json_response(201, json::to_text(answer));
}

Result<http::Response> delete_key(const ProjectRoutes& routes, Context& context) {
  CLEW_CHECK(routes.keys.remove(owner_of(context), context.path("apiKeyId"), actor_of(context)));
  return http::json_response(200, R"({"success":true})");
}

// ---- memberships ---------------------------------------------------------------------------------------------------

Result<http::Response> list_members(const ProjectRoutes& routes, Context& context) {
  CLEW_TRY(const auto members, routes.projects.members(context.project_id()));
  json::Array list;
  for (const projects::Member& member : members)
    list.push_back(member_json(member));
  return http::json_response(200, json::to_text(json::Object{{"memberships", std::move(list)}}));
}

Result<http::Response> set_member(const ProjectRoutes& routes, Context& context) {
  CLEW_TRY(const RequestBody body, RequestBody::parse(context));
  CLEW_TRY(const std::string user_id, body.text("userId"));
  CLEW_TRY(const std::string role_name, body.text("role"));
  const auto role = domain::parse_role(role_name);
  if (!role) return Error{Errc::kInvalidArgument, "role: expected OWNER, ADMIN, MEMBER, VIEWER or NONE"};
  CLEW_TRY(const auto project, routes.projects.get(context.project_id()));
  // An organisation key administers the organisation: nothing in it is above the key.
  CLEW_TRY(const auto member, routes.projects.set_role(project, user_id, *role, Role::kOwner, actor_of(context)));
  return http::json_response(200, json::to_text(member_json(member)));
}

Result<http::Response> delete_member(const ProjectRoutes& routes, Context& context) {
  CLEW_TRY(const RequestBody body, RequestBody::parse(context));
  CLEW_TRY(const std::string user_id, body.text("userId"));
  CLEW_TRY(const auto project, routes.projects.get(context.project_id()));
  CLEW_CHECK(routes.projects.remove_role(project, user_id, actor_of(context)));
  return http::json_response(
      200, json::to_text(json::Object{{"message", "Successfully removed user from project"}, {"userId", user_id}}));
}

Result<http::Response> delete_project(const ProjectRoutes& routes, Context& context) {
  CLEW_CHECK(routes.projects.remove(context.project_id(), actor_of(context)));
  return http::json_response(
      202, json::to_text(json::Object{
               {"success", true},
               {"message", "Project deletion has been initiated and is being processed asynchronously"}}));
}

}  // namespace

void register_projects(Endpoints& endpoints, ProjectRoutes routes) {
  const auto add = [&](Method method, std::string pattern, Scope scope, ErrorShape errors, auto handler) {
    endpoints.add({.method = method,
                   .pattern = std::move(pattern),
                   .scope = scope,
                   .errors = errors,
                   .body_bytes_max = method == Method::kGet ? 0 : kJsonBodyMax},
                  [routes, handler](Context& context) { return handler(routes, context); });
  };
  const std::string all = "/api/public/projects", one = all + "/{projectId}";
  add(Method::kGet, all, Scope::kAnyKey, ErrorShape::kMessage, own_project);
  add(Method::kPost, all, Scope::kProjectsCreate, ErrorShape::kMessage, create_project);
  add(Method::kPut, one, Scope::kProjectUpdate, ErrorShape::kMessage, update_project);
  add(Method::kDelete, one, Scope::kProjectUpdate, ErrorShape::kMessage, delete_project);
  add(Method::kGet, one + "/apiKeys", Scope::kApiKeysRead, ErrorShape::kMessage, list_keys);
  add(Method::kPost, one + "/apiKeys", Scope::kApiKeysWrite, ErrorShape::kMessage, create_key);
  add(Method::kDelete, one + "/apiKeys/{apiKeyId}", Scope::kApiKeysWrite, ErrorShape::kMessage, delete_key);
  add(Method::kGet, one + "/memberships", Scope::kMembersRead, ErrorShape::kError, list_members);
  add(Method::kPut, one + "/memberships", Scope::kMembersWrite, ErrorShape::kError, set_member);
  add(Method::kDelete, one + "/memberships", Scope::kMembersWrite, ErrorShape::kError, delete_member);
}

}  // namespace clew::api
