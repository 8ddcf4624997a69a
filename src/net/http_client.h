// Outbound HTTP: one request, one answer, a deadline. Blocking; any thread. Connections are kept and reused.
#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "base/result.h"

namespace clew::net {

using HeaderList = std::vector<std::pair<std::string, std::string>>;

struct HttpRequest {
  std::string method = "GET";  // GET, HEAD, PUT, POST, DELETE, PATCH
  std::string url;             // absolute, already percent-encoded
  HeaderList headers;
  // Sent as it is; must live until the call returns. An empty body sends Content-Length: 0 for PUT and POST.
  std::string_view body;
  int timeout_ms = 30'000;  // for the whole exchange
  int connect_timeout_ms = 5'000;
  std::uint64_t response_bytes_max = 256ULL << 20;
};

struct HttpResponse {
  int status = 0;
  HeaderList headers;  // names in lower case
  std::string body;

  // First value by lower-case name, "" when absent.
  std::string_view header(std::string_view name) const;
};

struct HttpClientOptions {
  std::size_t idle_connections_max = 16;  // handles kept for reuse
  std::string user_agent = "clew";
};

class HttpClient {
 public:
  explicit HttpClient(HttpClientOptions options = {});
  ~HttpClient();
  HttpClient(const HttpClient&) = delete;
  HttpClient& operator=(const HttpClient&) = delete;

  // Any status is a success of the exchange. Redirects are not followed.
  // kUnavailable: no connection, or it broke (the outcome may be unknown). kDeadlineExceeded. kTooLarge: the answer.
  // kInvalidArgument: the URL.
  Result<HttpResponse> send(const HttpRequest& request);

 private:
  struct Impl;
  std::unique_ptr<Impl> impl_;
};

}  // namespace clew::net
