#include "bench/http_client.h"

#include <algorithm>
#include <charconv>
#include <cstring>

#include <arpa/inet.h>
#include <fmt/format.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <sys/socket.h>
#include <sys/time.h>
#include <sys/uio.h>
#include <unistd.h>

#include "base/text.h"

namespace clew::bench {

namespace {

constexpr int kTimeoutSeconds = 60;

Error broken(std::string_view what) {
  return Error{Errc::kUnavailable, fmt::format("{}: {}", what, std::strerror(errno))};
}

}  // namespace

Result<Target> Target::parse(std::string_view url, std::string_view public_key, std::string_view secret_key) {
  const Error bad{Errc::kInvalidArgument, "--url must be http://127.0.0.1:PORT"};
  constexpr std::string_view kScheme = "http://";
  if (!url.starts_with(kScheme)) return bad;
  url.remove_prefix(kScheme.size());
  while (url.ends_with('/'))
    url.remove_suffix(1);
  const std::size_t colon = url.find(':');
  if (colon == std::string_view::npos) return bad;
  Target out;
  out.host = url.substr(0, colon);
  if (out.host == "localhost") out.host = "127.0.0.1";
  const std::string_view port = url.substr(colon + 1);
  const auto [end, ec] = std::from_chars(port.data(), port.data() + port.size(), out.port);
  if (ec != std::errc{} || end != port.data() + port.size() || !out.host.starts_with("127.")) return bad;
  out.authorization = "Basic " + text::to_base64(fmt::format("{}:{}", public_key, secret_key));
  return out;
}

HttpClient::~HttpClient() {
  close();
}

void HttpClient::close() {
  if (fd_ >= 0) ::close(fd_);
  fd_ = -1;
  buffer_.clear();
}

Result<> HttpClient::connect() {
  fd_ = ::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
  if (fd_ < 0) return broken("socket");
  const int on = 1;
  ::setsockopt(fd_, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
  const timeval timeout{.tv_sec = kTimeoutSeconds, .tv_usec = 0};
  ::setsockopt(fd_, SOL_SOCKET, SO_RCVTIMEO, &timeout, sizeof timeout);
  ::setsockopt(fd_, SOL_SOCKET, SO_SNDTIMEO, &timeout, sizeof timeout);
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_port = htons(target_.port);
  if (::inet_pton(AF_INET, target_.host.c_str(), &address.sin_addr) != 1) return broken("address");
  if (::connect(fd_, reinterpret_cast<const sockaddr*>(&address), sizeof address) != 0) return broken("connect");
  return ok();
}

Result<> HttpClient::send_all(std::string_view head, std::string_view body) {
  while (!head.empty() || !body.empty()) {
    iovec parts[2] = {{const_cast<char*>(head.data()), head.size()}, {const_cast<char*>(body.data()), body.size()}};
    msghdr message{};
    message.msg_iov = parts;
    message.msg_iovlen = 2;
    const ssize_t sent = ::sendmsg(fd_, &message, MSG_NOSIGNAL);
    if (sent < 0) return broken("send");
    const std::size_t of_head = std::min(head.size(), static_cast<std::size_t>(sent));
    head.remove_prefix(of_head);
    body.remove_prefix(static_cast<std::size_t>(sent) - of_head);
  }
  return ok();
}

Result<Answer> HttpClient::receive() {
  std::size_t head_end = std::string::npos;
  std::size_t length = 0;
  for (;;) {
    if (head_end == std::string::npos) {
      head_end = buffer_.find("\r\n\r\n");
      if (head_end != std::string::npos) {
        const std::string head = text::lower(std::string_view(buffer_).substr(0, head_end + 2));
        constexpr std::string_view kLength = "\r\ncontent-length:";
        const std::size_t at = head.find(kLength);
        if (at == std::string::npos) return Error{Errc::kUnavailable, "answer without a length"};
        const std::string_view digits = text::trim(
            std::string_view(head).substr(at + kLength.size(), head.find("\r\n", at + 2) - at - kLength.size()));
        std::from_chars(digits.data(), digits.data() + digits.size(), length);
        head_end += 4;
      }
    }
    if (head_end != std::string::npos && buffer_.size() >= head_end + length) break;
    char piece[16'384];
    const ssize_t got = ::recv(fd_, piece, sizeof piece, 0);
    if (got < 0) return broken("receive");
    if (got == 0) return Error{Errc::kUnavailable, "the server closed the connection"};
    buffer_.append(piece, static_cast<std::size_t>(got));
  }
  Answer out;
  constexpr std::size_t kStatusAt = std::string_view("HTTP/1.1 ").size();
  std::from_chars(buffer_.data() + kStatusAt, buffer_.data() + kStatusAt + 3, out.status);
  out.body = buffer_.substr(head_end, length);
  buffer_.erase(0, head_end + length);
  return out;
}

Result<Answer> HttpClient::exchange(std::string_view head, std::string_view body) {
  if (fd_ < 0) {
    if (auto connected = connect(); !connected) {
      close();
      return std::move(connected).error();
    }
  }
  if (auto sent = send_all(head, body); !sent) {
    close();
    return std::move(sent).error();
  }
  auto answer = receive();
  if (!answer) close();
  return answer;
}

Result<Answer> HttpClient::post(std::string_view path, std::string_view content_type, std::string_view body) {
  const std::string head = fmt::format(
      "POST {} HTTP/1.1\r\nHost: {}:{}\r\nAuthorization: {}\r\nContent-Type: {}\r\nContent-Length: {}\r\n"
      "x-langfuse-sdk-name: python\r\nx-langfuse-sdk-version: 4.5.0\r\n\r\n",
      path, target_.host, target_.port, target_.authorization, content_type, body.size());
  return exchange(head, body);
}

Result<Answer> HttpClient::get(std::string_view path) {
  return exchange(fmt::format("GET {} HTTP/1.1\r\nHost: {}:{}\r\nAuthorization: {}\r\n\r\n", path, target_.host,
                              target_.port, target_.authorization),
                  {});
}

}  // namespace clew::bench
