#include "api/ui/organizations.h"

#include "api/request_body.h"
#include "auth/audit.h"
#include "base/json.h"

namespace clew::api {

namespace {

using domain::Scope;
using http::Method;

http::Response created(const std::string& id, const std::string& name) {
  return http::json_response(200, json::to_text(json::Object{{"id", id}, {"name", name}}));
}

auth::Actor actor_of(const Context& context) {
  return auth::actor_of(context.principal, context.request);
}

Result<http::Response> create_organization(const OrganizationRoutes& routes, Context& context) {
  CLEW_TRY(const RequestBody body, RequestBody::parse(context));
  CLEW_TRY(const std::string name, body.text("name"));
  CLEW_TRY(const auth::User user, routes.accounts.get(context.principal.user_id));
  CLEW_TRY(const auto made, routes.organizations.create(name, user.id, user.email, actor_of(context)));
  return created(made.id, made.name);
}

Result<http::Response> rename_organization(const OrganizationRoutes& routes, Context& context) {
  CLEW_TRY(const RequestBody body, RequestBody::parse(context));
  CLEW_TRY(const std::string name, body.text("name"));
  CLEW_TRY(const auto renamed, routes.organizations.rename(context.path("organizationId"), name, actor_of(context)));
  return created(renamed.id, renamed.name);
}

Result<http::Response> create_project(const OrganizationRoutes& routes, Context& context) {
  CLEW_TRY(const RequestBody body, RequestBody::parse(context));
  CLEW_TRY(const std::string name, body.text("name"));
  CLEW_TRY(const auto made, routes.projects.create(context.path("organizationId"), {.name = name}, actor_of(context)));
  return created(made.id, made.name);
}

Result<http::Response> rename_project(const OrganizationRoutes& routes, Context& context) {
  CLEW_TRY(const RequestBody body, RequestBody::parse(context));
  CLEW_TRY(const std::string name, body.text("name"));
  CLEW_TRY(const auto renamed, routes.projects.update(context.project_id(), {.name = name}, actor_of(context)));
  return created(renamed.id, renamed.name);
}

Result<http::Response> list_members(const OrganizationRoutes& routes, Context& context) {
  CLEW_TRY(const auto members, routes.organizations.members(context.path("organizationId")));
  json::Array list;
  for (const projects::Member& member : members) {
    list.push_back(json::Object{{"userId", member.user_id},
                                {"name", member.name},
                                {"email", member.email},
                                {"role", domain::to_text(member.role)}});
  }
  return http::json_response(200, json::to_text(json::Object{{"members", std::move(list)}}));
}

Result<http::Response> set_member(const OrganizationRoutes& routes, Context& context) {
  CLEW_TRY(const RequestBody body, RequestBody::parse(context));
  CLEW_TRY(const std::string email, body.text("email"));
  CLEW_TRY(const std::string role_name, body.text("role"));
  const auto role = domain::parse_role(role_name);
  if (!role) return Error{Errc::kInvalidArgument, "role: expected OWNER, ADMIN, MEMBER, VIEWER or NONE"};
  const auto wanted = *role == domain::Role::kNone ? std::nullopt : role;
  CLEW_CHECK(routes.organizations.set_role(context.path("organizationId"), {.id = {}, .email = email}, wanted,
                                           context.principal.role, actor_of(context)));
  return list_members(routes, context);
}

}  // namespace

void register_organizations(Endpoints& endpoints, OrganizationRoutes routes) {
  const auto add = [&](Method method, std::string pattern, Scope scope, auto handler) {
    endpoints.add({.method = method,
                   .pattern = std::move(pattern),
                   .scope = scope,
                   .errors = ErrorShape::kUi,
                   .body_bytes_max = method == Method::kGet ? 0 : kJsonBodyMax},
                  [routes, handler](Context& context) { return handler(routes, context); });
  };
  const std::string organization = "/api/ui/organizations/{organizationId}";
  add(Method::kPost, "/api/ui/organizations", Scope::kSignedIn, create_organization);
  add(Method::kPatch, organization, Scope::kOrganizationUpdate, rename_organization);
  add(Method::kPost, organization + "/projects", Scope::kProjectsCreate, create_project);
  add(Method::kGet, organization + "/members", Scope::kMembersRead, list_members);
  add(Method::kPut, organization + "/members", Scope::kMembersWrite, set_member);
  add(Method::kPatch, "/api/ui/projects/{projectId}", Scope::kProjectUpdate, rename_project);
}

}  // namespace clew::api
