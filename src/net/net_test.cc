#include <thread>

#include <arpa/inet.h>
#include <gtest/gtest.h>
#include <netinet/in.h>
#include <sys/socket.h>
#include <unistd.h>

#include "net/egress.h"
#include "net/http_client.h"

namespace clew::net {
namespace {

// Takes one connection, keeps what it received and answers with fixed bytes; silent when they are empty.
class OneAnswer {
 public:
  explicit OneAnswer(std::string answer) : listener_(::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0)) {
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    EXPECT_EQ(::bind(listener_, reinterpret_cast<sockaddr*>(&address), sizeof(address)), 0);
    EXPECT_EQ(::listen(listener_, 1), 0);
    socklen_t size = sizeof(address);
    ::getsockname(listener_, reinterpret_cast<sockaddr*>(&address), &size);
    port_ = ntohs(address.sin_port);
    thread_ = std::thread([this, answer = std::move(answer)] { serve(answer); });
  }
  ~OneAnswer() { finish(); }

  std::string url(std::string_view path = "/") const {
    return "http://127.0.0.1:" + std::to_string(port_) + std::string(path);
  }
  // What the client sent; call after its request is over.
  const std::string& finish() {
    ::shutdown(listener_, SHUT_RDWR);
    if (thread_.joinable()) thread_.join();
    if (listener_ >= 0) ::close(std::exchange(listener_, -1));
    return received_;
  }

 private:
  void serve(const std::string& answer) {
    const int fd = ::accept(listener_, nullptr, nullptr);
    if (fd < 0) return;
    char buffer[4096];
    ssize_t n = 0;
    bool answered = false;
    while ((n = ::recv(fd, buffer, sizeof(buffer), 0)) > 0) {
      received_.append(buffer, static_cast<std::size_t>(n));
      if (answered || answer.empty() || received_.find("\r\n\r\n") == std::string::npos) continue;
      answered = true;
      ::send(fd, answer.data(), answer.size(), MSG_NOSIGNAL);
      if (answer.find("Content-Length") == std::string::npos) break;
    }
    ::close(fd);
  }

  int listener_;
  std::uint16_t port_ = 0;
  std::string received_;
  std::thread thread_;
};

constexpr std::string_view kOk = "HTTP/1.1 201 Created\r\nX-Thing: a\r\nContent-Length: 5\r\n\r\nhello";

TEST(HttpClientTest, SendsAndReceives) {
  OneAnswer server{std::string(kOk)};
  {
    HttpClient client;
    const auto answer = client.send(
        {.method = "PUT", .url = server.url("/a%2Fb/../c?x=1"), .headers = {{"X-Mine", "yes"}}, .body = "body"});
    ASSERT_TRUE(answer) << answer.error().message;
    EXPECT_EQ(answer->status, 201);
    EXPECT_EQ(answer->body, "hello");
    EXPECT_EQ(answer->header("x-thing"), "a");
  }
  const std::string& sent = server.finish();
  EXPECT_TRUE(sent.starts_with("PUT /a%2Fb/../c?x=1 HTTP/1.1\r\n")) << sent;
  EXPECT_NE(sent.find("X-Mine: yes\r\n"), std::string::npos);
  EXPECT_EQ(sent.find("Content-Type"), std::string::npos);
  EXPECT_EQ(sent.find("Expect"), std::string::npos);
  EXPECT_TRUE(sent.ends_with("\r\n\r\nbody"));
}

TEST(HttpClientTest, StreamsTheBodyAndStopsWhenTold) {
  OneAnswer server{std::string(kOk)};
  HttpClient client;
  std::string seen;
  const auto answer = client.send({.url = server.url(), .on_body = [&](std::string_view piece) {
                                     seen += piece;
                                     return false;
                                   }});
  ASSERT_FALSE(answer);
  EXPECT_EQ(answer.error().code, Errc::kCancelled);
  EXPECT_FALSE(seen.empty());
}

TEST(HttpClientTest, BoundsTimeAndSize) {
  OneAnswer silent{""};
  HttpClient client;
  const auto late = client.send({.url = silent.url(), .deadline = std::chrono::milliseconds(50)});
  ASSERT_FALSE(late);
  EXPECT_EQ(late.error().code, Errc::kDeadlineExceeded);
  OneAnswer large{std::string(kOk)};
  const auto cut = client.send({.url = large.url(), .response_bytes_max = 4});
  ASSERT_FALSE(cut);
  EXPECT_EQ(cut.error().code, Errc::kTooLarge);
}

TEST(HttpClientTest, AConnectionThatBreaksIsUnavailable) {
  OneAnswer broken{"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nhe"};
  HttpClient client;
  const auto answer = client.send({.url = broken.url()});
  ASSERT_FALSE(answer);
  EXPECT_EQ(answer.error().code, Errc::kUnavailable);
}

TEST(HttpClientTest, UrlsOfUsersDoNotReachPrivateAddresses) {
  OneAnswer server{std::string(kOk)};
  HttpClient guarded({.egress = {.user_controlled = true}});
  const auto refused = guarded.send({.url = server.url()});
  ASSERT_FALSE(refused);
  EXPECT_EQ(refused.error().code, Errc::kForbidden);
  for (const char* url : {"http://localhost/", "http://a.internal/", "ftp://example.com/", "http://u:p@example.com/",
                          "http:///x", "http://LOCALHOST./", "file:///etc/passwd"}) {
    const auto answer = guarded.send({.url = url});
    ASSERT_FALSE(answer) << url;
    EXPECT_EQ(answer.error().code, Errc::kInvalidArgument) << url;
  }
  // Other spellings of 127.0.0.1 end at the same check, because it is made on the address itself.
  for (const char* url : {"http://127.1/", "http://2130706433/", "http://0x7f.1/", "http://[::ffff:127.0.0.1]/",
                          "http://[::1]/", "http://0/"}) {
    const auto answer = guarded.send({.url = url});
    ASSERT_FALSE(answer) << url;
    EXPECT_EQ(answer.error().code, Errc::kForbidden) << url << " " << answer.error().message;
  }
  HttpClient listed({.egress = {.user_controlled = true, .allowed_networks = {"127.0.0.0/8"}}});
  EXPECT_TRUE(listed.send({.url = server.url()}));
}

TEST(EgressTest, ClassesOfAddresses) {
  const auto class_of = [](const char* text) { return classify(parse_address(text).value()); };
  for (const char* text : {"10.1.2.3", "127.0.0.1", "172.31.0.1", "192.168.1.1", "100.64.0.1", "0.0.0.0", "224.0.0.1",
                           "::1", "::", "fd12::1", "fe80::1", "64:ff9b::7f00:1", "2002:7f00:1::", "::ffff:10.0.0.1"}) {
    EXPECT_EQ(class_of(text), AddressClass::kPrivate) << text;
  }
  for (const char* text : {"8.8.8.8", "172.32.0.1", "2606:4700::1111"}) {
    EXPECT_EQ(class_of(text), AddressClass::kPublic) << text;
  }
  const EgressPolicy wide{.user_controlled = true, .allowed_networks = {"0.0.0.0/0", "::/0"}};
  EXPECT_TRUE(allows(wide, "x", parse_address("10.0.0.1").value()));
  EXPECT_FALSE(allows(wide, "x", parse_address("169.254.169.254").value()));
  const EgressPolicy named{.user_controlled = true, .allowed_hosts = {"oci-genai-gateway"}};
  EXPECT_TRUE(allows(named, "oci-genai-gateway", parse_address("10.0.0.1").value()));
  EXPECT_FALSE(allows(named, "other", parse_address("10.0.0.1").value()));
}

}  // namespace
}  // namespace clew::net
