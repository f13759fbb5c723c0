// Whose connection a relay has accepted, for the limits of what one address may ask.
#pragma once

#include <optional>

#include "net/tcp.hpp"
#include "net/unmapped.hpp"

namespace qnet::node {

/// None for this machine's own: behind whatever forwards to a relay from there are many, and no stranger can
/// seem to come from there.
[[nodiscard]] inline std::optional<boost::asio::ip::address> asker_of(const net::tcp::socket& socket) {
  boost::system::error_code gone;
  const auto address = net::unmapped(socket.remote_endpoint(gone).address());
  if (gone || address.is_loopback()) return std::nullopt;
  return address;
}

}  // namespace qnet::node
