#include "net/egress.h"

#include <algorithm>
#include <charconv>
#include <cstring>

#include <arpa/inet.h>

#include "base/text.h"

namespace clew::net {

namespace {

constexpr std::array<std::uint8_t, 12> kMapped = {0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0xFF, 0xFF};

struct Block {
  AddressBytes address;
  unsigned bits;
};

std::optional<Block> parse_block(std::string_view text) {
  const std::size_t slash = text.find('/');
  const auto address = parse_address(text::trim(text.substr(0, slash)));
  if (!address) return std::nullopt;
  const bool v4 = std::equal(kMapped.begin(), kMapped.end(), address->begin());
  unsigned bits = v4 ? 32 : 128;
  if (slash != std::string_view::npos) {
    const std::string_view digits = text::trim(text.substr(slash + 1));
    unsigned given = 0;
    const auto [end, code] = std::from_chars(digits.data(), digits.data() + digits.size(), given);
    if (code != std::errc{} || end != digits.data() + digits.size() || given > bits) return std::nullopt;
    bits = given;
  }
  return Block{*address, v4 ? bits + 96 : bits};
}

bool contains(const Block& block, const AddressBytes& address) {
  const std::size_t whole = block.bits / 8;
  if (!std::equal(address.begin(), address.begin() + whole, block.address.begin())) return false;
  const unsigned rest = block.bits % 8;
  if (rest == 0) return true;
  const auto mask = static_cast<std::uint8_t>(0xFF00U >> rest);
  return (address[whole] & mask) == (block.address[whole] & mask);
}

bool in_any(std::initializer_list<std::string_view> blocks, const AddressBytes& address) {
  return std::ranges::any_of(blocks, [&](std::string_view text) {
    const auto block = parse_block(text);
    return block && contains(*block, address);
  });
}

bool is_private_name(std::string_view host) {
  for (const std::string_view name : {"localhost", "internal", "intranet", "host.docker.internal",
                                      "metadata.google.internal", "kubernetes.docker.internal"}) {
    if (host == name) return true;
  }
  return host.ends_with(".localhost") || host.ends_with(".internal") || host.ends_with(".intranet") ||
         host.ends_with(".local");
}

bool is_listed(const std::vector<std::string>& hosts, std::string_view host) {
  return std::ranges::any_of(hosts, [&](const std::string& one) { return text::equals_ignore_case(one, host); });
}

}  // namespace

std::optional<AddressBytes> parse_address(std::string_view text) {
  if (text.size() >= 2 && text.front() == '[' && text.back() == ']') text = text.substr(1, text.size() - 2);
  const std::string terminated(text);
  AddressBytes address{};
  if (::inet_pton(AF_INET6, terminated.c_str(), address.data()) == 1) return address;
  in_addr v4{};
  if (::inet_pton(AF_INET, terminated.c_str(), &v4) != 1) return std::nullopt;
  std::copy(kMapped.begin(), kMapped.end(), address.begin());
  std::memcpy(&address[12], &v4, 4);
  return address;
}

AddressClass classify(const AddressBytes& address) {
  if (in_any({"169.254.0.0/16", "fd00:c1::a9fe:a9fe", "fd00:ec2::254"}, address)) return AddressClass::kNeverReach;
  if (std::equal(kMapped.begin(), kMapped.end(), address.begin())) {
    const bool blocked = in_any(
        {"0.0.0.0/8", "10.0.0.0/8", "100.64.0.0/10", "127.0.0.0/8", "172.16.0.0/12", "192.0.0.0/24", "192.0.2.0/24",
         "192.168.0.0/16", "198.18.0.0/15", "198.51.100.0/24", "203.0.113.0/24", "224.0.0.0/4", "240.0.0.0/4"},
        address);
    return blocked ? AddressClass::kPrivate : AddressClass::kPublic;
  }
  const bool blocked = in_any({"::/96", "64:ff9b::/96", "64:ff9b:1::/48", "100::/64", "2001::/32", "2001:db8::/32",
                               "2002::/16", "fc00::/7", "fe80::/10", "fec0::/10", "ff00::/8"},
                              address);
  return blocked ? AddressClass::kPrivate : AddressClass::kPublic;
}

std::optional<std::string> refuse_url(const EgressPolicy& policy, std::string_view url, std::string& host) {
  const std::string scheme = text::lower(url.substr(0, 8));
  const std::size_t start = scheme.starts_with("https://") ? 8 : scheme.starts_with("http://") ? 7 : 0;
  if (start == 0) return "the URL must start with http:// or https://";
  const std::string_view rest = url.substr(start);
  const std::string_view authority = rest.substr(0, rest.find_first_of("/?#\\"));
  if (authority.find('@') != std::string_view::npos) return "the URL must not carry a user or password";
  const std::size_t bracket = authority.find(']');
  const std::size_t colon = authority.find(':', bracket == std::string_view::npos ? 0 : bracket);
  host = text::lower(authority.substr(0, colon));
  while (host.ends_with('.'))
    host.pop_back();
  if (host.empty()) return "the URL has no host";
  if (policy.user_controlled && is_private_name(host) && !is_listed(policy.allowed_hosts, host)) {
    return "the host is not allowed";
  }
  return std::nullopt;
}

bool allows(const EgressPolicy& policy, std::string_view host, const AddressBytes& address) {
  if (!policy.user_controlled) return true;
  const AddressClass address_class = classify(address);
  if (address_class == AddressClass::kNeverReach) return false;
  if (address_class == AddressClass::kPublic || is_listed(policy.allowed_hosts, host)) return true;
  return std::ranges::any_of(policy.allowed_networks, [&](const std::string& text) {
    const auto block = parse_block(text);
    return block && contains(*block, address);
  });
}

}  // namespace clew::net
