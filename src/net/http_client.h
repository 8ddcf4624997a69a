// Outbound HTTP over libcurl: one request, one deadline, one answer.
#pragma once

#include <chrono>
#include <cstddef>
#include <functional>
#include <memory>
#include <stop_token>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "base/result.h"
#include "net/egress.h"

namespace clew::net {

struct HttpRequest {
  std::string method = "GET";
  std::string url;
  std::vector<std::pair<std::string, std::string>> headers;
  std::string_view body;                       // must live until send() returns; sent for every method but GET and HEAD
  std::chrono::milliseconds deadline{30'000};  // from the call to the last byte
  std::size_t response_bytes_max = 16UL * 1024 * 1024;
  // When set, gets the body of a 2xx answer piece by piece instead of HttpResponse::body; false aborts (kCancelled).
  std::function<bool(std::string_view)> on_body;
  // When set, the transfer ends with kCancelled within a second after a stop is requested; its connection is closed.
  // Must live until send() returns.
  const std::stop_token* stop = nullptr;
};

struct HttpResponse {
  int status = 0;
  std::vector<std::pair<std::string, std::string>> headers;  // names in lower case
  std::string body;

  std::string_view header(std::string_view lower_case_name) const;  // first value, or empty
};

struct HttpClientOptions {
  std::chrono::milliseconds connect_timeout{2'000};
  std::size_t idle_handles_max = 16;  // kept with their connections for reuse
  std::string ca_file;                // more trusted authorities than the system's; PEM
  EgressPolicy egress;                // which addresses may be reached
};

// Any thread; blocks. Redirects are not followed. Proxies come from the usual variables (HTTPS_PROXY, NO_PROXY).
class HttpClient {
 public:
  explicit HttpClient(HttpClientOptions options = {});
  HttpClient(const HttpClient&) = delete;
  HttpClient& operator=(const HttpClient&) = delete;
  ~HttpClient();

  // Any status is an answer. kInvalidArgument: the URL; kForbidden: the address is not allowed; kUnavailable: no
  // connection, or it broke; kDeadlineExceeded; kTooLarge; kCancelled.
  Result<HttpResponse> send(const HttpRequest& request);

 private:
  struct Impl;
  std::unique_ptr<Impl> impl_;
};

}  // namespace clew::net
