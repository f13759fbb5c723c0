#pragma once

#include <cstddef>
#include <cstdint>
#include <string_view>

#include "foundation/ip/host.hpp"
#include "foundation/ip/special_names.hpp"
#include "foundation/ip/special_ranges.hpp"

namespace qnet::exit {

/// Why a destination is not allowed. Says the kind of destination, never which one: fit for logs and metrics.
enum class Refusal : std::uint8_t {
  port,              ///< neither 80, 443 nor one that the operator added
  malformed_name,    ///< no host name of RFC 1123
  not_ascii,         ///< the client should have sent Punycode
  odd_address,       ///< an address in a spelling that programs read differently
  local_name,        ///< a name with no place in the public DNS
  cloud_metadata,    ///< where cloud machines fetch their credentials
  own_address,       ///< the exit itself
  operator_refused,  ///< a network that the operator listed
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

inline constexpr std::size_t kRefusals = static_cast<std::size_t>(Refusal::reserved) + 1;

[[nodiscard]] Refusal refusal_of(ip::HostError error);
[[nodiscard]] Refusal refusal_of(ip::SpecialName name);
[[nodiscard]] Refusal refusal_of(ip::SpecialRange range);

/// For people: "an address of a private network".
[[nodiscard]] std::string_view describe(Refusal reason);

/// For machines: "private_network", as a metric's label.
[[nodiscard]] std::string_view label(Refusal reason);

}  // namespace qnet::exit
