// The world that tests of identity share: a store, a clock, and the objects of auth over them.
#pragma once

#include <string>
#include <string_view>

#include "auth/access.h"
#include "auth/accounts.h"
#include "auth/audit.h"
#include "auth/authenticator.h"
#include "auth/browser_guard.h"
#include "auth/key_authenticator.h"
#include "auth/password.h"
#include "auth/sessions.h"
#include "auth/sign_in_throttle.h"
#include "base/text.h"
#include "meta/testing/databases.h"

namespace clew::auth::testing {

inline constexpr std::int64_t kSecond = 1'000'000;
inline constexpr std::string_view kPassword = "tangerine-umbrella-41";

// Can be told to be away.
class SwitchableDatabase final : public meta::Database {
 public:
  using meta::Database::run;
  explicit SwitchableDatabase(meta::Database& inner) : inner_(inner) {}
  Result<meta::ResultSet> run(std::string_view sql, const std::vector<meta::Value>& values) override {
    ++statements;
    if (away) return Error{Errc::kUnavailable, "the store is away"};
    return inner_.run(sql, values);
  }
  Result<> transaction(const std::function<Result<>(meta::Session&)>& work) override {
    if (away) return Error{Errc::kUnavailable, "the store is away"};
    return inner_.transaction(work);
  }
  Result<> exclusive_transaction(const std::function<Result<>(meta::Session&)>& work) override {
    return transaction(work);
  }
  std::string description() const override { return inner_.description(); }

  std::atomic<bool> away = false;
  std::atomic<int> statements = 0;

 private:
  meta::Database& inner_;
};

struct World {
  meta::testing::TemporaryDatabase store;
  SwitchableDatabase database{*store};
  FakeClock clock{1'800'000'000 * kSecond};
  PasswordHasher hasher{{.memory_bytes = 8U << 20, .passes = 1}};
  SignInThrottle throttle{database, clock};
  Sessions sessions{database, clock, {}};
  Accounts accounts{database, clock, hasher, throttle, {}};
  Access access{database};
  KeyAuthenticator keys{database, clock, {.salt = "mysalt", .background = false}};
  BrowserGuard guard{{"https://clew.example"}};
  Authenticator authenticator{keys, sessions, access, guard};
  Actor actor{.type = "ANONYMOUS", .remote_address = "198.51.100.7", .user_agent = "test"};

  void must(std::string_view sql, const std::vector<meta::Value>& values = {}) {
    const auto done = database.run(sql, values);
    CLEW_ASSERT(done.has_value(), done.error().message.c_str());
  }
  std::string user(const std::string& email) {
    const auto outcome = accounts.sign_up("Somebody", email, kPassword, actor);
    CLEW_ASSERT(outcome.has_value() && outcome->user, "cannot sign up");
    return outcome->user->id;
  }
  void organization(const std::string& id) {
    must("INSERT INTO organizations (id, name, metadata, created_at, updated_at) VALUES ($1, $1, '{}', 0, 0)", {id});
  }
  void project(const std::string& id, const std::string& organization_id) {
    must(
        "INSERT INTO projects (id, organization_id, name, metadata, created_at, updated_at) "
        "VALUES ($1, $2, $1, '{}', 0, 0)",
        {id, organization_id});
  }
  void member(const std::string& organization_id, const std::string& user_id, const std::string& role) {
    must(
        "INSERT INTO memberships (organization_id, user_id, role, created_at, updated_at) "
        "VALUES ($1, $2, $3, 0, 0)",
        {organization_id, user_id, role});
  }
  void project_member(const std::string& project_id, const std::string& user_id, const std::string& role) {
    must(
        "INSERT INTO project_memberships (project_id, user_id, role, created_at, updated_at) "
        "VALUES ($1, $2, $3, 0, 0)",
        {project_id, user_id, role});
  }
  // A key "pk-NAME" / "sk-NAME" of a project.
  void project_key(const std::string& name, const std::string& project_id, meta::Value expires_at = {}) {
    must(
        "INSERT INTO api_keys (id, scope, project_id, public_key, secret_hash, display_secret, created_at, expires_at) "
        "VALUES ($1, 'PROJECT', $2, $3, $4, '', 0, $5)",
        {"key-" + name, project_id, "pk-" + name, keys.hasher().hash("sk-" + name), std::move(expires_at)});
  }
  void organization_key(const std::string& name, const std::string& organization_id) {
    must(
        "INSERT INTO api_keys (id, scope, organization_id, public_key, secret_hash, display_secret, created_at) "
        "VALUES ($1, 'ORGANIZATION', $2, $3, $4, '', 0)",
        {"key-" + name, organization_id, "pk-" + name, keys.hasher().hash("sk-" + name)});
  }
};

inline http::Request request(http::Method method = http::Method::kGet) {
  http::Request request;
  request.method = method;
  request.remote_address = "198.51.100.7";
  return request;
}

inline http::Request with_authorization(std::string value) {
  http::Request made = request();
  made.headers.add("Authorization", std::move(value));
  return made;
}

inline http::Request with_key(std::string_view public_key, std::string_view secret_key) {
  return with_authorization("Basic " + text::to_base64(std::string(public_key) + ":" + std::string(secret_key)));
}

// A request of our own page in a browser with this session.
inline http::Request from_browser(http::Method method, const std::string& token) {
  http::Request made = request(method);
  made.headers.add("Cookie", "theme=dark; " + std::string(kSessionCookie) + "=" + token);
  made.headers.add("Origin", "https://clew.example");
  made.headers.add("Content-Type", "application/json");
  made.headers.add(std::string(kCsrfHeader), csrf_token(token));
  return made;
}

}  // namespace clew::auth::testing
