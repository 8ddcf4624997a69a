// AWS Signature Version 4: headers of a request, and links that carry their signature.
#pragma once

#include <chrono>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "base/time.h"

namespace clew::blob {

struct S3Credentials {
  std::string access_key_id;
  std::string secret_access_key;
  std::string session_token;  // of temporary credentials, or empty
};

struct S3Scope {
  std::string region = "us-east-1";
  std::string service = "s3";
};

using NameValues = std::vector<std::pair<std::string, std::string>>;

// What is signed. `path` is not encoded; query names and values neither; header names are lower case and include host.
struct SignedRequest {
  std::string method;
  std::string path;
  NameValues query;
  NameValues headers;
  std::string payload_hash;  // hex SHA-256 of the body, or UNSIGNED-PAYLOAD
};

std::string sha256_hex(std::string_view bytes);
// Everything but unreserved characters is encoded; a path keeps its slashes.
std::string uri_encoded(std::string_view text, bool keep_slashes);
// name=value pairs, sorted and encoded, as they must also be sent.
std::string canonical_query(NameValues query);

// Adds x-amz-date, x-amz-content-sha256, a session token and Authorization.
void sign(SignedRequest& request, const S3Credentials& credentials, const S3Scope& scope, TimeUs now);
// The query of a link that is valid for `lifetime` (at most 7 days). Signs the host and what is in `headers`.
std::string presigned_query(SignedRequest request, const S3Credentials& credentials, const S3Scope& scope, TimeUs now,
                            std::chrono::seconds lifetime);

}  // namespace clew::blob
