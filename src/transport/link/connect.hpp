// A TCP connection to a relay, as a browser would have it.
#pragma once

#include <memory>

#include "foundation/net/tcp.hpp"
#include "transport/link/relay_address.hpp"

namespace qnet::link {

/// `relay` must outlive the call. Within DialLimits::connect. Keep-alives are Chromium's, silence ends the
/// connection, and little waits unsent.
net::Task<base::Result<std::unique_ptr<net::TcpStream>>> connect(const RelayAddress& relay);

}  // namespace qnet::link
