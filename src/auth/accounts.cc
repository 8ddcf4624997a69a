#include "auth/accounts.h"

#include <algorithm>

#include "auth/digest.h"
#include "auth/sql/accounts.sql.h"
#include "auth/sql/sessions.sql.h"
#include "base/json.h"
#include "base/text.h"

namespace clew::auth {

namespace {

constexpr std::size_t kEmailMax = 254;
constexpr std::size_t kNameMax = 100;
// What a sign-in may carry: anything longer is no password of ours and would only cost hashing.
constexpr std::size_t kPasswordBytesMax = 1024;

struct StoredUser {
  User user;
  std::optional<std::string> password_hash;
  bool disabled = false;
};

std::optional<StoredUser> stored_user(const meta::ResultSet& rows) {
  if (rows.empty()) return std::nullopt;
  return StoredUser{.user = {.id = rows.text(0, 0), .email = rows.text(0, 1), .name = rows.text(0, 2)},
                    .password_hash = rows.optional_text(0, 3),
                    .disabled = !rows.is_null(0, 4)};
}

AuditEntry about_user(const User& user, std::string action) {
  return {.resource_type = "user", .resource_id = user.id, .action = std::move(action)};
}

Actor as_user(Actor actor, const User& user) {
  actor.type = "USER";
  actor.id = user.id;
  return actor;
}

}  // namespace

std::optional<std::string> normal_email(std::string_view text) {
  const std::string email = text::lower(text::trim(text));
  const auto at = email.find('@');
  if (at == std::string::npos || at == 0 || at + 1 == email.size() || email.find('@', at + 1) != std::string::npos) {
    return std::nullopt;
  }
  if (email.size() > kEmailMax || !text::is_utf8(email)) return std::nullopt;
  const bool plain = std::ranges::none_of(email, [](char c) {
    return static_cast<unsigned char>(c) <= ' ' || c == 0x7F || std::string_view("<>()[]\\,;:\"").contains(c);
  });
  if (!plain) return std::nullopt;
  return email;
}

std::optional<std::string> user_name_problem(std::string_view name) {
  if (text::trim(name).empty()) return "Please enter a name.";
  if (!text::is_utf8(name) || text::characters(name) > kNameMax) return "The name can have at most 100 characters.";
  if (name.find_first_of("<>") != std::string_view::npos || name.contains("://") || name.contains("www.")) {
    return "The name must not contain HTML or links.";
  }
  return std::nullopt;
}

Result<Accounts::SignInOutcome> Accounts::sign_in(std::string_view email, std::string_view password,
                                                  const Actor& actor) {
  if (!options_.passwords_enabled) return Error{Errc::kForbidden, "Signing in with a password is switched off."};
  const std::string account = normal_email(email).value_or("?");
  CLEW_TRY(const auto admission, throttle_.admit(account, actor.remote_address));
  if (!admission.admitted()) return SignInOutcome{.retry_after_s = admission.source_retry_after_s};

  CLEW_TRY(const meta::ResultSet rows, database_.run(sql::kFindUserByEmail, {account}));
  const std::optional<StoredUser> stored = stored_user(rows);
  const bool usable = stored && !stored->disabled && password.size() <= kPasswordBytesMax;
  CLEW_TRY(const auto verdict,
           hasher_.verify(password.substr(0, kPasswordBytesMax), usable ? stored->password_hash : std::nullopt));
  const bool welcome = usable && verdict.matches;
  CLEW_CHECK(welcome ? throttle_.succeeded(account) : throttle_.failed(account, actor.remote_address));
  std::string fresh_hash;
  if (welcome && verdict.outdated) {
    CLEW_TRY(fresh_hash, hasher_.hash(password));
  }
  CLEW_CHECK(database_.transaction([&](meta::Session& session) -> Result<> {
    const TimeUs now = clock_.now_us();
    if (!fresh_hash.empty()) {
      auto set = session.run(sql::kSetPasswordHash, {stored->user.id, fresh_hash, now});
      if (!set) return set.error();
    }
    AuditEntry entry = about_user(stored ? stored->user : User{}, "signIn");
    if (!welcome) entry.outcome = "denied";
    return record(session, now, welcome ? as_user(actor, stored->user) : actor, entry);
  }));
  if (!welcome) return SignInOutcome{};
  return SignInOutcome{.user = stored->user};
}

Result<Accounts::SignInOutcome> Accounts::sign_up(std::string_view name, std::string_view email,
                                                  std::string_view password, const Actor& actor) {
  if (!sign_up_enabled()) return Error{Errc::kForbidden, "Sign-up is switched off. Ask an administrator for access."};
  if (const auto problem = user_name_problem(name)) return Error{Errc::kInvalidArgument, *problem};
  const auto address = normal_email(email);
  if (!address) return Error{Errc::kInvalidArgument, "Please enter a valid e-mail address."};
  if (const auto problem = password_problem(password, *address, name)) return Error{Errc::kInvalidArgument, *problem};
  CLEW_TRY(const auto admission, throttle_.admit_source(actor.remote_address));
  if (!admission.admitted()) return SignInOutcome{.retry_after_s = admission.source_retry_after_s};
  CLEW_TRY(std::string hash, hasher_.hash(password));
  const User user{.id = text::random_uuid(), .email = *address, .name = std::string(text::trim(name))};
  CLEW_CHECK(insert_user(user, std::move(hash), actor));
  return SignInOutcome{.user = user};
}

Result<> Accounts::insert_user(const User& user, std::string hash, const Actor& actor) {
  Result<> done = database_.transaction([&](meta::Session& session) -> Result<> {
    const TimeUs now = clock_.now_us();
    auto inserted = session.run(sql::kInsertUser, {user.id, user.email, user.name, hash, now});
    if (!inserted) return inserted.error();
    AuditEntry entry = about_user(user, "create");
    entry.after = json::to_text(json::Object{{"email", user.email}, {"name", user.name}});
    return record(session, now, as_user(actor, user), entry);
  });
  if (!done && done.error().code == Errc::kConflict) {
    return Error{Errc::kConflict, "This e-mail address already has an account."};
  }
  return done;
}

Result<> Accounts::change_password(const std::string& user_id, std::string_view current, std::string_view wanted,
                                   const Actor& actor) {
  CLEW_TRY(const meta::ResultSet rows, database_.run(sql::kFindUserById, {user_id}));
  const std::optional<StoredUser> stored = stored_user(rows);
  if (!stored || stored->disabled) return Error{Errc::kNotFound, "no such user"};
  CLEW_TRY(const auto admission, throttle_.admit(stored->user.email, actor.remote_address));
  const Error refused{Errc::kForbidden, "The current password is wrong."};
  if (!admission.admitted()) return refused;
  CLEW_TRY(const auto verdict, hasher_.verify(current, stored->password_hash));
  if (!verdict.matches) {
    CLEW_CHECK(throttle_.failed(stored->user.email, actor.remote_address));
    return refused;
  }
  CLEW_CHECK(throttle_.succeeded(stored->user.email));
  if (const auto problem = password_problem(wanted, stored->user.email, stored->user.name)) {
    return Error{Errc::kInvalidArgument, *problem};
  }
  CLEW_TRY(const std::string hash, hasher_.hash(wanted));
  return database_.transaction([&](meta::Session& session) -> Result<> {
    const TimeUs now = clock_.now_us();
    if (auto set = session.run(sql::kSetPasswordHash, {user_id, hash, now}); !set) return set.error();
    if (auto ended = session.run(sql::kDeleteSessionsOfUser, {user_id}); !ended) return ended.error();
    return record(session, now, actor, about_user(stored->user, "changePassword"));
  });
}

Result<> Accounts::disable(const std::string& user_id, const Actor& actor) {
  return database_.transaction([&](meta::Session& session) -> Result<> {
    const TimeUs now = clock_.now_us();
    CLEW_TRY(const meta::ResultSet disabled, session.run(sql::kDisableUser, {user_id, now}));
    if (disabled.changed == 0) return Error{Errc::kNotFound, "no such user"};
    if (auto ended = session.run(sql::kDeleteSessionsOfUser, {user_id}); !ended) return ended.error();
    return record(session, now, actor, about_user(User{.id = user_id}, "disable"));
  });
}

Result<> Accounts::sign_out(std::string_view session_token, const std::string& user_id, const Actor& actor) {
  return database_.transaction([&](meta::Session& session) -> Result<> {
    if (auto ended = session.run(sql::kDeleteSession, {sha256_hex(session_token)}); !ended) return ended.error();
    return record(session, clock_.now_us(), actor, about_user(User{.id = user_id}, "signOut"));
  });
}

Result<User> Accounts::get(const std::string& user_id) {
  CLEW_TRY(const meta::ResultSet rows, database_.run(sql::kFindUserById, {user_id}));
  const auto stored = stored_user(rows);
  if (!stored) return Error{Errc::kNotFound, "no such user"};
  return stored->user;
}

}  // namespace clew::auth
