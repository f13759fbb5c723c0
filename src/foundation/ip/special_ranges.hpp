// The addresses that are not the public Internet.
#pragma once

#include <cstdint>
#include <optional>

#include "foundation/ip/ip_address.hpp"

namespace qnet::ip {

enum class SpecialRange : std::uint8_t {
  cloud_metadata,  ///< where cloud machines fetch their credentials
  loopback,
  private_network,
  link_local,
  carrier_nat,
  multicast,
  documentation,
  benchmarking,
  unique_local,
  embedded_ipv4,  ///< an IPv6 address that carries an IPv4 one
  reserved,       ///< all other special or unassigned space
};

/// What kind of special address this is; nothing for an ordinary public one.
[[nodiscard]] std::optional<SpecialRange> special_range(const IpAddress& address);

}  // namespace qnet::ip
