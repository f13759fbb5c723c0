// What a destination's text spells: an address, a name, or neither.
#pragma once

#include <string>
#include <string_view>
#include <variant>

#include "exit/ip_address.hpp"
#include "exit/refusal.hpp"

namespace qnet::exit {

/// A well-formed host name: lower case, at most 253 characters, no trailing dot, and no address in any
/// spelling.
struct HostName {
  std::string text;
  friend bool operator==(const HostName&, const HostName&) = default;
};

using Host = std::variant<IpAddress, HostName, Refusal>;

/// Looks at the spelling only; says nothing about where the host is. One trailing dot on a name is taken off,
/// one on an address is refused.
[[nodiscard]] Host parse_host(std::string_view text);

}  // namespace qnet::exit
