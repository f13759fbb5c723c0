#include "edge/exit/policy.hpp"

#include <algorithm>
#include <utility>

#include "foundation/ip/special_names.hpp"
#include "foundation/ip/special_ranges.hpp"

namespace qnet::exit {

Policy::Policy(PolicyOptions options) : options_(std::move(options)) {}

HostVerdict Policy::check_host(std::string_view host, std::uint16_t port) const {
  const auto parsed = ip::parse_host(host);
  if (const auto* error = std::get_if<ip::HostError>(&parsed)) return refusal_of(*error);
  if (const auto* name = std::get_if<ip::HostName>(&parsed)) return check_name(*name, port);
  const auto& address = std::get<ip::IpAddress>(parsed);
  if (const auto refusal = check_address(address, port)) return *refusal;
  return Literal{address, port};
}

HostVerdict Policy::check_name(const ip::HostName& name, std::uint16_t port) const {
  if (const auto* entry = allowed_as(name, port)) {
    if (entry->target) return *entry->target;
    return name;
  }
  if (const auto special = ip::special_name(name.text)) return refusal_of(*special);
  if (!serves(port)) return Refusal::port;
  return name;
}

std::optional<Refusal> Policy::check_address(const ip::IpAddress& address, std::uint16_t port) const {
  const auto refusal = check_resolved(address, port);
  if (refusal || serves(port) || allowed_as(address, port)) return refusal;
  return Refusal::port;
}

std::optional<Refusal> Policy::check_resolved(const ip::IpAddress& address, std::uint16_t port) const {
  if (allowed_as(address, port)) return std::nullopt;
  if (const auto special = ip::special_range(address)) return refusal_of(*special);
  const auto& own = options_.own_addresses;
  if (std::find(own.begin(), own.end(), address) != own.end()) return Refusal::own_address;
  const auto& networks = options_.refused_networks;
  if (std::any_of(networks.begin(), networks.end(), [&](const ip::Prefix& p) { return p.contains(address); }))
    return Refusal::operator_refused;
  return std::nullopt;
}

const AllowEntry* Policy::allowed_as(const ip::HostName& name, std::uint16_t port) const {
  const auto found = std::find_if(options_.allow.begin(), options_.allow.end(), [&](const AllowEntry& entry) {
    const auto* host = std::get_if<ip::HostName>(&entry.host);
    return host != nullptr && *host == name && entry.port == port;
  });
  return found == options_.allow.end() ? nullptr : &*found;
}

bool Policy::allowed_as(const ip::IpAddress& address, std::uint16_t port) const {
  return std::any_of(options_.allow.begin(), options_.allow.end(), [&](const AllowEntry& entry) {
    const auto* host = std::get_if<ip::IpAddress>(&entry.host);
    return host != nullptr && *host == address && entry.port == port;
  });
}

bool Policy::serves(std::uint16_t port) const {
  return port != 0 && std::find(options_.ports.begin(), options_.ports.end(), port) != options_.ports.end();
}

}  // namespace qnet::exit
