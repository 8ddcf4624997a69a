#include "config/listen_address.h"

#include <charconv>

#include <arpa/inet.h>
#include <netinet/in.h>

namespace clew::config {

Result<ListenAddress> parse_listen_address(std::string_view text) {
  const Error expected{Errc::kInvalidArgument, "expected an IP address and a port, such as 127.0.0.1:4317"};
  const std::size_t colon = text.rfind(':');
  if (colon == std::string_view::npos) return expected;
  std::string_view host = text.substr(0, colon);
  const std::string_view port = text.substr(colon + 1);
  const bool in_brackets = host.starts_with('[') && host.ends_with(']');
  if (in_brackets) host = host.substr(1, host.size() - 2);
  ListenAddress out{.address = std::string(host == "localhost" ? "127.0.0.1" : host)};
  const auto parsed = std::from_chars(port.data(), port.data() + port.size(), out.port);
  if (parsed.ec != std::errc{} || parsed.ptr != port.data() + port.size()) return expected;
  in_addr v4{};
  in6_addr v6{};
  if (!in_brackets && ::inet_pton(AF_INET, out.address.c_str(), &v4) == 1) {
    out.is_loopback = ntohl(v4.s_addr) >> 24 == 127;
    return out;
  }
  if (!in_brackets || ::inet_pton(AF_INET6, out.address.c_str(), &v6) != 1) return expected;
  out.is_loopback = IN6_IS_ADDR_LOOPBACK(&v6) != 0;
  return out;
}

}  // namespace clew::config
