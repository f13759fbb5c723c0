#pragma once

#include <boost/asio/ip/address.hpp>

namespace qnet::net {

/// An IPv4 address that a socket for both families shows as "::ffff:192.0.2.1" is that IPv4 address.
[[nodiscard]] inline boost::asio::ip::address unmapped(const boost::asio::ip::address& address) {
  if (!address.is_v6() || !address.to_v6().is_v4_mapped()) return address;
  return boost::asio::ip::make_address_v4(boost::asio::ip::v4_mapped, address.to_v6());
}

}  // namespace qnet::net
