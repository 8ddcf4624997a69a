#include "api/ui/session.h"

#include <memory>

#include "api/request_body.h"
#include "auth/audit.h"
#include "base/json.h"

namespace clew::api {

namespace {

using domain::Scope;
using http::Method;
using Shared = std::shared_ptr<const SessionRoutes>;

constexpr std::size_t kBodyMax = 64 * 1024;

json::Array organizations_json(const std::vector<projects::OrganizationAccess>& organizations) {
  json::Array list;
  for (const projects::OrganizationAccess& organization : organizations) {
    json::Array projects;
    for (const projects::ProjectAccess& project : organization.projects) {
      projects.push_back(
          json::Object{{"id", project.id}, {"name", project.name}, {"role", domain::to_text(project.role)}});
    }
    list.push_back(json::Object{{"id", organization.id},
                                {"name", organization.name},
                                {"role", domain::to_text(organization.role)},
                                {"projects", std::move(projects)}});
  }
  return list;
}

// `token` is the session of `user`.
Result<std::string> session_json(const SessionRoutes& routes, const std::optional<auth::SignedInUser>& user,
                                 std::string_view token) {
  json::Object body{{"user", nullptr}, {"csrfToken", nullptr}, {"isOperator", false}, {"organizations", json::Array()}};
  if (user) {
    CLEW_TRY(const auto organizations, routes.organizations.visible_to(user->id));
    if (routes.access != nullptr) {
      CLEW_TRY(const domain::Principal who,
               routes.access->authorize_operator({.kind = domain::PrincipalKind::kUser, .user_id = user->id}));
      body["isOperator"] = who.is_operator;
    }
    body["user"] = json::Object{{"id", user->id}, {"name", user->name}, {"email", user->email}};
    body["csrfToken"] = auth::csrf_token(token);
    body["organizations"] = organizations_json(organizations);
  }
  body["signUpEnabled"] = routes.accounts.sign_up_enabled();
  body["version"] = routes.page.version;
  body["demo"] = nullptr;
  if (const auto& demo = routes.page.demo) {
    body["demo"] = json::Object{{"email", demo->email}, {"password", demo->password}};
  }
  return json::to_text(body);
}

std::string token_of(const Context& context) {
  return context.request.cookie(auth::kSessionCookie).value_or(std::string());
}

http::Response too_many_attempts(const Context& context, int retry_after_s) {
  http::Response response = http::json_response(
      429, json::to_text(json::Object{{"code", "rate_limited"},
                                      {"message", "Too many failed attempts from your network. Try again later."},
                                      {"requestId", context.request.request_id}}));
  response.headers.add("Retry-After", std::to_string(retry_after_s));
  return response;
}

Result<http::Response> show(const SessionRoutes& routes, Context& context) {
  const std::string token = token_of(context);
  CLEW_TRY(const auto user, routes.sessions.find(token));
  CLEW_TRY(std::string body, session_json(routes, user, token));
  return http::json_response(200, std::move(body));
}

// A new session always, and the old one of this browser ends: nobody keeps a session they were given before.
Result<http::Response> welcome(const SessionRoutes& routes, const Context& context, const auth::User& user) {
  if (const std::string old = token_of(context); !old.empty()) CLEW_CHECK(routes.sessions.end(old));
  CLEW_TRY(const std::string token, routes.sessions.begin(user.id, "password", context.request.remote_address,
                                                          context.request.headers.get("user-agent")));
  const auth::SignedInUser signed_in{.id = user.id, .email = user.email, .name = user.name};
  CLEW_TRY(std::string body, session_json(routes, signed_in, token));
  http::Response response = http::json_response(200, std::move(body));
  response.headers.add("Set-Cookie", routes.sessions.cookie(token));
  return response;
}

Result<http::Response> sign_in(const SessionRoutes& routes, Context& context) {
  CLEW_CHECK(routes.guard.check_origin(context.request));
  CLEW_TRY(const RequestBody body, RequestBody::parse(context));
  CLEW_TRY(const std::string email, body.text("email"));
  CLEW_TRY(const std::string password, body.text("password"));
  CLEW_TRY(const auto outcome, routes.accounts.sign_in(email, password, auth::actor_of({}, context.request)));
  if (outcome.retry_after_s > 0) return too_many_attempts(context, outcome.retry_after_s);
  if (!outcome.user) return Error{Errc::kUnauthenticated, "Wrong e-mail address or password."};
  return welcome(routes, context, *outcome.user);
}

Result<http::Response> sign_up(const SessionRoutes& routes, Context& context) {
  CLEW_CHECK(routes.guard.check_origin(context.request));
  CLEW_TRY(const RequestBody body, RequestBody::parse(context));
  CLEW_TRY(const std::string name, body.text("name"));
  CLEW_TRY(const std::string email, body.text("email"));
  CLEW_TRY(const std::string password, body.text("password"));
  CLEW_TRY(const auto outcome, routes.accounts.sign_up(name, email, password, auth::actor_of({}, context.request)));
  if (!outcome.user) return too_many_attempts(context, outcome.retry_after_s);
  return welcome(routes, context, *outcome.user);
}

// A wrong current password is 403: the session is fine, and 401 would send the user to the sign-in page.
Result<http::Response> change_password(const SessionRoutes& routes, Context& context) {
  CLEW_TRY(const RequestBody body, RequestBody::parse(context));
  CLEW_TRY(const std::string current, body.text("currentPassword"));
  CLEW_TRY(const std::string wanted, body.text("newPassword"));
  const std::string& user_id = context.principal.user_id;
  CLEW_CHECK(
      routes.accounts.change_password(user_id, current, wanted, auth::actor_of(context.principal, context.request)));
  CLEW_TRY(const auth::User user, routes.accounts.get(user_id));
  return welcome(routes, context, user);
}

Result<http::Response> sign_out(const SessionRoutes& routes, Context& context) {
  const auth::Actor actor = auth::actor_of(context.principal, context.request);
  CLEW_CHECK(routes.accounts.sign_out(token_of(context), context.principal.user_id, actor));
  http::Response response = http::json_response(200, "{}");
  response.headers.add("Set-Cookie", routes.sessions.expired_cookie());
  return response;
}

}  // namespace

void register_session(Endpoints& endpoints, SessionRoutes routes) {
  const Shared shared = std::make_shared<const SessionRoutes>(std::move(routes));
  const auto add = [&](Method method, std::string pattern, Scope scope, std::size_t body_bytes_max, auto handler) {
    endpoints.add({.method = method,
                   .pattern = std::move(pattern),
                   .scope = scope,
                   .errors = ErrorShape::kUi,
                   .body_bytes_max = body_bytes_max},
                  [shared, handler](Context& context) { return handler(*shared, context); });
  };
  add(Method::kGet, "/api/ui/session", Scope::kPublic, 0, show);
  add(Method::kPost, "/api/ui/sign-in", Scope::kPublic, kBodyMax, sign_in);
  add(Method::kPost, "/api/ui/sign-up", Scope::kPublic, kBodyMax, sign_up);
  add(Method::kPost, "/api/ui/sign-out", Scope::kSignedIn, kBodyMax, sign_out);
  add(Method::kPut, "/api/ui/account/password", Scope::kSignedIn, kBodyMax, change_password);
}

}  // namespace clew::api
