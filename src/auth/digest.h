// Hashes and random tokens for credentials. Everything is text: lower-case hex or URL-safe base64.
#pragma once

#include <string>
#include <string_view>

namespace clew::auth {

std::string sha256_hex(std::string_view text);
std::string hmac_sha256_hex(std::string_view key, std::string_view text);

// 256 random bits, 43 characters that need no escaping in a cookie or URL.
std::string random_token();

// Compares without telling by its duration where two texts differ.
bool equal_in_constant_time(std::string_view a, std::string_view b);

// The keyed hash under which the secret of an API key is stored and found: SHA-256(secret ‖ hex SHA-256(salt)),
// as the reference does, so that existing rows keep working (contract/security.md 5).
class KeyHasher {
 public:
  explicit KeyHasher(std::string_view salt) : salt_hash_(sha256_hex(salt)) {}
  std::string hash(std::string_view secret) const;

 private:
  std::string salt_hash_;
};

}  // namespace clew::auth
