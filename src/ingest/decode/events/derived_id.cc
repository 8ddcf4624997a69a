#include "ingest/decode/events/derived_id.h"

#include <openssl/sha.h>

#include "base/text.h"

namespace clew::ingest {

std::string derived_uuid(std::string_view purpose, std::string_view seed) {
  std::string text(purpose);
  text.append(1, '\0').append(seed);
  unsigned char digest[SHA256_DIGEST_LENGTH];
  SHA256(reinterpret_cast<const unsigned char*>(text.data()), text.size(), digest);
  digest[6] = static_cast<unsigned char>((digest[6] & 0x0f) | 0x80);  // version 8: made by a rule of our own
  digest[8] = static_cast<unsigned char>((digest[8] & 0x3f) | 0x80);  // variant
  std::string uuid = text::to_hex({reinterpret_cast<const char*>(digest), 16});
  for (const std::size_t at : {8, 13, 18, 23})
    uuid.insert(at, 1, '-');
  return uuid;
}

}  // namespace clew::ingest
