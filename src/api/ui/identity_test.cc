// Signing in, organisations, members, projects and API keys over a real socket, as the UI, SDKs and attackers use them.
#include <gtest/gtest.h>

#include "api/endpoint_table.h"
#include "api/public/organizations.h"
#include "api/public/projects.h"
#include "api/ui/api_keys.h"
#include "api/ui/organizations.h"
#include "api/ui/session.h"
#include "auth/testing.h"
#include "base/json.h"
#include "http/test_client.h"

namespace clew::api {
namespace {

using auth::testing::kPassword;
using auth::testing::kSecond;
using domain::Role;
using http::testing::Answer;

// As app connects them.
class RealAuthentication final : public Authentication {
 public:
  explicit RealAuthentication(auth::Authenticator& authenticator) : authenticator_(authenticator) {}
  std::optional<Result<domain::Principal>> authenticate_cached(const http::Request& request, const Route& route,
                                                               const PathParams& params) override {
    return authenticator_.try_authenticate(request, door_of(route), route.scope, params);
  }
  Result<domain::Principal> authenticate(const http::Request& request, const Route& route,
                                         const PathParams& params) override {
    return authenticator_.authenticate(request, door_of(route), route.scope, params);
  }

 private:
  static auth::Door door_of(const Route& route) {
    return route.pattern.starts_with("/api/public/") ? auth::Door::kKeys : auth::Door::kBrowser;
  }
  auth::Authenticator& authenticator_;
};

struct Reply {
  int status = 0;
  json::Value body;
  std::string raw;
  std::map<std::string, std::string> headers;
  const json::Value& operator[](std::string_view key) const { return body.at(key); }
  std::string text(std::string_view key) const { return std::string(body.at(key).as_string()); }
};

// One server with all routes of this part; every test has its own.
class IdentityApi : public ::testing::Test {
 protected:
  IdentityApi() {
    register_session(table_, {.accounts = world.accounts,
                              .sessions = world.sessions,
                              .organizations = organizations_,
                              .guard = world.guard,
                              .page = {.version = "0.1.0", .demo = {}}});
    register_organizations(table_,
                           {.accounts = world.accounts, .organizations = organizations_, .projects = projects_});
    register_api_keys(table_, keys_);
    register_projects(table_, {.projects = projects_, .keys = keys_});
    register_organization_keys(table_, {.organizations = organizations_, .projects = projects_, .keys = keys_});
    auto started = http::Server::start({.io_threads = 1}, table_);
    CLEW_ASSERT(started.has_value(), "cannot start the server");
    server_ = *std::move(started);
  }
  ~IdentityApi() override {
    server_->stop(std::chrono::seconds(10));
    pool_.stop();
  }

  Reply send(std::string_view method, std::string_view path, const std::string& headers, std::string_view body = {}) {
    http::testing::Client client(server_->port());
    std::string request = std::string(method) + " " + std::string(path) + " HTTP/1.1\r\nHost: clew.local\r\n" + headers;
    if (!body.empty()) request += "Content-Length: " + std::to_string(body.size()) + "\r\n";
    client.send(request + "\r\n" + std::string(body));
    const Answer answer = client.receive();
    return {.status = answer.status,
            .body = json::try_parse(answer.body).value_or(json::Value()),
            .raw = answer.body,
            .headers = answer.headers};
  }
  Reply with_key(std::string_view method, std::string_view path, std::string_view public_key,
                 std::string_view secret_key, std::string_view body = {}) {
    const std::string credential = text::to_base64(std::string(public_key) + ":" + std::string(secret_key));
    return send(method, path, "Authorization: Basic " + credential + "\r\nContent-Type: application/json\r\n", body);
  }

  auth::testing::World world;
  projects::Organizations organizations_{world.database, world.clock};
  projects::Projects projects_{world.database, world.clock};
  projects::ApiKeys keys_{world.database, world.clock, world.keys};
  RealAuthentication authentication_{world.authenticator};
  telemetry::Metrics metrics_;
  http::ThreadPool pool_{{.threads = 2, .queue_max = 64}};
  EndpointTable table_{{}, authentication_, pool_, telemetry::Logger(), metrics_};
  std::unique_ptr<http::Server> server_;
};

// A browser with its cookie and token.
class Browser {
 public:
  using Send = std::function<Reply(std::string_view, std::string_view, const std::string&, std::string_view)>;
  explicit Browser(Send send) : send_(std::move(send)) {}

  Reply call(std::string_view method, std::string_view path, std::string_view body = {}) {
    Reply reply = send_(method, path, headers(), body);
    if (const auto set = reply.headers.find("set-cookie"); set != reply.headers.end()) {
      set_cookie = set->second;
      cookie = set_cookie.substr(0, set_cookie.find(';'));
    }
    if (const json::Value* token = json::find(reply.body, "csrfToken"); token != nullptr && token->is_string()) {
      csrf = token->as_string();
    }
    return reply;
  }
  std::string headers() const {
    std::string text = "Origin: " + origin + "\r\nContent-Type: application/json\r\n";
    if (!cookie.empty()) text += "Cookie: " + cookie + "\r\n";
    if (!csrf.empty()) text += "x-clew-csrf: " + csrf + "\r\n";
    return text;
  }

  std::string origin = "http://clew.local";
  std::string cookie, csrf, set_cookie;

 private:
  Send send_;
};

class UiApi : public IdentityApi {
 protected:
  Browser browser() {
    return Browser(
        [this](auto method, auto path, const auto& headers, auto body) { return send(method, path, headers, body); });
  }
  Browser signed_up(const std::string& email) {
    Browser fresh = browser();
    const Reply reply =
        fresh.call("POST", "/api/ui/sign-up",
                   json::to_text(json::Object{{"name", "Somebody"}, {"email", email}, {"password", kPassword}}));
    EXPECT_EQ(reply.status, 200) << reply.raw;
    return fresh;
  }
  std::string made(Browser& who, const std::string& path, const std::string& name) {
    const Reply reply = who.call("POST", path, json::to_text(json::Object{{"name", name}}));
    EXPECT_EQ(reply.status, 200) << reply.raw;
    return reply.text("id");
  }
  std::string sign_in_body(std::string_view password) {
    return json::to_text(json::Object{{"email", "ada@example.com"}, {"password", password}});
  }
};

TEST_F(UiApi, FromSignUpToTheFirstKeyThatWorks) {
  Browser ada = browser();
  const Reply before = ada.call("GET", "/api/ui/session");
  EXPECT_EQ(
      before.raw,
      R"({"user":null,"csrfToken":null,"isOperator":false,"organizations":[],"signUpEnabled":true,"version":"0.1.0",)"
      R"("demo":null})");
  ada = signed_up("ada@example.com");
  const std::string organization = made(ada, "/api/ui/organizations", "Acme Labs");
  const std::string project = made(ada, "/api/ui/organizations/" + organization + "/projects", "Support bot");
  const Reply key = ada.call("POST", "/api/ui/projects/" + project + "/api-keys", R"({"name":"first"})");
  ASSERT_EQ(key.status, 200) << key.raw;
  const Reply mine = with_key("GET", "/api/public/projects", key.text("publicKey"), key.text("secretKey"));
  EXPECT_EQ(mine.raw, R"({"data":[{"id":")" + project + R"(","name":"Support bot","organization":{"id":")" +
                          organization + R"(","name":"Acme Labs"},"metadata":{}}]})");
  const Reply session = ada.call("GET", "/api/ui/session");
  EXPECT_EQ(session["organizations"].at(0).at("role").as_string(), "OWNER");
  EXPECT_EQ(session["organizations"].at(0).at("projects").at(0).at("id").as_string(), project);
  const Reply list = ada.call("GET", "/api/ui/projects/" + project + "/api-keys");
  EXPECT_EQ(list["apiKeys"].as_array().size(), 1U);
  EXPECT_FALSE(list.raw.contains(key.text("secretKey"))) << "the secret is shown once";
}

TEST_F(UiApi, SignInGivesANewSessionAndEndsTheOldOne) {
  Browser ada = signed_up("ada@example.com");
  const std::string before = ada.cookie;
  ASSERT_EQ(ada.call("POST", "/api/ui/sign-in", sign_in_body(kPassword)).status, 200);
  EXPECT_NE(ada.cookie, before);
  EXPECT_TRUE(ada.set_cookie.contains("HttpOnly; SameSite=Lax")) << ada.set_cookie;
  Browser copied = browser();
  copied.cookie = before;
  EXPECT_TRUE(copied.call("GET", "/api/ui/session")["user"].is_null());
}

TEST_F(UiApi, AWrongPasswordAndAnUnknownUserGetTheSameAnswer) {
  signed_up("ada@example.com");
  Browser eve = browser();
  Reply wrong = eve.call("POST", "/api/ui/sign-in", sign_in_body("wrong"));
  Reply unknown = eve.call("POST", "/api/ui/sign-in", R"({"email":"nobody@example.com","password":"wrong"})");
  EXPECT_EQ(wrong.status, 401);
  EXPECT_EQ(unknown.status, 401);
  EXPECT_EQ(wrong.text("message"), unknown.text("message"));
  EXPECT_EQ(wrong.text("code"), unknown.text("code"));
}

TEST_F(UiApi, ANetworkThatGuessesIsToldToWait) {
  Browser eve = browser();
  Reply reply;
  for (int i = 0; i < 51; ++i) {
    reply = eve.call(
        "POST", "/api/ui/sign-in",
        json::to_text(json::Object{{"email", "u" + std::to_string(i) + "@example.com"}, {"password", "guess"}}));
  }
  EXPECT_EQ(reply.status, 429);
  EXPECT_EQ(reply.text("code"), "rate_limited");
  EXPECT_EQ(reply.headers.at("retry-after"), "600");
}

TEST_F(UiApi, SignOutEndsTheSessionAlsoForACopyOfTheCookie) {
  Browser ada = signed_up("ada@example.com");
  Browser copied = ada;
  ASSERT_EQ(ada.call("POST", "/api/ui/sign-out").status, 200);
  EXPECT_TRUE(ada.set_cookie.contains("Max-Age=0"));
  EXPECT_EQ(copied.call("POST", "/api/ui/organizations", R"({"name":"Mine now"})").status, 401);
}

TEST_F(UiApi, ANewPasswordEndsEveryOtherSession) {
  Browser ada = signed_up("ada@example.com"), elsewhere = browser();
  ASSERT_EQ(elsewhere.call("POST", "/api/ui/sign-in", sign_in_body(kPassword)).status, 200);
  const auto change = [&](std::string_view current, std::string_view wanted) {
    return ada.call("PUT", "/api/ui/account/password",
                    json::to_text(json::Object{{"currentPassword", current}, {"newPassword", wanted}}));
  };
  EXPECT_EQ(change("wrong", "another good one 7").status, 403);
  EXPECT_EQ(change(kPassword, "short").status, 400);
  EXPECT_EQ(change(kPassword, "another good one 7").status, 200);
  EXPECT_FALSE(ada.call("GET", "/api/ui/session")["user"].is_null());
  EXPECT_TRUE(elsewhere.call("GET", "/api/ui/session")["user"].is_null());
  EXPECT_EQ(elsewhere.call("POST", "/api/ui/sign-in", sign_in_body(kPassword)).status, 401);
}

TEST_F(UiApi, ForgedRequestsChangeNothing) {
  Browser ada = signed_up("ada@example.com");
  const auto organizations = [&] { return ada.call("GET", "/api/ui/session")["organizations"].as_array().size(); };
  Browser without_token = ada;
  without_token.csrf = "";
  EXPECT_EQ(without_token.call("POST", "/api/ui/organizations", R"({"name":"Forged"})").status, 403);
  Browser wrong_token = ada;
  wrong_token.csrf = std::string(64, 'a');
  EXPECT_EQ(wrong_token.call("POST", "/api/ui/organizations", R"({"name":"Forged"})").status, 403);
  Browser elsewhere = ada;
  elsewhere.origin = "https://evil.example";
  EXPECT_EQ(elsewhere.call("POST", "/api/ui/organizations", R"({"name":"Forged"})").status, 403);
  EXPECT_EQ(elsewhere.call("POST", "/api/ui/sign-in", sign_in_body(kPassword)).status, 403);
  EXPECT_EQ(elsewhere.call("POST", "/api/ui/sign-out").status, 403);
  EXPECT_EQ(send("POST", "/api/ui/sign-in", "Origin: http://clew.local\r\nContent-Type: text/plain\r\n",
                 sign_in_body(kPassword))
                .status,
            403);
  EXPECT_EQ(organizations(), 0U);
}

TEST_F(UiApi, WhatBelongsToOthersDoesNotExist) {
  Browser ada = signed_up("ada@example.com"), eve = signed_up("eve@example.com");
  const std::string acme = made(ada, "/api/ui/organizations", "Acme Labs");
  const std::string alpha = made(ada, "/api/ui/organizations/" + acme + "/projects", "alpha");
  const std::string globex = made(eve, "/api/ui/organizations", "Globex");
  const std::string beta = made(eve, "/api/ui/organizations/" + globex + "/projects", "beta");
  const Reply key = ada.call("POST", "/api/ui/projects/" + alpha + "/api-keys", "{}");
  const std::string key_id = key.text("id");

  EXPECT_EQ(eve.call("GET", "/api/ui/projects/" + alpha + "/api-keys").status, 404);
  EXPECT_EQ(eve.call("POST", "/api/ui/projects/" + alpha + "/api-keys", "{}").status, 404);
  EXPECT_EQ(eve.call("PATCH", "/api/ui/projects/" + alpha, R"({"name":"mine"})").status, 404);
  EXPECT_EQ(eve.call("GET", "/api/ui/organizations/" + acme + "/members").status, 404);
  EXPECT_EQ(
      eve.call("PUT", "/api/ui/organizations/" + acme + "/members", R"({"email":"eve@example.com","role":"OWNER"})")
          .status,
      404);
  EXPECT_EQ(eve.call("POST", "/api/ui/organizations/" + acme + "/projects", R"({"name":"mine"})").status, 404);
  EXPECT_EQ(eve.call("DELETE", "/api/ui/projects/" + beta + "/api-keys/" + key_id).status, 404)
      << "another project's key through the own project";
  EXPECT_EQ(with_key("GET", "/api/public/projects", key.text("publicKey"), key.text("secretKey")).status, 200);
}

TEST_F(UiApi, OwnersMakeKeysThatAdministerTheOrganization) {
  Browser ada = signed_up("ada@example.com");
  const std::string acme = made(ada, "/api/ui/organizations", "Acme Labs");
  const std::string path = "/api/ui/organizations/" + acme + "/api-keys";
  const Reply key = ada.call("POST", path, R"({"name":"provisioning"})");
  ASSERT_EQ(key.status, 200) << key.raw;
  const auto create = [&] {
    return with_key("POST", "/api/public/projects", key.text("publicKey"), key.text("secretKey"),
                    R"({"name":"made by a script","retention":0})");
  };
  EXPECT_EQ(create().status, 201);
  EXPECT_EQ(ada.call("GET", path)["apiKeys"].as_array().size(), 1U);
  EXPECT_EQ(ada.call("DELETE", path + "/" + key.text("id")).status, 200);
  EXPECT_EQ(create().status, 401);
}

TEST_F(UiApi, ARemovedMemberIsOutAtTheNextRequest) {
  Browser ada = signed_up("ada@example.com"), bob = signed_up("bob@example.com");
  const std::string acme = made(ada, "/api/ui/organizations", "Acme Labs");
  const std::string alpha = made(ada, "/api/ui/organizations/" + acme + "/projects", "alpha");
  const std::string members = "/api/ui/organizations/" + acme + "/members";
  const Reply joined = ada.call("PUT", members, R"({"email":"Bob@Example.com","role":"MEMBER"})");
  EXPECT_EQ(joined["members"].as_array().size(), 2U) << joined.raw;
  EXPECT_EQ(bob.call("GET", "/api/ui/projects/" + alpha + "/api-keys").status, 200);
  EXPECT_EQ(bob.call("POST", "/api/ui/projects/" + alpha + "/api-keys", "{}").status, 403);
  EXPECT_EQ(ada.call("PUT", members, R"({"email":"bob@example.com","role":"NONE"})").status, 200);
  EXPECT_EQ(bob.call("GET", "/api/ui/projects/" + alpha + "/api-keys").status, 404);
  EXPECT_EQ(ada.call("PUT", members, R"({"email":"ada@example.com","role":"VIEWER"})").status, 403);
}

TEST_F(UiApi, ADisabledUserIsOutAtTheNextRequest) {
  Browser ada = signed_up("ada@example.com");
  const std::string id(ada.call("GET", "/api/ui/session")["user"].at("id").as_string());
  ASSERT_TRUE(world.accounts.disable(id, world.actor).has_value());
  EXPECT_TRUE(ada.call("GET", "/api/ui/session")["user"].is_null());
  EXPECT_EQ(ada.call("POST", "/api/ui/organizations", R"({"name":"Too late"})").status, 401);
}

TEST_F(UiApi, FieldsThatAreNotAskedForHaveNoEffect) {
  Browser ada = signed_up("ada@example.com"), eve = signed_up("eve@example.com");
  const std::string acme = made(ada, "/api/ui/organizations", "Acme Labs");
  const std::string globex = made(eve, "/api/ui/organizations", "Globex");
  const std::string beta = made(eve, "/api/ui/organizations/" + globex + "/projects", "beta");
  const Reply reply = eve.call("PATCH", "/api/ui/projects/" + beta,
                               R"({"name":"gamma","organizationId":")" + acme + R"(","id":"x","role":"OWNER"})");
  EXPECT_EQ(reply.text("id"), beta);
  EXPECT_EQ(projects_.get(beta)->organization_id, globex);
}

TEST_F(UiApi, BodiesOfTheWrongTypeAreNamed) {
  Browser ada = signed_up("ada@example.com");
  EXPECT_EQ(ada.call("POST", "/api/ui/organizations", R"({"name":7})").text("message"), "name: expected a string");
  EXPECT_EQ(ada.call("POST", "/api/ui/organizations", "[1]").status, 400);
  EXPECT_EQ(ada.call("POST", "/api/ui/organizations", "{nonsense").status, 400);
  EXPECT_EQ(ada.call("POST", "/api/ui/organizations", R"({"name":"x\u0000yz"})").status, 400);
}

// Every route of the UI with every role: 403 exactly where the permissions say so.
TEST_F(UiApi, EveryRouteObeysTheRoles) {
  Browser owner = signed_up("owner@example.com");
  const std::string acme = made(owner, "/api/ui/organizations", "Acme Labs");
  const std::string alpha = made(owner, "/api/ui/organizations/" + acme + "/projects", "alpha");
  int cells = 0;
  for (const Role role : {Role::kOwner, Role::kAdmin, Role::kMember, Role::kViewer}) {
    Browser user = signed_up(text::lower(domain::to_text(role)) + ".user@example.com");
    const std::string id(user.call("GET", "/api/ui/session")["user"].at("id").as_string());
    world.member(acme, id, std::string(domain::to_text(role)));
    for (const Route* route : table_.routes()) {
      if (!route->pattern.starts_with("/api/ui/") || route->scope == domain::Scope::kPublic) continue;
      if (route->pattern == "/api/ui/sign-out" || route->pattern == "/api/ui/account/password") continue;
      std::string path = route->pattern;
      for (const auto& [name, value] : {std::pair<std::string, std::string>{"{organizationId}", acme},
                                        {"{projectId}", alpha},
                                        {"{keyId}", "no-such-key"}}) {
        if (const auto at = path.find(name); at != std::string::npos) path.replace(at, name.size(), value);
      }
      const Reply reply =
          user.call(http::to_text(route->method), path, route->method == http::Method::kGet ? "" : "{}");
      const bool allowed = domain::allows({.kind = domain::PrincipalKind::kUser, .role = role}, route->scope);
      EXPECT_EQ(reply.status != 403, allowed) << domain::to_text(role) << " " << route->pattern << " " << reply.raw;
      EXPECT_NE(reply.status, 401) << route->pattern;
      EXPECT_LT(reply.status, 500) << route->pattern;
      ++cells;
    }
  }
  EXPECT_EQ(cells, 4 * 12) << "routes were added or lost: the loop must reach all of them";
}

// ---- public API ----------------------------------------------------------------------------------------------------

class PublicProjects : public IdentityApi {
 protected:
  PublicProjects() {
    world.organization("acme");
    world.organization("globex");
    world.project("alpha", "acme");
    world.project("foreign", "globex");
    world.project_key("one", "alpha");
    world.organization_key("whole", "acme");
  }
  Reply project_key(std::string_view method, std::string_view path, std::string_view body = {}) {
    return with_key(method, path, "pk-one", "sk-one", body);
  }
  Reply organization_key(std::string_view method, std::string_view path, std::string_view body = {}) {
    return with_key(method, path, "pk-whole", "sk-whole", body);
  }
};

TEST_F(PublicProjects, RefusalsHaveTheWordsOfTheReference) {
  const Reply nobody = send("GET", "/api/public/projects", "");
  EXPECT_EQ(nobody.status, 401);
  EXPECT_EQ(nobody.raw, R"({"message":"No authorization header"})");
  const Reply bad = with_key("GET", "/api/public/projects", "pk-one", "sk-bad");
  EXPECT_EQ(bad.status, 401);
  EXPECT_EQ(bad.raw, R"({"message":"Invalid credentials. Confirm that you've configured the correct host."})");
  const Reply organization = organization_key("GET", "/api/public/projects");
  EXPECT_EQ(organization.status, 403);
  EXPECT_EQ(organization.raw, R"({"message":"Invalid API key. Are you using an organization key?"})");
  EXPECT_EQ(send("GET", "/api/public/projects", "Authorization: Bearer pk-one\r\n").status, 403);
}

TEST_F(PublicProjects, AnExpiredKeyIsRefusedAndSaysSo) {
  world.project_key("short", "alpha", world.clock.now_us() + kSecond);
  EXPECT_EQ(with_key("GET", "/api/public/projects", "pk-short", "sk-short").status, 200);
  world.clock.advance(2 * kSecond);
  const Reply expired = with_key("GET", "/api/public/projects", "pk-short", "sk-short");
  EXPECT_EQ(expired.status, 401);
  EXPECT_TRUE(expired.text("message").contains("expired"));
}

TEST_F(PublicProjects, AnOrganizationKeyManagesProjectsAndTheirKeys) {
  const Reply made = organization_key("POST", "/api/public/projects",
                                      R"({"name":"support bot","metadata":"{\"team\":1}","retention":30})");
  ASSERT_EQ(made.status, 201) << made.raw;
  EXPECT_EQ(made["metadata"].at("team").as_int64(), 1);
  EXPECT_EQ(made["retentionDays"].as_int64(), 30);
  const std::string one = "/api/public/projects/" + made.text("id");
  EXPECT_EQ(organization_key("POST", "/api/public/projects", R"({"name":"support bot","retention":0})").status, 409);
  const Reply updated = organization_key("PUT", one, R"({"name":"support","retention":0})");
  EXPECT_EQ(updated.status, 200) << updated.raw;
  EXPECT_EQ(updated["metadata"].at("team").as_int64(), 1) << "absent metadata is kept";
  EXPECT_EQ(json::find(updated.body, "retentionDays"), nullptr);

  const Reply key = organization_key("POST", one + "/apiKeys", R"({"note":"ci","expiresAt":"2099-01-01T00:00:00Z"})");
  ASSERT_EQ(key.status, 201) << key.raw;
  EXPECT_EQ(key.text("name"), "ci");
  EXPECT_EQ(key.text("note"), "ci");
  EXPECT_EQ(key.text("expiresAt"), "2099-01-01T00:00:00.000Z");
  EXPECT_EQ(with_key("GET", "/api/public/projects", key.text("publicKey"), key.text("secretKey")).status, 200);
  EXPECT_EQ(organization_key("GET", one + "/apiKeys")["apiKeys"].as_array().size(), 1U);
  const Reply gone = organization_key("DELETE", one + "/apiKeys/" + key.text("id"));
  EXPECT_EQ(gone.raw, R"({"success":true})");
  EXPECT_EQ(organization_key("DELETE", one + "/apiKeys/" + key.text("id")).status, 404);
  EXPECT_EQ(with_key("GET", "/api/public/projects", key.text("publicKey"), key.text("secretKey")).status, 401);
}

TEST_F(PublicProjects, WishesThatCannotBeMetAre400) {
  const auto create = [&](std::string_view body) {
    return organization_key("POST", "/api/public/projects", body).status;
  };
  EXPECT_EQ(create(R"({"name":"ab","retention":0})"), 400);
  EXPECT_EQ(create(R"({"name":"<b>bold</b>","retention":0})"), 400);
  EXPECT_EQ(create(R"({"name":"fine","retention":2})"), 400);
  EXPECT_EQ(create(R"({"name":"fine","metadata":null,"retention":0})"), 400);
  EXPECT_EQ(create(R"({"name":"fine","metadata":"[]","retention":0})"), 400);
  EXPECT_EQ(create(R"({"retention":0})"), 400);
  const auto key = [&](std::string_view body) {
    return organization_key("POST", "/api/public/projects/alpha/apiKeys", body).status;
  };
  EXPECT_EQ(key(R"({"name":"","note":""})"), 400);
  EXPECT_EQ(key(R"({"expiresAt":"2001-01-01T00:00:00Z"})"), 400);
  EXPECT_EQ(key(R"({"expiresAt":"tomorrow"})"), 400);
  EXPECT_EQ(key(R"({"publicKey":"pk-lf-x"})"), 400);
  EXPECT_EQ(key(R"({"publicKey":"pk-lf-x","secretKey":"sk-lf-x"})"), 201);
  EXPECT_EQ(key(R"({"publicKey":"pk-lf-x","secretKey":"sk-lf-y"})"), 409);
}

TEST_F(PublicProjects, ProjectKeysManageNothingAndForeignProjectsDoNotExist) {
  for (const char* path : {"/api/public/projects/alpha/apiKeys", "/api/public/projects/foreign/apiKeys",
                           "/api/public/projects/alpha/memberships"}) {
    EXPECT_EQ(project_key("GET", path).status, 403) << path;
  }
  EXPECT_EQ(project_key("POST", "/api/public/projects", R"({"name":"mine","retention":0})").status, 403);
  for (const char* path : {"/api/public/projects/foreign/apiKeys", "/api/public/projects/nothing/apiKeys",
                           "/api/public/projects/foreign/memberships"}) {
    EXPECT_EQ(organization_key("GET", path).status, 404) << path;
  }
  EXPECT_EQ(organization_key("PUT", "/api/public/projects/foreign", R"({"name":"mine"})").status, 404);
}

TEST_F(PublicProjects, RolesInAProjectAreForMembersOfTheOrganization) {
  const std::string ada = world.user("ada@example.com"), eve = world.user("eve@example.com");
  world.member("acme", ada, "VIEWER");
  const std::string path = "/api/public/projects/alpha/memberships";
  const Reply set = organization_key("PUT", path, R"({"userId":")" + ada + R"(","role":"ADMIN"})");
  EXPECT_EQ(set.raw, R"({"userId":")" + ada + R"(","role":"ADMIN","email":"ada@example.com","name":"Somebody"})");
  EXPECT_EQ(organization_key("GET", path)["memberships"].as_array().size(), 1U);
  const Reply stranger = organization_key("PUT", path, R"({"userId":")" + eve + R"(","role":"ADMIN"})");
  EXPECT_EQ(stranger.status, 404);
  EXPECT_EQ(stranger.text("error"), "User is not a member of this organization");
  EXPECT_EQ(organization_key("PUT", path, R"({"userId":")" + ada + R"(","role":"KING"})").status, 400);
  const Reply removed = organization_key("DELETE", path, R"({"userId":")" + ada + R"("})");
  EXPECT_EQ(removed.status, 200) << removed.raw;
  EXPECT_EQ(removed.text("userId"), ada);
}

TEST_F(PublicProjects, AnOrganizationKeyAdministersItsOrganizationOnly) {
  const std::string ada = world.user("ada@example.com"), eve = world.user("eve@example.com");
  world.member("acme", ada, "OWNER");
  world.member("globex", eve, "OWNER");
  const Reply projects = organization_key("GET", "/api/public/organizations/projects");
  ASSERT_EQ(projects["projects"].as_array().size(), 1U) << projects.raw;
  EXPECT_EQ(projects["projects"].at(0).at("id").as_string(), "alpha");
  const Reply keys = organization_key("GET", "/api/public/organizations/apiKeys");
  ASSERT_EQ(keys["apiKeys"].as_array().size(), 1U) << "keys of projects are listed with their projects";
  EXPECT_EQ(keys["apiKeys"].at(0).at("publicKey").as_string(), "pk-whole");

  const std::string path = "/api/public/organizations/memberships";
  EXPECT_EQ(organization_key("GET", path)["memberships"].as_array().size(), 1U);
  const Reply joined = organization_key("PUT", path, R"({"userId":")" + eve + R"(","role":"VIEWER"})");
  EXPECT_EQ(joined.text("email"), "eve@example.com") << joined.raw;
  const Reply last = organization_key("DELETE", path, R"({"userId":")" + ada + R"("})");
  EXPECT_EQ(last.status, 403) << "the last OWNER stays";
  EXPECT_EQ(organization_key("DELETE", path, R"({"userId":")" + eve + R"("})").text("userId"), eve);
  const Reply unknown = organization_key("PUT", path, R"({"userId":"nobody","role":"VIEWER"})");
  EXPECT_EQ(unknown.status, 404);
  EXPECT_EQ(unknown.raw, R"({"error":"User not found"})");
  EXPECT_EQ(project_key("GET", path).status, 403);
  EXPECT_EQ(organizations_.visible_to(eve)->size(), 1U) << "the other organisation is untouched";
}

TEST_F(PublicProjects, GuessingKeysIsAnsweredWith429) {
  Reply reply;
  for (int i = 0; i <= 100; ++i) {
    reply = with_key("GET", "/api/public/projects", "pk-x", "sk-guess-" + std::to_string(i));
  }
  EXPECT_EQ(reply.status, 429);
  EXPECT_EQ(reply.text("code"), "rate_limited");
  EXPECT_EQ(reply.headers.at("retry-after"), "60");
}

TEST_F(PublicProjects, AnAbsentStoreIs503AndKnownKeysGoOn) {
  EXPECT_EQ(project_key("GET", "/api/public/projects").status, 200);
  world.database.away = true;
  EXPECT_EQ(with_key("GET", "/api/public/projects", "pk-x", "sk-x").status, 503);
  EXPECT_TRUE(world.keys.authenticate(auth::testing::with_key("pk-one", "sk-one")).has_value());
}

}  // namespace
}  // namespace clew::api
