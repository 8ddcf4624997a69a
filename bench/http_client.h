// The smallest HTTP/1.1 client that can load a server: one kept connection, blocking, prebuilt heads.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "base/result.h"

namespace clew::bench {

struct Target {
  std::string host;
  std::uint16_t port = 0;
  std::string authorization;  // value of the header

  // "http://127.0.0.1:3000" and a key pair. Loopback only: this is no tool against other people's machines.
  static Result<Target> parse(std::string_view url, std::string_view public_key, std::string_view secret_key);
};

struct Answer {
  int status = 0;
  std::string body;
};

class HttpClient {
 public:
  explicit HttpClient(const Target& target) : target_(target) {}
  ~HttpClient();
  HttpClient(const HttpClient&) = delete;
  HttpClient& operator=(const HttpClient&) = delete;

  // Connects when needed. kUnavailable: no connection, or it broke before the answer was complete.
  Result<Answer> post(std::string_view path, std::string_view content_type, std::string_view body);
  Result<Answer> get(std::string_view path);

 private:
  Result<Answer> exchange(std::string_view head, std::string_view body);
  Result<> connect();
  Result<> send_all(std::string_view head, std::string_view body);
  Result<Answer> receive();
  void close();

  const Target& target_;
  int fd_ = -1;
  std::string buffer_;  // received and not used
};

}  // namespace clew::bench
