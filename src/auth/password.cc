#include "auth/password.h"

#include <algorithm>
#include <array>
#include <memory>
#include <set>

#include <crypt.h>
#include <sodium.h>

#include "auth/digest.h"
#include "base/text.h"

namespace clew::auth {

namespace {

constexpr int kRunningMax = 2;
constexpr int kWaitingMax = 32;
constexpr std::size_t kCharactersMin = 12;
constexpr std::size_t kCharactersMax = 128;
constexpr std::size_t kDifferentMin = 5;

// Long passwords that lead every list of leaked ones; shorter ones are refused by length, runs by what follows.
constexpr std::array<std::string_view, 24> kCommon = {"123456789012",
                                                      "1234567890123",
                                                      "qwertyuiop123",
                                                      "qwertyuiop[]",
                                                      "password1234",
                                                      "password12345",
                                                      "password123456",
                                                      "passw0rd1234",
                                                      "passwordpassword",
                                                      "iloveyou1234",
                                                      "welcome12345",
                                                      "letmein12345",
                                                      "administrator",
                                                      "administrator1",
                                                      "changeme1234",
                                                      "changemenow1",
                                                      "correcthorsebatterystaple",
                                                      "trustno1trustno1",
                                                      "qwerty123456",
                                                      "1q2w3e4r5t6y",
                                                      "1qaz2wsx3edc",
                                                      "zaq12wsxcde3",
                                                      "asdfghjkl123",
                                                      "abcdefghijkl"};

// Whether every character follows the one before it by the same step: "abcdefgh…", "9876…", "aaaa…".
bool is_run(std::string_view text) {
  for (std::size_t i = 2; i < text.size(); ++i) {
    if (text[i] - text[i - 1] != text[1] - text[0]) return false;
  }
  return true;
}

}  // namespace

// Holds one of the places for hashing.
class PasswordHasher::Turn {
 public:
  static Result<Turn> wait_for(PasswordHasher& hasher) {
    std::unique_lock lock(hasher.mutex_);
    if (hasher.waiting_ >= kWaitingMax) return Error{Errc::kOverloaded, "too many sign-ins at once, try again shortly"};
    ++hasher.waiting_;
    hasher.changed_.wait(lock, [&] { return hasher.running_ < kRunningMax; });
    --hasher.waiting_;
    ++hasher.running_;
    return Turn(hasher);
  }
  Turn(Turn&& other) noexcept : hasher_(std::exchange(other.hasher_, nullptr)) {}
  Turn& operator=(Turn&&) = delete;
  ~Turn() {
    if (hasher_ == nullptr) return;
    const std::lock_guard lock(hasher_->mutex_);
    --hasher_->running_;
    hasher_->changed_.notify_one();
  }

 private:
  explicit Turn(PasswordHasher& hasher) : hasher_(&hasher) {}
  PasswordHasher* hasher_;
};

PasswordHasher::PasswordHasher(PasswordCost cost) : cost_(cost) {
  CLEW_ASSERT(sodium_init() >= 0, "libsodium cannot find a random source");
  auto hashed = hash(random_token());
  CLEW_ASSERT(hashed.has_value(), "not enough memory to hash a password");
  nobodys_hash_ = *std::move(hashed);
}

Result<std::string> PasswordHasher::hash(std::string_view password) {
  CLEW_TRY(const Turn turn, Turn::wait_for(*this));
  std::array<char, crypto_pwhash_STRBYTES> text{};
  if (crypto_pwhash_str(text.data(), password.data(), password.size(), cost_.passes, cost_.memory_bytes) != 0) {
    return Error{Errc::kOverloaded, "not enough memory to hash a password"};
  }
  return std::string(text.data());
}

Result<PasswordHasher::Verdict> PasswordHasher::verify(std::string_view password,
                                                       const std::optional<std::string>& stored) {
  CLEW_TRY(const Turn turn, Turn::wait_for(*this));
  if (stored && stored->starts_with("$2")) return verify_bcrypt(password, *stored);
  const std::string& hash = stored ? *stored : nobodys_hash_;
  const bool same = crypto_pwhash_str_verify(hash.c_str(), password.data(), password.size()) == 0;
  if (!stored || !same) return Verdict{};
  const bool outdated = crypto_pwhash_str_needs_rehash(hash.c_str(), cost_.passes, cost_.memory_bytes) != 0;
  return Verdict{.matches = true, .outdated = outdated};
}

PasswordHasher::Verdict PasswordHasher::verify_bcrypt(std::string_view password, const std::string& stored) {
  const auto work = std::make_unique<crypt_data>();
  const char* computed = crypt_r(std::string(password).c_str(), stored.c_str(), work.get());
  const bool same = computed != nullptr && equal_in_constant_time(computed, stored);
  return Verdict{.matches = same, .outdated = same};
}

std::optional<std::string> password_problem(std::string_view password, std::string_view email, std::string_view name) {
  const std::size_t length = text::characters(password);
  if (length < kCharactersMin) return "The password needs at least 12 characters.";
  if (length > kCharactersMax) return "The password can have at most 128 characters.";
  if (!text::is_utf8(password)) return "The password is not valid text.";
  const std::string lower = text::lower(password);
  if (std::set<char>(lower.begin(), lower.end()).size() < kDifferentMin || is_run(lower) ||
      std::ranges::find(kCommon, lower) != kCommon.end()) {
    return "The password is too easy to guess.";
  }
  const std::string address = text::lower(email);
  const std::string local = address.substr(0, address.find('@'));
  if (lower == address || (local.size() >= 4 && lower.starts_with(local) && lower.size() < local.size() + 6) ||
      lower == text::lower(name)) {
    return "The password must not be your name or e-mail address.";
  }
  return std::nullopt;
}

}  // namespace clew::auth
