#include "network/discovery/reachable_interface.hpp"

#include <algorithm>

#include "foundation/ip/own_addresses.hpp"
#include "foundation/ip/public_address.hpp"

namespace qnet::discovery {

namespace {

/// A socket on [::] has IPv4's connections too (Linux, unless told otherwise).
bool hears(const boost::asio::ip::address& listen, const ip::IpAddress& address) {
  if (!listen.is_unspecified()) return listen.to_string() == address.to_text();
  return listen.is_v6() || address.is_v4();
}

bool is_local(const ip::IpAddress& address) {
  const auto parsed = boost::asio::ip::make_address(address.to_text());
  return parsed.is_loopback() || (parsed.is_v6() && parsed.to_v6().is_link_local());
}

}  // namespace

std::optional<std::string> best_address(std::vector<ip::IpAddress> own,
                                        const boost::asio::ip::address& listen, bool private_addresses) {
  std::erase_if(own, [&](const auto& address) { return !hears(listen, address); });
  // IPv4 first: more clients have it.
  std::ranges::sort(own,
                    [](const auto& a, const auto& b) { return a.is_v4() != b.is_v4() ? a.is_v4() : a < b; });
  for (const auto& address : own)
    if (ip::may_be_public(address.to_text())) return address.to_text();
  if (!private_addresses) return std::nullopt;
  for (const auto& address : own)
    if (!is_local(address)) return address.to_text();
  return std::nullopt;
}

std::optional<std::string> reachable_interface(const boost::asio::ip::address& listen,
                                               bool private_addresses) {
  auto own = ip::own_addresses();
  if (!own) return std::nullopt;
  return best_address(std::move(*own), listen, private_addresses);
}

}  // namespace qnet::discovery
