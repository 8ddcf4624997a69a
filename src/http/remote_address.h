// Which address a request really comes from when it passed proxies.
#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "http/message.h"

namespace clew::http {

// IPv4 is held as IPv4-mapped IPv6.
struct IpAddress {
  std::array<std::uint8_t, 16> bytes{};
  bool operator==(const IpAddress&) const = default;

  bool is_loopback() const;
};
std::optional<IpAddress> parse_ip(std::string_view text);

class ProxyList {
 public:
  // Each entry an address or a CIDR block. kInvalidArgument names the bad one.
  static Result<ProxyList> parse(const std::vector<std::string>& entries);

  bool contains(const IpAddress& address) const;
  // The client's address: from the right of X-Forwarded-For the first that is not a trusted proxy, if the peer is one.
  std::string client_of(std::string_view peer, const Headers& headers) const;

 private:
  struct Block {
    IpAddress address;
    unsigned prefix_bits = 128;
  };
  std::vector<Block> blocks_;
};

}  // namespace clew::http
