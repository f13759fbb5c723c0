#include "overlay/peer/multiaddr.hpp"

#include <vector>

namespace qnet::peer {

namespace {

std::string_view protocol_of(std::string_view host) {
  switch (host_kind(host)) {
    case HostKind::ipv4: return "ip4";
    case HostKind::ipv6: return "ip6";
    case HostKind::name: break;
  }
  return "dns";
}

/// Nothing when the text does not begin with a slash, or has more parts than an address can have.
std::vector<std::string_view> parts_of(std::string_view text) {
  constexpr std::size_t kMost = 6;
  std::vector<std::string_view> parts;
  if (!text.starts_with('/')) return parts;
  while (!text.empty() && parts.size() <= kMost) {
    text.remove_prefix(1);
    const auto slash = text.find('/');
    parts.push_back(text.substr(0, slash));
    text = slash == std::string_view::npos ? std::string_view() : text.substr(slash);
  }
  return parts;
}

}  // namespace

std::string to_multiaddr(const HostPort& address) {
  return std::string("/")
      .append(protocol_of(address.host))
      .append("/")
      .append(address.host)
      .append("/tcp/")
      .append(std::to_string(address.port));
}

std::optional<Multiaddr> parse_multiaddr(std::string_view text) {
  const auto parts = parts_of(text);
  if (parts.size() != 4 && parts.size() != 6) return std::nullopt;
  if (parts[2] != "tcp") return std::nullopt;
  const bool named = parts[0] == "dns" || parts[0] == "dns4" || parts[0] == "dns6";
  if (protocol_of(parts[1]) != (named ? "dns" : parts[0])) return std::nullopt;
  const std::string host(parts[1]);
  const auto address =
      parse_host_port((parts[0] == "ip6" ? "[" + host + "]:" : host + ":") + std::string(parts[3]));
  if (!address || address->host != host) return std::nullopt;
  Multiaddr found{*address, std::nullopt};
  if (parts.size() == 6) {
    if (parts[4] != "p2p") return std::nullopt;
    found.peer = PeerId::parse(parts[5]);
    if (!found.peer) return std::nullopt;
  }
  return found;
}

}  // namespace qnet::peer
