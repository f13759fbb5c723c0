// Between Asio's addresses and ours, and the remote address of a socket.
#pragma once

#include <optional>

#include <boost/asio/ip/address.hpp>
#include <boost/asio/ip/tcp.hpp>

#include "foundation/ip/ip_address.hpp"

namespace qnet::ip {

/// The same address; a scope id is lost.
[[nodiscard]] IpAddress from_asio(const boost::asio::ip::address& address);
[[nodiscard]] boost::asio::ip::address to_asio(const IpAddress& address);

/// An IPv4 address that a socket for both families shows as "::ffff:192.0.2.1" is that IPv4 address.
[[nodiscard]] boost::asio::ip::address unmapped(const boost::asio::ip::address& address);

/// The remote address of a connection, for the limits of what one address may ask for; nothing when the
/// connection has ended. Nothing for this machine's own addresses either: a proxy in front of a relay
/// connects from there for many clients, and no stranger can seem to come from there.
[[nodiscard]] std::optional<boost::asio::ip::address> limited_remote_address(
    const boost::asio::ip::tcp::socket& socket);

}  // namespace qnet::ip
