#include "foundation/ip/asio_address.hpp"

#include <algorithm>

namespace qnet::ip {

namespace asio = boost::asio;

IpAddress from_asio(const asio::ip::address& address) {
  if (address.is_v4()) return IpAddress(address.to_v4().to_bytes());
  return IpAddress(address.to_v6().to_bytes());
}

asio::ip::address to_asio(const IpAddress& address) {
  const auto bytes = address.bytes();
  if (address.is_v4()) {
    asio::ip::address_v4::bytes_type v4{};
    std::copy(bytes.begin(), bytes.end(), v4.begin());
    return asio::ip::address_v4(v4);
  }
  asio::ip::address_v6::bytes_type v6{};
  std::copy(bytes.begin(), bytes.end(), v6.begin());
  return asio::ip::address_v6(v6);
}

asio::ip::address unmapped(const asio::ip::address& address) {
  if (!address.is_v6() || !address.to_v6().is_v4_mapped()) return address;
  return asio::ip::make_address_v4(asio::ip::v4_mapped, address.to_v6());
}

std::optional<asio::ip::address> limited_remote_address(const asio::ip::tcp::socket& socket) {
  boost::system::error_code gone;
  const auto address = unmapped(socket.remote_endpoint(gone).address());
  if (gone || address.is_loopback()) return std::nullopt;
  return address;
}

}  // namespace qnet::ip
