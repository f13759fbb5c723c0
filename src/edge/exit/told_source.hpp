// What an exit tells a client of the address that sites see.
#pragma once

#include <string>
#include <string_view>

#include <boost/asio/ip/address.hpp>

#include "foundation/ip/asio_address.hpp"
#include "foundation/ip/public_address.hpp"

namespace qnet::exit {

inline constexpr std::string_view kUntold = "0.0.0.0";

/// A public address: every site that the client asks sees it too. A private one is nobody's business: the
/// exit is behind a router, or the site is in its own network.
[[nodiscard]] inline std::string told_source(const boost::asio::ip::address& from) {
  auto text = ip::unmapped(from).to_string();
  return ip::may_be_public(text) ? text : std::string(kUntold);
}

}  // namespace qnet::exit
