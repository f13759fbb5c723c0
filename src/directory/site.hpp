// Where a relay answered, as far as one party may hold it whole: an IPv4 address, or a /64 of IPv6.
#pragma once

#include <cstdint>

#include "exit/ip_address.hpp"

namespace qnet::directory {

/// Eight bytes, as each relay has one. The value has no meaning but that equal sites are equal.
enum class Site : std::uint64_t { unknown = 0 };

[[nodiscard]] Site site_of(const exit::IpAddress& address);

}  // namespace qnet::directory
