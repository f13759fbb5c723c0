// A TCP connection to a relay, as a browser would have it.
#pragma once

#include <memory>
#include <optional>

#include "foundation/net/tcp.hpp"
#include "protocol/client_hello/template.hpp"
#include "transport/link/relay_address.hpp"

namespace qnet::link {

/// `relay` must outlive the call. Within DialLimits::connect. TCP's probes are the browser's (its template
/// has them), silence ends the connection, and little waits unsent.
net::Task<base::Result<std::unique_ptr<net::TcpStream>>> connect(
    const RelayAddress& relay, std::optional<client_hello::KeepAlive> keep_alive);

}  // namespace qnet::link
