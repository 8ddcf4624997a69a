// The strict S3 double (tests/s3/strict_s3.py) as a process of a test.
#pragma once

#include <cstdint>
#include <string>

#include <sys/types.h>

namespace clew::blob::testing {

class S3Double {
 public:
  S3Double();   // starts it; port() is 0 when that failed
  ~S3Double();  // stops it
  S3Double(const S3Double&) = delete;
  S3Double& operator=(const S3Double&) = delete;

  std::uint16_t port() const { return port_; }
  std::string endpoint() const { return "http://localhost:" + std::to_string(port_); }
  // Lets the next `count` signed requests fail with `status`; 0 cuts the connection.
  void fail_next(int count, int status) const;

 private:
  pid_t pid_ = -1;
  int stdin_fd_ = -1;
  std::uint16_t port_ = 0;
};

}  // namespace clew::blob::testing
