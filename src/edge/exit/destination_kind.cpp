#include "edge/exit/destination_kind.hpp"

#include <algorithm>

#include "edge/exit/refusal.hpp"
#include "foundation/ip/host.hpp"
#include "foundation/ip/special_ranges.hpp"

namespace qnet::exit {

namespace {

std::string kind_of(const ip::IpAddress& address) {
  std::string range = "public";
  if (const auto special = ip::special_range(address)) range = label(refusal_of(*special));
  std::ranges::replace(range, '_', ' ');
  return (address.is_v4() ? "IPv4 " : "IPv6 ") + range;
}

constexpr std::string_view kName = "name";

std::string kind_of(std::string_view host) {
  const auto parsed = ip::parse_host(host);
  if (const auto* const address = std::get_if<ip::IpAddress>(&parsed)) return kind_of(*address);
  return std::holds_alternative<ip::HostName>(parsed) ? std::string(kName) : "no host";
}

}  // namespace

std::string destination_kind(std::string_view host, std::uint16_t port) {
  return "port " + std::to_string(port) + ", " + kind_of(host);
}

std::string name_kind(std::uint16_t port) {
  return "port " + std::to_string(port) + ", " + std::string(kName);
}

}  // namespace qnet::exit
