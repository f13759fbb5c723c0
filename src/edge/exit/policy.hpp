// What an exit connects to (design §6): the public web, and nothing of the machine or network it stands in.
#pragma once

#include <cstdint>
#include <optional>
#include <string_view>
#include <variant>
#include <vector>

#include "edge/exit/allow_entry.hpp"
#include "edge/exit/refusal.hpp"
#include "foundation/ip/host.hpp"
#include "foundation/ip/ip_address.hpp"

namespace qnet::exit {

struct PolicyOptions {
  std::vector<std::uint16_t> ports{80, 443};
  std::vector<AllowEntry> allow = {};  ///< stronger than all below
  std::vector<ip::IpAddress> own_addresses =
      {};  ///< refused on every port: interfaces, and what NAT maps to them
  std::vector<ip::Prefix> refused_networks =
      {};  ///< for instance the host's own network, or its NAT64 prefix
};

/// Connect to this very address, which was checked.
using Literal = Destination;
/// Look this name up, then ask check_resolved() about every address found.
using LookUp = ip::HostName;
using HostVerdict = std::variant<Literal, LookUp, Refusal>;

/// Never changes once made: one may serve all threads.
class Policy {
 public:
  explicit Policy(PolicyOptions options);

  /// A destination as a person's program asked for it. Any bytes may come.
  [[nodiscard]] HostVerdict check_host(std::string_view host, std::uint16_t port) const;

  /// A destination asked for as an address. Nothing when allowed.
  [[nodiscard]] std::optional<Refusal> check_address(const ip::IpAddress& address, std::uint16_t port) const;

  /// An address that the DNS gave for a name that check_host() let pass on this port. Nothing when allowed.
  [[nodiscard]] std::optional<Refusal> check_resolved(const ip::IpAddress& address, std::uint16_t port) const;

 private:
  [[nodiscard]] const AllowEntry* allowed_as(const ip::HostName& name, std::uint16_t port) const;
  [[nodiscard]] bool allowed_as(const ip::IpAddress& address, std::uint16_t port) const;
  [[nodiscard]] bool serves(std::uint16_t port) const;
  [[nodiscard]] HostVerdict check_name(const ip::HostName& name, std::uint16_t port) const;

  PolicyOptions options_;
};

}  // namespace qnet::exit
