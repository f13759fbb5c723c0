// Which address of this machine's interfaces a relay names in its descriptor.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include <boost/asio/ip/address.hpp>

#include "foundation/ip/ip_address.hpp"

namespace qnet::discovery {

/// The address of `own` at which others can best reach a socket that listens on `listen`. It is a public one,
/// IPv4 before IPv6. With `private_addresses`, another one will do that is neither loopback nor link-local.
[[nodiscard]] std::optional<std::string> best_address(std::vector<ip::IpAddress> own,
                                                      const boost::asio::ip::address& listen,
                                                      bool private_addresses);

/// The same of this machine's interfaces as they are now.
[[nodiscard]] std::optional<std::string> reachable_interface(const boost::asio::ip::address& listen,
                                                             bool private_addresses);

}  // namespace qnet::discovery
