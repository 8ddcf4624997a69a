#include "auth/sessions.h"

#include <fmt/format.h>

#include "auth/digest.h"
#include "auth/sql/sessions.sql.h"
#include "base/text.h"

namespace clew::auth {

namespace {
constexpr TimeUs kMinute = 60'000'000;
constexpr std::size_t kUserAgentMax = 300;
constexpr std::size_t kTokenSize = 43;
}  // namespace

Result<std::string> Sessions::begin(const std::string& user_id, const std::string& method,
                                    const std::string& remote_address, std::string_view user_agent) {
  const TimeUs now = clock_.now_us();
  std::string token = random_token();
  std::string agent = text::sanitize_utf8(std::string(text::prefix(user_agent, kUserAgentMax)));
  CLEW_CHECK(database_.transaction([&](meta::Session& session) -> Result<> {
    auto swept = session.run(sql::kDeleteEndedSessions, {now, now - options_.idle_minutes * kMinute});
    if (!swept) return swept.error();
    auto inserted = session.run(
        sql::kInsertSession,
        {sha256_hex(token), user_id, method, now, now + options_.lifetime_minutes * kMinute, remote_address, agent});
    if (!inserted) return inserted.error();
    return ok();
  }));
  return token;
}

Result<std::optional<SignedInUser>> Sessions::find(std::string_view token) {
  const std::optional<SignedInUser> nobody;
  if (token.size() != kTokenSize) return nobody;
  const std::string hash = sha256_hex(token);
  CLEW_TRY(const meta::ResultSet rows, database_.run(sql::kFindSession, {hash}));
  if (rows.empty()) return nobody;
  const TimeUs now = clock_.now_us();
  const TimeUs last_seen = rows.integer(0, 1), expires = rows.integer(0, 2);
  const bool disabled = !rows.is_null(0, 5);
  if (disabled || expires <= now || last_seen + options_.idle_minutes * kMinute <= now) return nobody;
  if (last_seen + kMinute <= now) {
    // A failure here only shortens the session.
    static_cast<void>(database_.run(sql::kTouchSession, {hash, now}));
  }
  return std::optional(SignedInUser{.id = rows.text(0, 0), .email = rows.text(0, 3), .name = rows.text(0, 4)});
}

Result<> Sessions::end(std::string_view token) {
  if (auto ended = database_.run(sql::kDeleteSession, {sha256_hex(token)}); !ended) return ended.error();
  return ok();
}

std::string Sessions::cookie(std::string_view token) const {
  return fmt::format("{}={}; Path=/; Max-Age={}; HttpOnly; SameSite=Lax{}", kSessionCookie, token,
                     options_.lifetime_minutes * 60, options_.secure_cookie ? "; Secure" : "");
}

std::string Sessions::expired_cookie() const {
  return fmt::format("{}=; Path=/; Max-Age=0; HttpOnly; SameSite=Lax{}", kSessionCookie,
                     options_.secure_cookie ? "; Secure" : "");
}

std::string csrf_token(std::string_view session_token) {
  return hmac_sha256_hex(session_token, "clew csrf token, version 1");
}

}  // namespace clew::auth
