#pragma once

#include <cstdint>

#include "foundation/ip/ip_address.hpp"

namespace qnet::ip {

/// Whether two addresses are as near as those of one hosting network often are: the same /16 (IPv4) or /32
/// (IPv6). A guess, as no list of networks is at hand.
[[nodiscard]] bool probably_same_network(const IpAddress& one, const IpAddress& other);

/// The same number for all addresses of one such network, and another for those of others; never 0.
[[nodiscard]] std::uint64_t network_guess(const IpAddress& address);

}  // namespace qnet::ip
