// Where an application wants to go, as it said it. Never resolved on this machine.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "overlay/peer/address.hpp"

namespace qnet::proxy {

struct Destination {
  std::string host;  ///< a name, an IPv4 address in dotted form, or an IPv6 address without brackets
  std::uint16_t port = 0;

  /// By the text, so that "192.0.2.1" is an address whether it came as a name or as four bytes.
  [[nodiscard]] peer::HostKind kind() const { return peer::host_kind(host); }
  /// HOST:PORT, with brackets around an IPv6 address.
  [[nodiscard]] std::string to_text() const { return peer::HostPort{host, port}.to_text(); }
  bool operator==(const Destination&) const = default;
};

/// A host as peer::is_plain_host() has it, and a port that is not 0. What a name may mean is the exit's to
/// judge.
[[nodiscard]] bool is_acceptable(const Destination& destination);

}  // namespace qnet::proxy
