#include "media/content_link.h"

#include "auth/digest.h"
#include "base/text.h"

namespace clew::media {

namespace {

std::string seconds_of(TimeUs time) {
  return std::to_string(time / 1'000'000);
}

}  // namespace

LinkSigner::LinkSigner(std::string_view secret) : key_(auth::hmac_sha256_hex(secret, "clew media links v1")) {}

std::string LinkSigner::signature_of(const ContentLink& link) const {
  // Lengths before texts: no two links have the same message.
  std::string message = link.is_upload() ? "PUT" : "GET";
  for (const std::string& part : {link.project_id, link.media_id, seconds_of(link.expires_at), link.content_type,
                                  std::to_string(link.content_length), link.sha256}) {
    message += "\n" + std::to_string(part.size()) + ":" + part;
  }
  return auth::hmac_sha256_hex(key_, message);
}

std::string LinkSigner::path_of(const ContentLink& link) const {
  std::string path = "/api/public/media/" + text::percent_encode(link.media_id) +
                     "/content?project=" + text::percent_encode(link.project_id) +
                     "&expires=" + seconds_of(link.expires_at);
  if (link.is_upload()) {
    path += "&type=" + text::percent_encode(link.content_type) + "&length=" + std::to_string(link.content_length) +
            "&sha256=" + text::percent_encode(link.sha256);
  }
  return path + "&signature=" + signature_of(link);
}

bool LinkSigner::is_signed(const ContentLink& link, std::string_view signature) const {
  return auth::equal_in_constant_time(signature_of(link), signature);
}

}  // namespace clew::media
