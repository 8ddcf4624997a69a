#include "blob/s3_credentials.h"

#include <chrono>
#include <fstream>
#include <iterator>
#include <string_view>

#include <fmt/format.h>

#include "base/json.h"
#include "base/text.h"
#include "blob/internal/s3_xml.h"

namespace clew::blob {

namespace {

constexpr std::int64_t kRenewBeforeUs = 300'000'000;
constexpr std::chrono::milliseconds kStsDeadline{10'000};
// The metadata service is one hop away; elsewhere nobody answers, and the first upload should not wait for long.
constexpr std::chrono::milliseconds kMetadataDeadline{2'000};
constexpr std::size_t kAnswerBytesMax = 256 * 1024;

std::string text_at(const json::Value& object, std::string_view key) {
  const json::Value* value = json::find(object, key);
  return value && value->is_string() ? std::string(value->get_string()) : std::string();
}

}  // namespace

CredentialChain::CredentialChain(AwsSettings settings, const Clock& clock, net::HttpClientOptions http)
    : settings_(std::move(settings)), clock_(clock), client_(std::move(http)) {}

Result<S3Credentials> CredentialChain::get() {
  if (!settings_.credentials.access_key_id.empty()) return settings_.credentials;
  const std::lock_guard lock(mutex_);
  const TimeUs now = clock_.now_us();
  if (known_ && now + kRenewBeforeUs < known_->expires_at) return known_->credentials;
  Result<Temporary> fresh = fetch();
  if (fresh) {
    known_ = *std::move(fresh);
    return known_->credentials;
  }
  if (known_ && now < known_->expires_at) return known_->credentials;
  return std::move(fresh).error();
}

Result<CredentialChain::Temporary> CredentialChain::fetch() {
  if (!settings_.role_arn.empty() && !settings_.web_identity_token_file.empty()) return by_web_identity();
  if (!settings_.metadata_endpoint.empty()) return by_metadata();
  return Error{Errc::kForbidden,
               "no S3 credentials: set an access key, AWS_ACCESS_KEY_ID or AWS_WEB_IDENTITY_TOKEN_FILE"};
}

Result<std::string> CredentialChain::ask(const net::HttpRequest& request, std::string_view whom) {
  auto answer = client_.send(request);
  if (!answer) return Error{Errc::kUnavailable, fmt::format("{}: {}", whom, answer.error().message)};
  if (answer->status == 200) return std::move(answer->body);
  const std::string code = element(answer->body, "Code").value_or("");
  return Error{answer->status >= 500 || answer->status == 429 ? Errc::kUnavailable : Errc::kForbidden,
               fmt::format("{}: {} {}", whom, answer->status, code)};
}

Result<CredentialChain::Temporary> CredentialChain::by_web_identity() {
  std::ifstream file(settings_.web_identity_token_file);
  const std::string token{std::istreambuf_iterator<char>(file), {}};
  if (text::trim(token).empty()) {
    return Error{Errc::kForbidden, "AWS_WEB_IDENTITY_TOKEN_FILE cannot be read: " + settings_.web_identity_token_file};
  }
  const std::string body = canonical_query({{"Action", "AssumeRoleWithWebIdentity"},
                                            {"Version", "2011-06-15"},
                                            {"RoleArn", settings_.role_arn},
                                            {"RoleSessionName", settings_.role_session_name},
                                            {"WebIdentityToken", std::string(text::trim(token))}});
  const std::string url =
      settings_.sts_endpoint.empty() ? "https://sts." + settings_.region + ".amazonaws.com/" : settings_.sts_endpoint;
  CLEW_TRY(const std::string answer, ask({.method = "POST",
                                          .url = url,
                                          .headers = {{"content-type", "application/x-www-form-urlencoded"}},
                                          .body = body,
                                          .deadline = kStsDeadline,
                                          .response_bytes_max = kAnswerBytesMax},
                                         "AWS STS"));
  const auto expires = parse_iso_time(element(answer, "Expiration").value_or(""));
  Temporary out{.credentials = {.access_key_id = element(answer, "AccessKeyId").value_or(""),
                                .secret_access_key = element(answer, "SecretAccessKey").value_or(""),
                                .session_token = element(answer, "SessionToken").value_or("")},
                .expires_at = expires.value_or(0)};
  if (out.credentials.access_key_id.empty() || !expires) return Error{Errc::kUnavailable, "AWS STS: unknown answer"};
  return out;
}

Result<CredentialChain::Temporary> CredentialChain::by_metadata() {
  const std::string base = settings_.metadata_endpoint + "/latest/";
  const auto get = [&](const std::string& path, const std::string& token) {
    return ask({.method = "GET",
                .url = base + path,
                .headers = {{"x-aws-ec2-metadata-token", token}},
                .deadline = kMetadataDeadline,
                .response_bytes_max = kAnswerBytesMax},
               "instance metadata");
  };
  CLEW_TRY(const std::string token, ask({.method = "PUT",
                                         .url = base + "api/token",
                                         .headers = {{"x-aws-ec2-metadata-token-ttl-seconds", "60"}},
                                         .deadline = kMetadataDeadline,
                                         .response_bytes_max = kAnswerBytesMax},
                                        "instance metadata"));
  const std::string roles = "meta-data/iam/security-credentials/";
  CLEW_TRY(const std::string listed, get(roles, token));
  const std::string role(text::trim(std::string_view(listed).substr(0, listed.find('\n'))));
  if (role.empty()) return Error{Errc::kForbidden, "the machine has no role"};
  CLEW_TRY(const std::string answer, get(roles + uri_encoded(role, false), token));
  const auto object = json::try_parse(answer);
  if (!object || !object->is_object()) return Error{Errc::kUnavailable, "instance metadata: unknown answer"};
  const auto expires = parse_iso_time(text_at(*object, "Expiration"));
  Temporary out{.credentials = {.access_key_id = text_at(*object, "AccessKeyId"),
                                .secret_access_key = text_at(*object, "SecretAccessKey"),
                                .session_token = text_at(*object, "Token")},
                .expires_at = expires.value_or(0)};
  if (out.credentials.access_key_id.empty() || !expires) {
    return Error{Errc::kUnavailable, "instance metadata: unknown answer"};
  }
  return out;
}

}  // namespace clew::blob
