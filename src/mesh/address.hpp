// HOST:PORT, as a person writes it.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace qnet::mesh {

struct HostPort {
  std::string host;  ///< a name, an IPv4 address, or an IPv6 address without brackets
  std::uint16_t port = 0;

  [[nodiscard]] std::string to_text() const;
  bool operator==(const HostPort&) const = default;
};

/// "relay.example.com:443", "192.0.2.1:443", "[2001:db8::1]:443". Nothing for anything else; the port is 1 to 65535.
[[nodiscard]] std::optional<HostPort> parse_host_port(std::string_view text);

/// Letters, digits, hyphens and dots as in RFC 1123, 1 to 253 characters, no label empty.
[[nodiscard]] bool is_host_name(std::string_view text);

}  // namespace qnet::mesh
