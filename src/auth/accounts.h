// User accounts with a password: signing up, signing in, changing the password.
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "auth/audit.h"
#include "auth/password.h"
#include "auth/sign_in_throttle.h"
#include "base/result.h"
#include "base/time.h"
#include "meta/database.h"

namespace clew::auth {

struct AccountOptions {
  bool sign_up_enabled = true;    // AUTH_DISABLE_SIGNUP, NEXT_PUBLIC_SIGN_UP_DISABLED
  bool passwords_enabled = true;  // AUTH_DISABLE_USERNAME_PASSWORD
};

struct User {
  std::string id;
  std::string email;  // lower case
  std::string name;
};

// Thread-safe; blocks on the store and on password hashing (tens of milliseconds).
class Accounts {
 public:
  Accounts(meta::Database& database, const Clock& clock, PasswordHasher& hasher, SignInThrottle& throttle,
           AccountOptions options)
      : database_(database), clock_(clock), hasher_(hasher), throttle_(throttle), options_(options) {}

  struct SignInOutcome {
    std::optional<User> user;  // null: refused, without saying why
    int retry_after_s = 0;     // > 0: too many failures from this network
  };
  // The answer and its duration are the same for a wrong password, an unknown address, a disabled user, a user without
  // a password, and an account that must wait.
  Result<SignInOutcome> sign_in(std::string_view email, std::string_view password, const Actor& actor);

  // `user` is set unless the network must wait. kForbidden: sign-up is off. kInvalidArgument: says what is wrong.
  // kConflict: the address has an account.
  Result<SignInOutcome> sign_up(std::string_view name, std::string_view email, std::string_view password,
                                const Actor& actor);

  // Ends all sessions of the user. kForbidden: the current password is wrong, or guessed too
  // often.
  Result<> change_password(const std::string& user_id, std::string_view current, std::string_view wanted,
                           const Actor& actor);
  // Ends all sessions of the user; signing in is refused from now on.
  Result<> disable(const std::string& user_id, const Actor& actor);

  // Ends the session of this token.
  Result<> sign_out(std::string_view session_token, const std::string& user_id, const Actor& actor);

  Result<User> get(const std::string& user_id);  // kNotFound
  bool sign_up_enabled() const { return options_.sign_up_enabled && options_.passwords_enabled; }

 private:
  Result<> insert_user(const User& user, std::string hash, const Actor& actor);

  meta::Database& database_;
  const Clock& clock_;
  PasswordHasher& hasher_;
  SignInThrottle& throttle_;
  const AccountOptions options_;
};

// Lower case and trimmed; null when it cannot be an address.
std::optional<std::string> normal_email(std::string_view text);
// What is wrong with the name of a person, as a sentence; null when it is good.
std::optional<std::string> user_name_problem(std::string_view name);

}  // namespace clew::auth
