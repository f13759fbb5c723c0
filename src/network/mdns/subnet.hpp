// Which IPv4 addresses are in the networks of an interface. Multicast DNS answers and believes no others
// (RFC 6762 §11). No I/O.
#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>

namespace qnet::mdns {

using Ip4 = std::uint32_t;  ///< in host byte order

/// An interface's own address, with the mask of the network that it is in.
struct Subnet {
  /// In bits. With fewer, a network would include addresses that no neighbour has: no block of 8 bits holds
  /// hosts as well as loopback, multicast or reserved addresses. 10.0.0.0/8 is the largest private network.
  static constexpr int shortest_mask = 8;

  Ip4 address = 0;
  Ip4 mask = 0;
  bool operator==(const Subnet&) const = default;
};

/// Four decimal numbers; nothing for anything else.
[[nodiscard]] std::optional<Ip4> parse_ip4(std::string_view text);
[[nodiscard]] std::string ip4_text(Ip4 address);

/// Whether a host with this address is in one of an interface's networks. Loopback is only where an interface
/// is.
[[nodiscard]] bool is_on_link(Ip4 address, std::span<const Subnet> link);

}  // namespace qnet::mdns
