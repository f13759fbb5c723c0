#include "exit/policy.hpp"

#include <algorithm>
#include <utility>

#include "exit/special_names.hpp"
#include "exit/special_ranges.hpp"

namespace qnet::exit {

Policy::Policy(PolicyOptions options) : options_(std::move(options)) {}

HostVerdict Policy::check_host(std::string_view host, std::uint16_t port) const {
  const auto parsed = parse_host(host);
  if (const auto* refusal = std::get_if<Refusal>(&parsed)) return *refusal;
  if (const auto* name = std::get_if<HostName>(&parsed)) return check_name(*name, port);
  const auto& address = std::get<IpAddress>(parsed);
  if (const auto refusal = check_address(address, port)) return *refusal;
  return Literal{address, port};
}

HostVerdict Policy::check_name(const HostName& name, std::uint16_t port) const {
  if (const auto* entry = allowed_as(name, port)) {
    if (entry->target) return *entry->target;
    return name;
  }
  if (const auto refusal = special_name(name.text)) return *refusal;
  if (!serves(port)) return Refusal::port;
  return name;
}

std::optional<Refusal> Policy::check_address(const IpAddress& address, std::uint16_t port) const {
  const auto refusal = check_resolved(address, port);
  if (refusal || serves(port) || allowed_as(address, port)) return refusal;
  return Refusal::port;
}

std::optional<Refusal> Policy::check_resolved(const IpAddress& address, std::uint16_t port) const {
  if (allowed_as(address, port)) return std::nullopt;
  if (const auto refusal = special_range(address)) return refusal;
  const auto& own = options_.own_addresses;
  if (std::find(own.begin(), own.end(), address) != own.end()) return Refusal::own_address;
  const auto& networks = options_.refused_networks;
  if (std::any_of(networks.begin(), networks.end(), [&](const Prefix& p) { return p.contains(address); }))
    return Refusal::operator_refused;
  return std::nullopt;
}

const AllowEntry* Policy::allowed_as(const HostName& name, std::uint16_t port) const {
  const auto found = std::find_if(options_.allow.begin(), options_.allow.end(), [&](const AllowEntry& entry) {
    const auto* host = std::get_if<HostName>(&entry.host);
    return host != nullptr && *host == name && entry.port == port;
  });
  return found == options_.allow.end() ? nullptr : &*found;
}

bool Policy::allowed_as(const IpAddress& address, std::uint16_t port) const {
  return std::any_of(options_.allow.begin(), options_.allow.end(), [&](const AllowEntry& entry) {
    const auto* host = std::get_if<IpAddress>(&entry.host);
    return host != nullptr && *host == address && entry.port == port;
  });
}

bool Policy::serves(std::uint16_t port) const {
  return port != 0 && std::find(options_.ports.begin(), options_.ports.end(), port) != options_.ports.end();
}

}  // namespace qnet::exit
