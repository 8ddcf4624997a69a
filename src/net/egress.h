// Which addresses the server may connect to on behalf of somebody (contract/security.md 13).
//
// The check is made on the address a connection is about to be opened to, after name resolution: a name that points to
// another address the second time does not pass.
#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace clew::net {

// IPv4 as IPv4-mapped IPv6.
using AddressBytes = std::array<std::uint8_t, 16>;
std::optional<AddressBytes> parse_address(std::string_view text);

enum class AddressClass : std::uint8_t {
  kPublic,
  kPrivate,     // private, loopback, link-local, multicast, documentation, translation ranges
  kNeverReach,  // metadata services: blocked whatever an allow list says
};
AddressClass classify(const AddressBytes& address);

struct EgressPolicy {
  // False: URLs come from the operator's own settings and may point anywhere.
  bool user_controlled = false;
  std::vector<std::string> allowed_hosts;     // names allowed to resolve to private addresses
  std::vector<std::string> allowed_networks;  // addresses or CIDR blocks
};

// Whether the URL may be tried at all: http or https, no user in it, not a name that is private by itself. `host`
// receives the host. The text says what is wrong without telling anything about the network.
std::optional<std::string> refuse_url(const EgressPolicy& policy, std::string_view url, std::string& host);
// Whether a connection to `address`, found under the name `host`, may be opened.
bool allows(const EgressPolicy& policy, std::string_view host, const AddressBytes& address);

}  // namespace clew::net
