// Passwords: how they are stored, and which are accepted.
#pragma once

#include <condition_variable>
#include <cstddef>
#include <mutex>
#include <optional>
#include <string>
#include <string_view>

#include "base/result.h"

namespace clew::auth {

struct PasswordCost {
  std::size_t memory_bytes = 19U << 20;
  unsigned long long passes = 2;
};

// Argon2id. A hash takes tens of milliseconds and much memory, so at most two run at once; a few more wait, and beyond
// those callers are told kOverloaded. Thread-safe; blocks.
class PasswordHasher {
 public:
  explicit PasswordHasher(PasswordCost cost = {});

  Result<std::string> hash(std::string_view password);

  struct Verdict {
    bool matches = false;
    bool outdated = false;  // right, but stored with another method or cost: store it anew
  };
  // `stored` is what hash() returned, or a bcrypt string of an imported user. Without one (unknown user, no password)
  // it takes as long and does not match.
  Result<Verdict> verify(std::string_view password, const std::optional<std::string>& stored);

 private:
  class Turn;
  Verdict verify_bcrypt(std::string_view password, const std::string& stored);

  const PasswordCost cost_;
  std::mutex mutex_;
  std::condition_variable changed_;
  int running_ = 0;
  int waiting_ = 0;
  std::string nobodys_hash_;  // computed with our cost; matches nothing anybody knows
};

// What is wrong with a new password, as a sentence for the user; null when it is good.
std::optional<std::string> password_problem(std::string_view password, std::string_view email, std::string_view name);

}  // namespace clew::auth
