// What a text spells: an address, a name, or neither.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <variant>

#include "foundation/ip/ip_address.hpp"

namespace qnet::ip {

/// A well-formed host name: lower case, at most 253 characters, no trailing dot, and no address in any
/// spelling.
struct HostName {
  std::string text;
  friend bool operator==(const HostName&, const HostName&) = default;
};

/// Why a text is neither.
enum class HostError : std::uint8_t {
  malformed_name,  ///< no host name of RFC 1123
  not_ascii,       ///< it should have been Punycode
  odd_address,     ///< an address in a spelling that programs read differently
};

using Host = std::variant<IpAddress, HostName, HostError>;

/// Looks at the spelling only; says nothing about where the host is. One trailing dot on a name is taken off,
/// one on an address is refused.
[[nodiscard]] Host parse_host(std::string_view text);

}  // namespace qnet::ip
