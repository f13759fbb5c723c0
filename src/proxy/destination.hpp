// Where an application wants to go, as it said it. Never resolved on this machine.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace qnet::proxy {

struct Destination {
  std::string host;  ///< a name, an IPv4 address in dotted form, or an IPv6 address without brackets
  std::uint16_t port = 0;
  bool operator==(const Destination&) const = default;
};

/// 1 to 255 printable ASCII characters without spaces. What a name may mean is the exit's to judge.
[[nodiscard]] bool is_acceptable_host(std::string_view host);

}  // namespace qnet::proxy
