#include "net/http_client.h"

#include <mutex>

#include <curl/curl.h>

#include "base/text.h"

namespace clew::net {

namespace {

struct Sink {
  HttpResponse response;
  std::uint64_t bytes_max = 0;
  bool too_large = false;
};

std::size_t take_body(char* data, std::size_t size, std::size_t count, void* target) {
  auto* sink = static_cast<Sink*>(target);
  const std::size_t bytes = size * count;
  if (sink->response.body.size() + bytes > sink->bytes_max) {
    sink->too_large = true;
    return 0;  // ends the transfer
  }
  sink->response.body.append(data, bytes);
  return bytes;
}

std::size_t take_header(char* data, std::size_t size, std::size_t count, void* target) {
  auto* sink = static_cast<Sink*>(target);
  const std::string_view line(data, size * count);
  if (line.starts_with("HTTP/")) sink->response.headers.clear();  // an interim answer came before
  const auto colon = line.find(':');
  if (colon != std::string_view::npos) {
    sink->response.headers.emplace_back(text::lower(line.substr(0, colon)), text::trim(line.substr(colon + 1)));
  }
  return line.size();
}

Error transfer_error(CURLcode code, const char* detail, const Sink& sink) {
  if (sink.too_large) return {Errc::kTooLarge, "the answer is larger than its limit"};
  const std::string text = detail[0] != '\0' ? detail : curl_easy_strerror(code);
  switch (code) {
    case CURLE_OPERATION_TIMEDOUT:
      return {Errc::kDeadlineExceeded, text};
    case CURLE_URL_MALFORMAT:
    case CURLE_UNSUPPORTED_PROTOCOL:
      return {Errc::kInvalidArgument, text};
    default:
      return {Errc::kUnavailable, text};
  }
}

}  // namespace

std::string_view HttpResponse::header(std::string_view name) const {
  for (const auto& [key, value] : headers) {
    if (key == name) return value;
  }
  return {};
}

struct HttpClient::Impl {
  HttpClientOptions options;
  std::mutex mutex;
  std::vector<CURL*> idle;

  ~Impl() {
    for (CURL* handle : idle)
      curl_easy_cleanup(handle);
  }

  CURL* take() {
    {
      const std::lock_guard<std::mutex> lock(mutex);
      if (!idle.empty()) {
        CURL* handle = idle.back();
        idle.pop_back();
        return handle;
      }
    }
    return curl_easy_init();
  }

  void give_back(CURL* handle) {
    curl_easy_reset(handle);  // keeps the connection
    {
      const std::lock_guard<std::mutex> lock(mutex);
      if (idle.size() < options.idle_connections_max) {
        idle.push_back(handle);
        return;
      }
    }
    curl_easy_cleanup(handle);
  }
};

HttpClient::HttpClient(HttpClientOptions options) : impl_(std::make_unique<Impl>()) {
  static std::once_flag once;
  std::call_once(once, [] { curl_global_init(CURL_GLOBAL_DEFAULT); });
  impl_->options = std::move(options);
}

HttpClient::~HttpClient() = default;

Result<HttpResponse> HttpClient::send(const HttpRequest& request) {
  CURL* handle = impl_->take();
  if (!handle) return Error{Errc::kInternal, "no transfer handle"};
  Sink sink;
  sink.bytes_max = request.response_bytes_max;
  char detail[CURL_ERROR_SIZE] = {};
  curl_slist* headers = nullptr;
  for (const auto& [name, value] : request.headers)
    headers = curl_slist_append(headers, (name + ": " + value).c_str());
  headers = curl_slist_append(headers, "Expect:");  // bodies go at once

  curl_easy_setopt(handle, CURLOPT_URL, request.url.c_str());
  curl_easy_setopt(handle, CURLOPT_PROTOCOLS_STR, "http,https");
  curl_easy_setopt(handle, CURLOPT_NOSIGNAL, 1L);
  curl_easy_setopt(handle, CURLOPT_ERRORBUFFER, detail);
  curl_easy_setopt(handle, CURLOPT_USERAGENT, impl_->options.user_agent.c_str());
  curl_easy_setopt(handle, CURLOPT_TIMEOUT_MS, static_cast<long>(request.timeout_ms));
  curl_easy_setopt(handle, CURLOPT_CONNECTTIMEOUT_MS, static_cast<long>(request.connect_timeout_ms));
  curl_easy_setopt(handle, CURLOPT_WRITEFUNCTION, take_body);
  curl_easy_setopt(handle, CURLOPT_WRITEDATA, &sink);
  curl_easy_setopt(handle, CURLOPT_HEADERFUNCTION, take_header);
  curl_easy_setopt(handle, CURLOPT_HEADERDATA, &sink);
  curl_easy_setopt(handle, CURLOPT_CUSTOMREQUEST, request.method.c_str());
  if (request.method == "HEAD") curl_easy_setopt(handle, CURLOPT_NOBODY, 1L);
  if (!request.body.empty() || request.method == "PUT" || request.method == "POST") {
    curl_easy_setopt(handle, CURLOPT_POST, 1L);
    curl_easy_setopt(handle, CURLOPT_POSTFIELDSIZE_LARGE, static_cast<curl_off_t>(request.body.size()));
    curl_easy_setopt(handle, CURLOPT_POSTFIELDS, request.body.empty() ? "" : request.body.data());
    curl_easy_setopt(handle, CURLOPT_CUSTOMREQUEST, request.method.c_str());
  }
  curl_easy_setopt(handle, CURLOPT_HTTPHEADER, headers);
  const CURLcode code = curl_easy_perform(handle);
  long status = 0;
  curl_easy_getinfo(handle, CURLINFO_RESPONSE_CODE, &status);
  curl_slist_free_all(headers);
  impl_->give_back(handle);
  if (code != CURLE_OK) return transfer_error(code, detail, sink);
  sink.response.status = static_cast<int>(status);
  return std::move(sink.response);
}

}  // namespace clew::net
