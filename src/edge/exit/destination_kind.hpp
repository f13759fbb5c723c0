// A refused destination cut to its kind, which does not tell which one it was.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

namespace qnet::exit {

/// "port 25, name", "port 443, IPv4 private network", "port 80, IPv6 public", "port 80, no host". `host` is
/// any bytes, as a program gave it.
[[nodiscard]] std::string destination_kind(std::string_view host, std::uint16_t port);
/// The same of any name: "port 25, name".
[[nodiscard]] std::string name_kind(std::uint16_t port);

}  // namespace qnet::exit
