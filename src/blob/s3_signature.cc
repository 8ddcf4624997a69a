#include "blob/s3_signature.h"

#include <algorithm>
#include <array>
#include <ctime>

#include <fmt/format.h>
#include <openssl/evp.h>
#include <openssl/hmac.h>

#include "base/text.h"

namespace clew::blob {

namespace {

constexpr std::string_view kAlgorithm = "AWS4-HMAC-SHA256";

std::string hmac(std::string_view key, std::string_view text) {
  std::array<unsigned char, EVP_MAX_MD_SIZE> out{};
  unsigned size = 0;
  ::HMAC(EVP_sha256(), key.data(), static_cast<int>(key.size()), reinterpret_cast<const unsigned char*>(text.data()),
         text.size(), out.data(), &size);
  return {reinterpret_cast<const char*>(out.data()), size};
}

struct Dates {
  std::string day;     // 20130524
  std::string moment;  // 20130524T000000Z
};

Dates dates_of(TimeUs now) {
  const std::time_t seconds = now / 1'000'000;
  std::tm utc{};
  ::gmtime_r(&seconds, &utc);
  std::string day = fmt::format("{:04}{:02}{:02}", utc.tm_year + 1900, utc.tm_mon + 1, utc.tm_mday);
  std::string moment = fmt::format("{}T{:02}{:02}{:02}Z", day, utc.tm_hour, utc.tm_min, utc.tm_sec);
  return {std::move(day), std::move(moment)};
}

std::string signed_header_names(const NameValues& sorted) {
  std::string names;
  for (const auto& [name, value] : sorted)
    names += (names.empty() ? "" : ";") + name;
  return names;
}

std::string scope_text(const S3Scope& scope, const Dates& dates) {
  return fmt::format("{}/{}/{}/aws4_request", dates.day, scope.region, scope.service);
}

// `request.headers` sorted by name.
std::string signature(const SignedRequest& request, const S3Credentials& credentials, const S3Scope& scope,
                      const Dates& dates) {
  std::string headers;
  for (const auto& [name, value] : request.headers)
    headers += fmt::format("{}:{}\n", name, text::trim(value));
  const std::string canonical =
      fmt::format("{}\n{}\n{}\n{}\n{}\n{}", request.method, uri_encoded(request.path, true),
                  canonical_query(request.query), headers, signed_header_names(request.headers), request.payload_hash);
  const std::string to_sign =
      fmt::format("{}\n{}\n{}\n{}", kAlgorithm, dates.moment, scope_text(scope, dates), sha256_hex(canonical));
  std::string key = hmac("AWS4" + credentials.secret_access_key, dates.day);
  for (const std::string_view part :
       {std::string_view(scope.region), std::string_view(scope.service), std::string_view("aws4_request")}) {
    key = hmac(key, part);
  }
  return text::to_hex(hmac(key, to_sign));
}

}  // namespace

std::string sha256_hex(std::string_view bytes) {
  std::array<unsigned char, EVP_MAX_MD_SIZE> out{};
  unsigned size = 0;
  ::EVP_Digest(bytes.data(), bytes.size(), out.data(), &size, EVP_sha256(), nullptr);
  return text::to_hex({reinterpret_cast<const char*>(out.data()), size});
}

std::string uri_encoded(std::string_view text, bool keep_slashes) {
  static constexpr char kHex[] = "0123456789ABCDEF";
  std::string out;
  for (const char c : text) {
    const bool plain = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '-' ||
                       c == '_' || c == '.' || c == '~' || (keep_slashes && c == '/');
    if (plain) {
      out += c;
      continue;
    }
    const auto byte = static_cast<unsigned char>(c);
    out += '%';
    out += kHex[byte >> 4];
    out += kHex[byte & 15];
  }
  return out;
}

std::string canonical_query(NameValues query) {
  for (auto& [name, value] : query) {
    name = uri_encoded(name, false);
    value = uri_encoded(value, false);
  }
  std::ranges::sort(query);
  std::string out;
  for (const auto& [name, value] : query)
    out += fmt::format("{}{}={}", out.empty() ? "" : "&", name, value);
  return out;
}

void sign(SignedRequest& request, const S3Credentials& credentials, const S3Scope& scope, TimeUs now) {
  const Dates dates = dates_of(now);
  request.headers.emplace_back("x-amz-date", dates.moment);
  request.headers.emplace_back("x-amz-content-sha256", request.payload_hash);
  if (!credentials.session_token.empty()) {
    request.headers.emplace_back("x-amz-security-token", credentials.session_token);
  }
  std::ranges::sort(request.headers);
  std::string authorization = fmt::format(
      "{} Credential={}/{},SignedHeaders={},Signature={}", kAlgorithm, credentials.access_key_id,
      scope_text(scope, dates), signed_header_names(request.headers), signature(request, credentials, scope, dates));
  request.headers.emplace_back("authorization", std::move(authorization));
}

std::string presigned_query(SignedRequest request, const S3Credentials& credentials, const S3Scope& scope, TimeUs now,
                            std::chrono::seconds lifetime) {
  const Dates dates = dates_of(now);
  std::ranges::sort(request.headers);
  request.payload_hash = "UNSIGNED-PAYLOAD";
  request.query.emplace_back("X-Amz-Algorithm", kAlgorithm);
  request.query.emplace_back("X-Amz-Credential",
                             fmt::format("{}/{}", credentials.access_key_id, scope_text(scope, dates)));
  request.query.emplace_back("X-Amz-Date", dates.moment);
  request.query.emplace_back("X-Amz-Expires", std::to_string(std::min<std::int64_t>(lifetime.count(), 604'800)));
  request.query.emplace_back("X-Amz-SignedHeaders", signed_header_names(request.headers));
  if (!credentials.session_token.empty()) {
    request.query.emplace_back("X-Amz-Security-Token", credentials.session_token);
  }
  const std::string made = signature(request, credentials, scope, dates);
  return canonical_query(std::move(request.query)) + "&X-Amz-Signature=" + made;
}

}  // namespace clew::blob
