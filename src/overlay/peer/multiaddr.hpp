// Addresses as libp2p writes them: "/ip4/192.0.2.1/tcp/443", "/ip6/2001:db8::1/tcp/443",
// "/dns/relay.example.com/tcp/443".
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "overlay/peer/address.hpp"
#include "overlay/peer/peer_id.hpp"

namespace qnet::peer {

[[nodiscard]] std::string to_multiaddr(const HostPort& address);

struct Multiaddr {
  HostPort address;
  std::optional<PeerId> peer;  ///< from a trailing "/p2p/12D3KooW…"
};

/// TCP addresses only, in the one spelling that to_multiaddr() writes; dns4 and dns6 count as dns. Nothing
/// for any other transport.
[[nodiscard]] std::optional<Multiaddr> parse_multiaddr(std::string_view text);

}  // namespace qnet::peer
