#include "http/remote_address.h"

#include <algorithm>
#include <charconv>
#include <cstring>

#include <arpa/inet.h>

#include "base/text.h"

namespace clew::http {

namespace {
constexpr std::array<std::uint8_t, 12> kMappedPrefix = {0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0xFF, 0xFF};

bool is_v4(const IpAddress& address) {
  return std::equal(kMappedPrefix.begin(), kMappedPrefix.end(), address.bytes.begin());
}
}  // namespace

bool IpAddress::is_loopback() const {
  if (is_v4(*this)) return bytes[12] == 127;
  return std::all_of(bytes.begin(), bytes.end() - 1, [](auto b) { return b == 0; }) && bytes[15] == 1;
}

std::optional<IpAddress> parse_ip(std::string_view text) {
  if (text.size() >= 2 && text.front() == '[' && text.back() == ']') text = text.substr(1, text.size() - 2);
  const std::string terminated(text);
  IpAddress address;
  if (::inet_pton(AF_INET6, terminated.c_str(), address.bytes.data()) == 1) return address;
  in_addr v4{};
  if (::inet_pton(AF_INET, terminated.c_str(), &v4) != 1) return std::nullopt;
  std::copy(kMappedPrefix.begin(), kMappedPrefix.end(), address.bytes.begin());
  std::memcpy(&address.bytes[12], &v4, 4);
  return address;
}

Result<ProxyList> ProxyList::parse(const std::vector<std::string>& entries) {
  ProxyList list;
  for (const std::string& entry : entries) {
    const std::size_t slash = entry.find('/');
    const auto address = parse_ip(text::trim(std::string_view(entry).substr(0, slash)));
    const Error bad{Errc::kInvalidArgument, "not an address or CIDR block: " + entry};
    if (!address) return bad;
    unsigned bits = 128;
    if (slash != std::string::npos) {
      const std::string_view digits = text::trim(std::string_view(entry).substr(slash + 1));
      const auto [end, code] = std::from_chars(digits.data(), digits.data() + digits.size(), bits);
      const unsigned bits_max = is_v4(*address) ? 32 : 128;
      if (code != std::errc{} || end != digits.data() + digits.size() || bits > bits_max) return bad;
      if (is_v4(*address)) bits += 96;
    }
    list.blocks_.push_back({*address, bits});
  }
  return list;
}

bool ProxyList::contains(const IpAddress& address) const {
  return std::ranges::any_of(blocks_, [&](const Block& block) {
    const std::size_t whole = block.prefix_bits / 8;
    if (!std::equal(address.bytes.begin(), address.bytes.begin() + whole, block.address.bytes.begin())) return false;
    const unsigned rest = block.prefix_bits % 8;
    if (rest == 0) return true;
    const auto mask = static_cast<std::uint8_t>(0xFF00U >> rest);
    return (address.bytes[whole] & mask) == (block.address.bytes[whole] & mask);
  });
}

std::string ProxyList::client_of(std::string_view peer, const Headers& headers) const {
  const auto trusted = [&](std::string_view text) {
    const auto address = parse_ip(text);
    return address && contains(*address);
  };
  if (blocks_.empty() || !trusted(peer)) return std::string(peer);
  std::string chain;
  for (const auto& [name, value] : headers.items()) {
    if (!text::equals_ignore_case(name, "x-forwarded-for")) continue;
    if (!chain.empty()) chain += ',';
    chain += value;
  }
  std::string_view client = peer;
  const auto hops = text::split(chain, ',');
  for (auto hop = hops.rbegin(); hop != hops.rend(); ++hop) {
    const std::string_view text = text::trim(*hop);
    if (!parse_ip(text)) break;  // what a proxy we trust did not write as an address is not believed
    client = text;
    if (!trusted(text)) break;
  }
  return std::string(client);
}

}  // namespace clew::http
