#include "auth/digest.h"

#include <algorithm>

#include <sodium.h>

#include "base/text.h"

namespace clew::auth {

namespace {
const unsigned char* bytes(std::string_view text) {
  return reinterpret_cast<const unsigned char*>(text.data());
}
}  // namespace

std::string sha256_hex(std::string_view text) {
  std::string digest(crypto_hash_sha256_BYTES, '\0');
  crypto_hash_sha256(reinterpret_cast<unsigned char*>(digest.data()), bytes(text), text.size());
  return text::to_hex(digest);
}

std::string hmac_sha256_hex(std::string_view key, std::string_view text) {
  std::string digest(crypto_auth_hmacsha256_BYTES, '\0');
  crypto_auth_hmacsha256_state state;
  crypto_auth_hmacsha256_init(&state, bytes(key), key.size());
  crypto_auth_hmacsha256_update(&state, bytes(text), text.size());
  crypto_auth_hmacsha256_final(&state, reinterpret_cast<unsigned char*>(digest.data()));
  return text::to_hex(digest);
}

std::string random_token() {
  std::string token = text::to_base64(*text::from_hex(text::random_hex(32)));
  while (token.ends_with('='))
    token.pop_back();
  std::ranges::replace(token, '+', '-');
  std::ranges::replace(token, '/', '_');
  return token;
}

bool equal_in_constant_time(std::string_view a, std::string_view b) {
  return a.size() == b.size() && sodium_memcmp(a.data(), b.data(), a.size()) == 0;
}

std::string KeyHasher::hash(std::string_view secret) const {
  std::string digest(crypto_hash_sha256_BYTES, '\0');
  crypto_hash_sha256_state state;
  crypto_hash_sha256_init(&state);
  crypto_hash_sha256_update(&state, bytes(secret), secret.size());
  crypto_hash_sha256_update(&state, bytes(salt_hash_), salt_hash_.size());
  crypto_hash_sha256_final(&state, reinterpret_cast<unsigned char*>(digest.data()));
  return text::to_hex(digest);
}

}  // namespace clew::auth
