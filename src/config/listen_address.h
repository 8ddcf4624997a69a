// HOST:PORT of a setting, taken apart.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "base/result.h"

namespace clew::config {

struct ListenAddress {
  std::string address;  // an IP address, without brackets
  std::uint16_t port = 0;
  bool is_loopback = false;  // only this machine can reach it
};

// "127.0.0.1:4317", "[::1]:4317", "localhost:4317" (which is 127.0.0.1). kInvalidArgument says what was expected.
Result<ListenAddress> parse_listen_address(std::string_view text);

}  // namespace clew::config
