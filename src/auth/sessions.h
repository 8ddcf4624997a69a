// Browsers that are signed in. The token is 256 random bits in a cookie; the store holds its hash, so a copy of the
// store opens no session. Looked up at every request: ending a session, or the user, works at once on every process.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "base/result.h"
#include "base/time.h"
#include "meta/database.h"

namespace clew::auth {

inline constexpr std::string_view kSessionCookie = "clew_session";

struct SessionOptions {
  std::int64_t lifetime_minutes = 43'200;  // AUTH_SESSION_MAX_AGE
  std::int64_t idle_minutes = 7 * 24 * 60;
  bool secure_cookie = false;  // when the public URL is https
};

struct SignedInUser {
  std::string id;
  std::string email;
  std::string name;
};

// Thread-safe; blocks on the store.
class Sessions {
 public:
  Sessions(meta::Database& database, const Clock& clock, SessionOptions options)
      : database_(database), clock_(clock), options_(options) {}

  // A session of its own for each sign-in; returns the token. Also removes sessions that have ended.
  Result<std::string> begin(const std::string& user_id, const std::string& method, const std::string& remote_address,
                            std::string_view user_agent);
  // Null when there is no such session, it has ended, or its user is disabled.
  Result<std::optional<SignedInUser>> find(std::string_view token);
  Result<> end(std::string_view token);

  // Values of Set-Cookie.
  std::string cookie(std::string_view token) const;
  std::string expired_cookie() const;

 private:
  meta::Database& database_;
  const Clock& clock_;
  const SessionOptions options_;
};

// The CSRF token of a session: only who can read answers of ours in this browser can know it.
std::string csrf_token(std::string_view session_token);

}  // namespace clew::auth
