// Which addresses count as one party's, where a limit is counted for each party: one IPv4 address, or a /64
// of IPv6. Anybody with IPv6 has 2^64 addresses.
#pragma once

#include <cstdint>

#include "foundation/ip/ip_address.hpp"

namespace qnet::ip {

/// Eight bytes, since many are kept. The value has no meaning but that equal prefixes are equal.
enum class ClientPrefix : std::uint64_t { unknown = 0 };

/// Never `unknown`. An IPv4 address inside IPv6 (::ffff:0:0/96) has the prefix of that IPv4 address.
[[nodiscard]] ClientPrefix client_prefix(const IpAddress& address);

}  // namespace qnet::ip
