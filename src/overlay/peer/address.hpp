// HOST:PORT, as a person writes it.
#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace qnet::peer {

enum class HostKind { ipv4, ipv6, name };

/// By the text alone: four decimal numbers, or an IPv6 address without brackets and zone; all else is a name.
[[nodiscard]] HostKind host_kind(std::string_view host);

/// RFC 5952, without brackets.
[[nodiscard]] std::string ipv6_text(const std::array<std::uint8_t, 16>& address);

struct HostPort {
  std::string host;  ///< a name, an IPv4 address, or an IPv6 address without brackets
  std::uint16_t port = 0;

  [[nodiscard]] std::string to_text() const;
  bool operator==(const HostPort&) const = default;
};

/// "relay.example.com:443", "192.0.2.1:443", "[2001:db8::1]:443". Nothing for anything else; the port is 1 to
/// 65535.
[[nodiscard]] std::optional<HostPort> parse_host_port(std::string_view text);

/// Letters, digits, hyphens and dots as in RFC 1123 §2.1: 1 to 253 characters, labels of 1 to 63, and the
/// last not a number, so that no name can be taken for an IPv4 address.
[[nodiscard]] bool is_host_name(std::string_view text);

/// 1 to 255 printable ASCII characters without spaces: what may be carried as a host, before anybody judges
/// what it means. SOCKS5 has room for 255 (RFC 1928 §5); names in other scripts travel as punycode.
[[nodiscard]] bool is_plain_host(std::string_view text);

}  // namespace qnet::peer
