#include "blob/s3_store.h"

#include <algorithm>
#include <charconv>
#include <condition_variable>
#include <mutex>
#include <random>

#include <fmt/format.h>

#include "base/text.h"
#include "blob/blob_key.h"
#include "blob/internal/s3_xml.h"

namespace clew::blob {

using std::chrono::milliseconds;

namespace {

bool is_success(int status) {
  return status >= 200 && status < 300;
}

// What may be tried again: the store said later, or did not say anything.
bool is_transient(const Result<net::HttpResponse>& answer) {
  if (!answer) {
    return answer.error().code == Errc::kUnavailable || answer.error().code == Errc::kDeadlineExceeded;
  }
  const int status = answer->status;
  if (status == 409) return element(answer->body, "Code") == "ConditionalRequestConflict";
  return status == 429 || status == 500 || status == 502 || status == 503 || status == 504;
}

Error error_of(const net::HttpResponse& answer, std::string_view what) {
  const std::string code = element(answer.body, "Code").value_or("");
  const std::string text = fmt::format("S3 {}: {} {}", what, answer.status, code);
  switch (answer.status) {
    case 400:
      return {Errc::kInvalidArgument, text};
    case 401:
    case 403:
      return {Errc::kForbidden, text};
    case 404:
      return {Errc::kNotFound, text};
    case 409:
    case 412:
      return {Errc::kConflict, text};
    case 429:
    case 503:
      return {Errc::kOverloaded, text};
    default:
      return {Errc::kUnavailable, text};
  }
}

std::optional<std::uint64_t> number(std::string_view text) {
  std::uint64_t value = 0;
  const auto [end, code] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (code != std::errc{} || end != text.data() + text.size()) return std::nullopt;
  return value;
}

}  // namespace

Result<S3Store::Host> S3Store::host_of(const S3Options& options, const std::string& endpoint) {
  const std::string url = endpoint.empty() ? "https://s3." + options.region + ".amazonaws.com" : endpoint;
  const std::size_t scheme = url.find("://");
  if (scheme == std::string::npos || options.bucket.empty()) {
    return Error{Errc::kInvalidArgument, "S3 needs a bucket and an endpoint such as https://host"};
  }
  std::string authority = url.substr(scheme + 3);
  while (authority.ends_with('/'))
    authority.pop_back();
  if (authority.empty() || authority.find('/') != std::string::npos) {
    return Error{Errc::kInvalidArgument, "the S3 endpoint must have a host and no path: " + url};
  }
  // The default port is not part of a Host header.
  const bool https = url.starts_with("https://");
  if (authority.ends_with(https ? ":443" : ":80")) authority.resize(authority.rfind(':'));
  Host host;
  host.host = options.path_style ? authority : options.bucket + "." + authority;
  host.base = url.substr(0, scheme + 3) + host.host;
  host.path_prefix = options.path_style ? "/" + options.bucket : "";
  return host;
}

Result<std::unique_ptr<S3Store>> S3Store::create(S3Options options, const Clock& clock, net::HttpClientOptions http) {
  CLEW_TRY(Host host, host_of(options, options.endpoint));
  CLEW_TRY(Host external,
           host_of(options, options.external_endpoint.empty() ? options.endpoint : options.external_endpoint));
  return std::unique_ptr<S3Store>(
      new S3Store(std::move(options), clock, std::move(http), std::move(host), std::move(external)));
}

S3Store::S3Store(S3Options options, const Clock& clock, net::HttpClientOptions http, Host host, Host external)
    : options_(std::move(options)),
      clock_(clock),
      client_(std::move(http)),
      host_(std::move(host)),
      external_(std::move(external)) {}

Result<std::string> S3Store::path_of(std::string_view key) const {
  CLEW_CHECK(check_key(key));
  return "/" + options_.prefix + std::string(key);
}

// Full jitter: many writers that were refused together must not come back together.
void S3Store::pause(int attempt) {
  const milliseconds longest = std::min(options_.retry_max, options_.retry_base * (1 << std::min(attempt, 16)));
  std::random_device random;
  const auto wait = std::uniform_int_distribution<std::int64_t>(0, longest.count())(random);
  std::mutex mutex;
  std::condition_variable timer;
  std::unique_lock<std::mutex> lock(mutex);
  timer.wait_for(lock, milliseconds(wait), [] { return false; });
}

Result<net::HttpResponse> S3Store::send(const Call& call) {
  for (int attempt = 0;; ++attempt) {
    auto answer = send_once(call);
    const bool last = attempt + 1 >= options_.attempts_max || !call.is_repeatable;
    if (last || !is_transient(answer)) return answer;
    pause(attempt);
  }
}

Result<net::HttpResponse> S3Store::send_once(const Call& call) {
  SignedRequest request{.method = std::string(call.method),
                        .path = host_.path_prefix + call.path,
                        .query = call.query,
                        .headers = call.headers,
                        .payload_hash = sha256_hex(call.body)};
  request.headers.emplace_back("host", host_.host);
  CLEW_TRY(const S3Credentials signer, credentials());
  sign(request, signer, {.region = options_.region}, clock_.now_us());
  std::string url = host_.base + uri_encoded(request.path, true);
  if (!request.query.empty()) url += "?" + canonical_query(request.query);
  return client_.send({.method = request.method,
                       .url = std::move(url),
                       .headers = std::move(request.headers),
                       .body = call.body,
                       .deadline = options_.deadline,
                       .response_bytes_max = options_.get_bytes_max});
}

Result<S3Credentials> S3Store::credentials() const {
  if (options_.credential_source) return options_.credential_source();
  return options_.credentials;
}

void S3Store::add_encryption(NameValues& headers) const {
  if (options_.encryption.empty()) return;
  headers.emplace_back("x-amz-server-side-encryption", options_.encryption);
  if (!options_.encryption_key_id.empty()) {
    headers.emplace_back("x-amz-server-side-encryption-aws-kms-key-id", options_.encryption_key_id);
  }
}

Result<> S3Store::put(std::string_view key, std::string_view bytes, std::string_view content_type) {
  if (bytes.size() > options_.part_bytes) return put_in_parts(key, bytes, content_type);
  return put_whole(key, bytes, content_type, false);
}

Result<> S3Store::put_if_absent(std::string_view key, std::string_view bytes, std::string_view content_type) {
  return put_whole(key, bytes, content_type, true);
}

Result<> S3Store::put_whole(std::string_view key, std::string_view bytes, std::string_view content_type, bool absent) {
  CLEW_TRY(std::string path, path_of(key));
  Call call{.method = "PUT", .path = std::move(path), .body = bytes};
  call.headers.emplace_back("content-type", content_type);
  if (absent) call.headers.emplace_back("if-none-match", "*");
  add_encryption(call.headers);
  CLEW_TRY(const net::HttpResponse answer, send(call));
  if (is_success(answer.status)) return ok();
  return error_of(answer, "put " + std::string(key));
}

Result<> S3Store::put_in_parts(std::string_view key, std::string_view bytes, std::string_view content_type) {
  CLEW_TRY(const std::string path, path_of(key));
  Call start{.method = "POST", .path = path, .query = {{"uploads", ""}}};
  start.headers.emplace_back("content-type", content_type);
  add_encryption(start.headers);
  CLEW_TRY(const net::HttpResponse started, send(start));
  if (!is_success(started.status)) return error_of(started, "start upload of " + std::string(key));
  const auto upload_id = element(started.body, "UploadId");
  if (!upload_id) return Error{Errc::kUnavailable, "S3 gave no upload id"};

  const auto parts = upload_parts(path, *upload_id, bytes);
  if (!parts) {
    // Parts that stay cost money; a lifecycle rule of the bucket is the second line of defence.
    static_cast<void>(send({.method = "DELETE", .path = path, .query = {{"uploadId", *upload_id}}}));
    return parts.error();
  }
  const std::string list = "<CompleteMultipartUpload>" + *parts + "</CompleteMultipartUpload>";
  Call finish{.method = "POST", .path = path, .query = {{"uploadId", *upload_id}}, .body = list};
  finish.headers.emplace_back("content-type", "application/xml");
  CLEW_TRY(const net::HttpResponse finished, send(finish));
  if (!is_success(finished.status)) return error_of(finished, "finish upload of " + std::string(key));
  // The answer may be 200 and still tell of a failure.
  if (const auto code = element(finished.body, "Code")) {
    return Error{Errc::kUnavailable, "S3 finish upload of " + std::string(key) + ": " + *code};
  }
  return ok();
}

Result<std::string> S3Store::upload_parts(const std::string& path, const std::string& upload_id,
                                          std::string_view bytes) {
  std::string list;
  int part_number = 0;
  for (std::size_t offset = 0; offset < bytes.size(); offset += options_.part_bytes) {
    ++part_number;
    const Call call{.method = "PUT",
                    .path = path,
                    .query = {{"partNumber", std::to_string(part_number)}, {"uploadId", upload_id}},
                    .body = bytes.substr(offset, options_.part_bytes)};
    CLEW_TRY(const net::HttpResponse answer, send(call));
    if (!is_success(answer.status)) return error_of(answer, "put part");
    list += fmt::format("<Part><PartNumber>{}</PartNumber><ETag>{}</ETag></Part>", part_number, answer.header("etag"));
  }
  return list;
}

Result<std::string> S3Store::get(std::string_view key) {
  CLEW_TRY(std::string path, path_of(key));
  CLEW_TRY(net::HttpResponse answer, send({.method = "GET", .path = std::move(path)}));
  if (!is_success(answer.status)) return error_of(answer, "get " + std::string(key));
  return std::move(answer.body);
}

Result<std::string> S3Store::get_range(std::string_view key, std::uint64_t offset, std::uint64_t length) {
  CLEW_TRY(std::string path, path_of(key));
  if (length == 0) {
    CLEW_TRY(const auto info, find(key));
    if (!info) return Error{Errc::kNotFound, "no blob " + std::string(key)};
    return std::string();
  }
  const std::uint64_t last = length > UINT64_MAX - offset ? UINT64_MAX : offset + length - 1;
  Call call{.method = "GET", .path = std::move(path)};
  // An open end, because some stores refuse a last byte beyond 2^63.
  call.headers.emplace_back(
      "range", last >= (1ULL << 62) ? fmt::format("bytes={}-", offset) : fmt::format("bytes={}-{}", offset, last));
  CLEW_TRY(net::HttpResponse answer, send(call));
  if (answer.status == 416) return std::string();  // starts at or after the end
  if (!is_success(answer.status)) return error_of(answer, "get " + std::string(key));
  if (answer.status == 206) return std::move(answer.body);
  // A store that ignores ranges gave everything.
  return std::string(std::string_view(answer.body)
                         .substr(std::min<std::size_t>(offset, answer.body.size()), static_cast<std::size_t>(length)));
}

Result<std::optional<BlobInfo>> S3Store::find(std::string_view key) {
  CLEW_TRY(std::string path, path_of(key));
  CLEW_TRY(const net::HttpResponse answer, send({.method = "HEAD", .path = std::move(path)}));
  if (answer.status == 404) return std::optional<BlobInfo>();
  if (!is_success(answer.status)) return error_of(answer, "find " + std::string(key));
  const auto bytes = number(answer.header("content-length"));
  if (!bytes) return Error{Errc::kUnavailable, "S3 find: no length of " + std::string(key)};
  return std::optional(BlobInfo{.key = std::string(key), .bytes = *bytes});
}

Result<> S3Store::remove(std::string_view key) {
  CLEW_TRY(std::string path, path_of(key));
  CLEW_TRY(const net::HttpResponse answer, send({.method = "DELETE", .path = std::move(path)}));
  if (is_success(answer.status) || answer.status == 404) return ok();
  return error_of(answer, "remove " + std::string(key));
}

Result<BlobPage> S3Store::list(std::string_view prefix, std::string_view after, std::size_t blobs_max) {
  BlobPage page;
  std::string start = after.empty() ? std::string() : options_.prefix + std::string(after);
  while (page.blobs.size() < blobs_max) {
    const std::size_t wanted = std::min<std::size_t>(1000, blobs_max - page.blobs.size());
    Call call{.method = "GET", .path = "/"};
    call.query = {{"list-type", "2"},
                  {"max-keys", std::to_string(wanted)},
                  {"encoding-type", "url"},
                  {"prefix", options_.prefix + std::string(prefix)}};
    if (!start.empty()) call.query.emplace_back("start-after", start);
    CLEW_TRY(const net::HttpResponse answer, send(call));
    if (!is_success(answer.status)) return error_of(answer, "list");
    for (const std::string_view entry : elements(answer.body, "Contents")) {
      const auto raw_key = element(entry, "Key");
      const auto key = raw_key ? text::percent_decode(*raw_key, true) : std::nullopt;
      const auto bytes = number(element(entry, "Size").value_or(""));
      if (!key || !bytes || !key->starts_with(options_.prefix)) {
        return Error{Errc::kUnavailable, "S3 list: an entry cannot be read"};
      }
      start = *key;
      page.blobs.push_back({.key = key->substr(options_.prefix.size()), .bytes = *bytes});
    }
    const bool truncated = element(answer.body, "IsTruncated") == "true";
    if (!truncated) return page;
    if (page.blobs.empty()) return Error{Errc::kUnavailable, "S3 list: truncated without entries"};
    page.next = page.blobs.back().key;
  }
  return page;
}

Result<std::string> S3Store::presign(std::string_view method, std::string_view key, std::chrono::seconds lifetime,
                                     NameValues headers, NameValues query) const {
  CLEW_TRY(const std::string path, path_of(key));
  SignedRequest request{.method = std::string(method),
                        .path = external_.path_prefix + path,
                        .query = std::move(query),
                        .headers = std::move(headers),
                        .payload_hash = {}};
  request.headers.emplace_back("host", external_.host);
  CLEW_TRY(const S3Credentials signer, credentials());
  const std::string encoded = uri_encoded(request.path, true);
  return external_.base + encoded + "?" +
         presigned_query(std::move(request), signer, {.region = options_.region}, clock_.now_us(), lifetime);
}

std::string S3Store::description() const {
  return "bucket " + options_.bucket + " at " + host_.base;
}

}  // namespace clew::blob
