// Links to the bytes of one file that work without credentials until they expire: everything they allow stands in them,
// under a signature.
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "base/time.h"

namespace clew::media {

struct ContentLink {
  std::string project_id;
  std::string media_id;
  TimeUs expires_at = 0;  // whole seconds
  // Set for an upload; a link without them only reads.
  std::string content_type;
  std::uint64_t content_length = 0;
  std::string sha256;  // base64; empty = a download

  bool is_upload() const { return !sha256.empty(); }
};

class LinkSigner {
 public:
  // `secret` is never used for anything but a key derived for this purpose.
  explicit LinkSigner(std::string_view secret);

  // "/api/public/media/{id}/content?project=…&expires=…&signature=…"
  std::string path_of(const ContentLink& link) const;
  // Whether `signature` is ours for this link. Expiry is the caller's question.
  bool is_signed(const ContentLink& link, std::string_view signature) const;

 private:
  std::string signature_of(const ContentLink& link) const;

  std::string key_;
};

}  // namespace clew::media
