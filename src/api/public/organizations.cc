#include "api/public/organizations.h"

#include <algorithm>

#include "api/public/identity_json.h"
#include "api/request_body.h"
#include "auth/audit.h"
#include "base/json.h"
#include "base/time.h"

namespace clew::api {

namespace {

using domain::Role;
using domain::Scope;
using http::Method;

const std::string& organization_of(const Context& context) {
  return context.principal.organization_id;
}
auth::Actor actor_of(const Context& context) {
  return auth::actor_of(context.principal, context.request);
}

Result<http::Response> list_projects(const OrganizationKeyRoutes& routes, Context& context) {
  CLEW_TRY(const auto projects, routes.projects.list(organization_of(context)));
  json::Array list;
  for (const projects::Project& project : projects) {
    list.push_back(json::Object{{"id", project.id},
                                {"name", project.name},
                                {"metadata", json::try_parse(project.metadata).value_or(json::Object())},
                                {"createdAt", iso_ms(project.created_at)},
                                {"updatedAt", iso_ms(project.updated_at)}});
  }
  return http::json_response(200, json::to_text(json::Object{{"projects", std::move(list)}}));
}

Result<http::Response> list_keys(const OrganizationKeyRoutes& routes, Context& context) {
  CLEW_TRY(const auto keys, routes.keys.list_of_organization(organization_of(context)));
  json::Array list;
  for (const projects::ApiKey& key : keys)
    list.push_back(key_json(key));
  return http::json_response(200, json::to_text(json::Object{{"apiKeys", std::move(list)}}));
}

Result<http::Response> list_members(const OrganizationKeyRoutes& routes, Context& context) {
  CLEW_TRY(const auto members, routes.organizations.members(organization_of(context)));
  json::Array list;
  for (const projects::Member& member : members)
    list.push_back(member_json(member));
  return http::json_response(200, json::to_text(json::Object{{"memberships", std::move(list)}}));
}

Result<http::Response> set_member(const OrganizationKeyRoutes& routes, Context& context) {
  CLEW_TRY(const RequestBody body, RequestBody::parse(context));
  CLEW_TRY(const std::string user_id, body.text("userId"));
  CLEW_TRY(const std::string role_name, body.text("role"));
  const auto role = domain::parse_role(role_name);
  if (!role) return Error{Errc::kInvalidArgument, "role: expected OWNER, ADMIN, MEMBER, VIEWER or NONE"};
  if (user_id.empty()) return Error{Errc::kNotFound, "User not found"};
  // An organisation key administers the organisation: nothing in it is above the key.
  CLEW_CHECK(routes.organizations.set_role(organization_of(context), {.id = user_id, .email = {}}, role, Role::kOwner,
                                           actor_of(context)));
  CLEW_TRY(const auto members, routes.organizations.members(organization_of(context)));
  const auto member = std::ranges::find(members, user_id, &projects::Member::user_id);
  if (member == members.end()) return Error{Errc::kNotFound, "User not found"};
  return http::json_response(200, json::to_text(member_json(*member)));
}

Result<http::Response> delete_member(const OrganizationKeyRoutes& routes, Context& context) {
  CLEW_TRY(const RequestBody body, RequestBody::parse(context));
  CLEW_TRY(const std::string user_id, body.text("userId"));
  if (user_id.empty()) return Error{Errc::kNotFound, "User not found"};
  CLEW_CHECK(routes.organizations.set_role(organization_of(context), {.id = user_id, .email = {}}, std::nullopt,
                                           Role::kOwner, actor_of(context)));
  return http::json_response(200, json::to_text(json::Object{{"message", "Successfully removed user from organization"},
                                                             {"userId", user_id}}));
}

}  // namespace

void register_organization_keys(Endpoints& endpoints, OrganizationKeyRoutes routes) {
  const auto add = [&](Method method, std::string pattern, Scope scope, auto handler) {
    endpoints.add({.method = method,
                   .pattern = std::move(pattern),
                   .scope = scope,
                   .errors = ErrorShape::kError,
                   .body_bytes_max = method == Method::kGet ? 0 : kJsonBodyMax},
                  [routes, handler](Context& context) { return handler(routes, context); });
  };
  const std::string base = "/api/public/organizations";
  add(Method::kGet, base + "/projects", Scope::kOrganizationRead, list_projects);
  add(Method::kGet, base + "/apiKeys", Scope::kOrganizationKeys, list_keys);
  add(Method::kGet, base + "/memberships", Scope::kMembersRead, list_members);
  add(Method::kPut, base + "/memberships", Scope::kMembersWrite, set_member);
  add(Method::kDelete, base + "/memberships", Scope::kMembersWrite, delete_member);
}

}  // namespace clew::api
