#include "net/http_client.h"

#include <algorithm>
#include <cstring>
#include <mutex>

#include <curl/curl.h>
#include <netinet/in.h>
#include <sys/socket.h>
#include <unistd.h>

#include "base/text.h"

namespace clew::net {

namespace {

struct HandleDeleter {
  void operator()(CURL* handle) const { ::curl_easy_cleanup(handle); }
};
using Handle = std::unique_ptr<CURL, HandleDeleter>;

struct HeaderListDeleter {
  void operator()(curl_slist* list) const { ::curl_slist_free_all(list); }
};
using HeaderList = std::unique_ptr<curl_slist, HeaderListDeleter>;

// What the callbacks of one transfer work on.
struct Transfer {
  const HttpRequest& request;
  const EgressPolicy& egress;
  std::string host;
  HttpResponse response;
  CURL* handle = nullptr;
  bool too_large = false;
  bool cancelled = false;
  bool forbidden = false;
};

std::size_t on_header(char* data, std::size_t size, std::size_t count, void* user) {
  Transfer& transfer = *static_cast<Transfer*>(user);
  const std::string_view line = text::trim({data, size * count});
  if (line.starts_with("HTTP/")) transfer.response.headers.clear();  // after 100 Continue
  const std::size_t colon = line.find(':');
  if (colon != std::string_view::npos) {
    transfer.response.headers.emplace_back(text::lower(line.substr(0, colon)),
                                           std::string(text::trim(line.substr(colon + 1))));
  }
  return size * count;
}

std::size_t on_body(char* data, std::size_t size, std::size_t count, void* user) {
  Transfer& transfer = *static_cast<Transfer*>(user);
  const std::string_view piece(data, size * count);
  long status = 0;
  ::curl_easy_getinfo(transfer.handle, CURLINFO_RESPONSE_CODE, &status);
  if (transfer.request.on_body && status >= 200 && status < 300) {
    transfer.cancelled = !transfer.request.on_body(piece);
    return transfer.cancelled ? 0 : piece.size();
  }
  if (transfer.response.body.size() + piece.size() > transfer.request.response_bytes_max) {
    transfer.too_large = true;
    return 0;
  }
  transfer.response.body.append(piece);
  return piece.size();
}

// Called at least once a second.
int on_progress(void* user, curl_off_t, curl_off_t, curl_off_t, curl_off_t) {
  Transfer& transfer = *static_cast<Transfer*>(user);
  transfer.cancelled = transfer.request.stop->stop_requested();
  return transfer.cancelled ? 1 : 0;
}

// The last moment before a connection: what is checked here is what is connected to.
curl_socket_t on_open_socket(void* user, curlsocktype, curl_sockaddr* address) {
  Transfer& transfer = *static_cast<Transfer*>(user);
  AddressBytes bytes{};
  if (address->family == AF_INET6) {
    sockaddr_in6 v6{};
    std::memcpy(&v6, &address->addr, sizeof(v6));
    std::memcpy(bytes.data(), &v6.sin6_addr, 16);
  } else if (address->family == AF_INET) {
    sockaddr_in v4{};
    std::memcpy(&v4, &address->addr, std::min<std::size_t>(sizeof(v4), sizeof(address->addr)));
    bytes = {0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0xFF, 0xFF};
    std::memcpy(&bytes[12], &v4.sin_addr, 4);
  } else {
    transfer.forbidden = true;
    return CURL_SOCKET_BAD;
  }
  if (!allows(transfer.egress, transfer.host, bytes)) {
    transfer.forbidden = true;
    return CURL_SOCKET_BAD;
  }
  return ::socket(address->family, address->socktype | SOCK_CLOEXEC, address->protocol);
}

Error error_of(const Transfer& transfer, CURLcode code, const char* detail) {
  const std::string what = transfer.request.method + " " + transfer.host;
  if (transfer.forbidden) return {Errc::kForbidden, "the address of " + transfer.host + " is not allowed"};
  if (transfer.too_large) return {Errc::kTooLarge, what + ": the answer is too large"};
  if (transfer.cancelled) return {Errc::kCancelled, what + ": aborted"};
  const std::string text = detail[0] != '\0' ? detail : ::curl_easy_strerror(code);
  switch (code) {
    case CURLE_OPERATION_TIMEDOUT:
      return {Errc::kDeadlineExceeded, what + ": " + text};
    case CURLE_URL_MALFORMAT:
    case CURLE_UNSUPPORTED_PROTOCOL:
      return {Errc::kInvalidArgument, what + ": " + text};
    default:
      return {Errc::kUnavailable, what + ": " + text};
  }
}

template <class Callback>
void set_callback(CURL* handle, CURLoption callback_option, CURLoption data_option, Callback callback, Transfer& data) {
  ::curl_easy_setopt(handle, callback_option, callback);
  ::curl_easy_setopt(handle, data_option, &data);
}

}  // namespace

std::string_view HttpResponse::header(std::string_view name) const {
  for (const auto& [key, value] : headers) {
    if (key == name) return value;
  }
  return {};
}

struct HttpClient::Impl {
  explicit Impl(HttpClientOptions client_options) : options(std::move(client_options)) {}

  Handle take() {
    const std::lock_guard<std::mutex> lock(mutex);
    if (idle.empty()) return Handle(::curl_easy_init());
    Handle handle = std::move(idle.back());
    idle.pop_back();
    return handle;
  }

  void give_back(Handle handle) {
    ::curl_easy_reset(handle.get());  // keeps the connections
    const std::lock_guard<std::mutex> lock(mutex);
    if (idle.size() < options.idle_handles_max) idle.push_back(std::move(handle));
  }

  const HttpClientOptions options;
  std::mutex mutex;
  std::vector<Handle> idle;
};

HttpClient::HttpClient(HttpClientOptions options) {
  static const CURLcode initialised = ::curl_global_init(CURL_GLOBAL_DEFAULT);
  CLEW_ASSERT(initialised == CURLE_OK, "libcurl cannot be initialised");
  impl_ = std::make_unique<Impl>(std::move(options));
}
HttpClient::~HttpClient() = default;

Result<HttpResponse> HttpClient::send(const HttpRequest& request) {
  Transfer transfer{.request = request, .egress = impl_->options.egress};
  if (const auto refusal = refuse_url(impl_->options.egress, request.url, transfer.host)) {
    return Error{Errc::kInvalidArgument, *refusal};
  }
  Handle handle = impl_->take();
  CURL* curl = handle.get();
  transfer.handle = curl;
  ::curl_easy_setopt(curl, CURLOPT_URL, request.url.c_str());
  ::curl_easy_setopt(curl, CURLOPT_NOSIGNAL, 1L);
  ::curl_easy_setopt(curl, CURLOPT_PROTOCOLS_STR, "http,https");
  ::curl_easy_setopt(curl, CURLOPT_PATH_AS_IS, 1L);  // signed paths must arrive as they were signed
  ::curl_easy_setopt(curl, CURLOPT_CONNECTTIMEOUT_MS, static_cast<long>(impl_->options.connect_timeout.count()));
  ::curl_easy_setopt(curl, CURLOPT_TIMEOUT_MS, static_cast<long>(request.deadline.count()));
  if (!impl_->options.ca_file.empty()) ::curl_easy_setopt(curl, CURLOPT_CAINFO, impl_->options.ca_file.c_str());
  char detail[CURL_ERROR_SIZE] = {};
  ::curl_easy_setopt(curl, CURLOPT_ERRORBUFFER, detail);
  set_callback(curl, CURLOPT_HEADERFUNCTION, CURLOPT_HEADERDATA, &on_header, transfer);
  set_callback(curl, CURLOPT_WRITEFUNCTION, CURLOPT_WRITEDATA, &on_body, transfer);
  if (request.stop != nullptr) {
    ::curl_easy_setopt(curl, CURLOPT_NOPROGRESS, 0L);
    set_callback(curl, CURLOPT_XFERINFOFUNCTION, CURLOPT_XFERINFODATA, &on_progress, transfer);
  }
  set_callback(curl, CURLOPT_OPENSOCKETFUNCTION, CURLOPT_OPENSOCKETDATA, &on_open_socket, transfer);

  HeaderList list;
  const auto add_header = [&](const std::string& line) {
    list.reset(::curl_slist_append(list.release(), line.c_str()));
  };
  bool has_content_type = false;
  for (const auto& [name, value] : request.headers) {
    add_header(value.empty() ? name + ";" : name + ": " + value);
    has_content_type = has_content_type || text::equals_ignore_case(name, "content-type");
  }
  add_header("Expect:");
  if (request.method == "HEAD") {
    ::curl_easy_setopt(curl, CURLOPT_NOBODY, 1L);
  } else if (request.method != "GET") {
    ::curl_easy_setopt(curl, CURLOPT_POSTFIELDSIZE_LARGE, static_cast<curl_off_t>(request.body.size()));
    ::curl_easy_setopt(curl, CURLOPT_POSTFIELDS, request.body.empty() ? "" : request.body.data());
    ::curl_easy_setopt(curl, CURLOPT_CUSTOMREQUEST, request.method.c_str());
    if (!has_content_type) add_header("Content-Type:");  // libcurl would invent one
  }
  ::curl_easy_setopt(curl, CURLOPT_HTTPHEADER, list.get());

  const CURLcode code = ::curl_easy_perform(curl);
  if (code != CURLE_OK) return error_of(transfer, code, detail);  // the handle is dropped with its connection
  long status = 0;
  ::curl_easy_getinfo(curl, CURLINFO_RESPONSE_CODE, &status);
  transfer.response.status = static_cast<int>(status);
  impl_->give_back(std::move(handle));
  return std::move(transfer.response);
}

}  // namespace clew::net
