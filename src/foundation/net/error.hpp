#pragma once

#include <string_view>

#include <boost/system/error_code.hpp>

#include "foundation/base/result.hpp"

namespace qnet::net {

enum class Errc {
  would_block = 1,  ///< nothing can be done now; wait and try again
  refused,
  host_unreachable,
  network_unreachable,
  timed_out,
  reset,  ///< the connection was broken off
  address_in_use,
  address_unavailable,  ///< the address to listen on is not one of this machine's
  not_permitted,        ///< a port or a destination that this user may not use
  no_such_host,
  closed,  ///< by this side
  failed,
};

[[nodiscard]] inline const char* error_domain(Errc) { return "net"; }
[[nodiscard]] std::string_view describe(Errc code);

/// The system's error as one of ours; the context names what was being done.
[[nodiscard]] base::Error from_system(const boost::system::error_code& code, std::string context = {});

}  // namespace qnet::net
