// Where the credentials of a bucket come from when the settings name none: the order of the AWS SDKs, as far as a
// server meets it. Environment, then a web identity token (IRSA, any OIDC federation), then the metadata service of the
// machine (IMDSv2). Temporary credentials are fetched when they are needed and again five minutes before they end.
#pragma once

#include <mutex>
#include <optional>
#include <string>

#include "base/result.h"
#include "base/time.h"
#include "blob/s3_signature.h"
#include "net/http_client.h"

namespace clew::blob {

// What the AWS_* variables say.
struct AwsSettings {
  S3Credentials credentials;  // used when an id is given
  std::string role_arn;
  std::string web_identity_token_file;  // read anew each time: it is rotated
  std::string role_session_name = "clew";
  std::string sts_endpoint;       // empty: AWS in `region`
  std::string metadata_endpoint;  // "http://169.254.169.254"; empty: not asked
  std::string region = "us-east-1";
};

// Thread-safe. get() blocks while it fetches; others wait for the same answer.
class CredentialChain {
 public:
  // `clock` must outlive the chain.
  CredentialChain(AwsSettings settings, const Clock& clock, net::HttpClientOptions http = {});

  // kForbidden: nothing gives credentials, or the role is refused; kUnavailable: who gives them is away, and none that
  // are still valid are known.
  Result<S3Credentials> get();

 private:
  struct Temporary {
    S3Credentials credentials;
    TimeUs expires_at = 0;
  };

  Result<Temporary> fetch();
  Result<Temporary> by_web_identity();
  Result<Temporary> by_metadata();
  Result<std::string> ask(const net::HttpRequest& request, std::string_view whom);

  const AwsSettings settings_;
  const Clock& clock_;
  net::HttpClient client_;
  std::mutex mutex_;
  std::optional<Temporary> known_;
};

}  // namespace clew::blob
