// Blobs in a bucket of an S3-compatible store (AWS, MinIO, OCI Object Storage).
#pragma once

#include <chrono>
#include <functional>
#include <memory>
#include <string>
#include <string_view>

#include "base/time.h"
#include "blob/blob_store.h"
#include "blob/s3_signature.h"
#include "net/http_client.h"

namespace clew::blob {

struct S3Options {
  std::string endpoint;           // "https://minio:9000"; empty: AWS in `region`
  std::string external_endpoint;  // put into links; empty: the same
  std::string bucket;
  std::string prefix;  // before every key; "" or with a slash at its end
  std::string region = "us-east-1";
  S3Credentials credentials;
  std::function<Result<S3Credentials>()> credential_source;  // asked for each request when set; any thread
  bool path_style = false;                                   // http://host/bucket/key instead of http://bucket.host/key
  std::string encryption;                      // x-amz-server-side-encryption: "AES256" or "aws:kms"; or empty
  std::string encryption_key_id;               // with aws:kms
  std::chrono::milliseconds deadline{30'000};  // of one attempt
  int attempts_max = 4;
  std::chrono::milliseconds retry_base{100};  // doubled per attempt, with full jitter
  std::chrono::milliseconds retry_max{5'000};
  std::size_t part_bytes = 16UL * 1024 * 1024;  // larger blobs go up in parts of this size; S3 wants at least 5 MiB
  std::size_t get_bytes_max = 1024UL * 1024 * 1024;
};

class S3Store final : public BlobStore {
 public:
  // `clock` must outlive the store. kInvalidArgument: endpoint or bucket make no URL. Does not contact the store.
  static Result<std::unique_ptr<S3Store>> create(S3Options options, const Clock& clock,
                                                 net::HttpClientOptions http = {});

  // kOverloaded and kUnavailable after all attempts; kForbidden: the store refuses our credentials.
  Result<> put(std::string_view key, std::string_view bytes, std::string_view content_type) override;
  // Needs a store that honours If-None-Match (AWS, MinIO, OCI do).
  Result<> put_if_absent(std::string_view key, std::string_view bytes, std::string_view content_type) override;
  Result<std::string> get(std::string_view key) override;
  Result<std::string> get_range(std::string_view key, std::uint64_t offset, std::uint64_t length) override;
  Result<std::optional<BlobInfo>> find(std::string_view key) override;
  Result<> remove(std::string_view key) override;
  Result<BlobPage> list(std::string_view prefix, std::string_view after, std::size_t blobs_max) override;
  std::string description() const override;

  // Links do not ask for encryption: whoever puts would have to send the headers. A bucket encrypts by its own default.
  // A link signed with temporary credentials ends with them. A link that gets or puts the blob without credentials
  // until `lifetime` is over. `headers` (lower-case names) must be sent by whoever uses it, as they are here.
  Result<std::string> presign(std::string_view method, std::string_view key, std::chrono::seconds lifetime,
                              NameValues headers = {}, NameValues query = {}) const;

 private:
  struct Host {
    std::string base;         // "https://bucket.host:port"
    std::string host;         // as in the Host header
    std::string path_prefix;  // "/bucket" in path style
  };
  struct Call {
    std::string_view method;
    std::string path;  // below the bucket: "/key" or "/"
    NameValues query;
    NameValues headers;
    std::string_view body;
    bool is_repeatable = true;
  };

  S3Store(S3Options options, const Clock& clock, net::HttpClientOptions http, Host host, Host external);
  static Result<Host> host_of(const S3Options& options, const std::string& endpoint);

  Result<std::string> path_of(std::string_view key) const;
  Result<net::HttpResponse> send(const Call& call);
  Result<net::HttpResponse> send_once(const Call& call);
  Result<> put_whole(std::string_view key, std::string_view bytes, std::string_view content_type, bool absent);
  Result<> put_in_parts(std::string_view key, std::string_view bytes, std::string_view content_type);
  Result<std::string> upload_parts(const std::string& path, const std::string& upload_id, std::string_view bytes);
  Result<S3Credentials> credentials() const;
  void add_encryption(NameValues& headers) const;
  void pause(int attempt);

  const S3Options options_;
  const Clock& clock_;
  net::HttpClient client_;
  const Host host_;
  const Host external_;
};

}  // namespace clew::blob
