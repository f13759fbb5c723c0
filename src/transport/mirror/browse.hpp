// The I/O of a PageVisit.
#pragma once

#include <chrono>
#include <memory>

#include "foundation/net/tcp.hpp"
#include "transport/mirror/page_visit.hpp"

namespace qnet::mirror {

struct BrowseLimits {
  /// For the server's whole flight; Chromium's limit for a handshake.
  static constexpr std::chrono::seconds handshake{30};
  /// Without a byte from the server, once the page was asked for; Chromium's for a connection that nobody
  /// uses.
  static constexpr std::chrono::seconds idle{300};
  /// However the server goes on.
  static constexpr std::chrono::seconds whole{900};
};

/// Goes on with `visit`, whose server has said `received` so far, until the server ends, as browsers keep a
/// connection.
net::Task<void> browse(std::unique_ptr<net::TcpStream> server, std::unique_ptr<PageVisit> visit,
                       base::Bytes received);

}  // namespace qnet::mirror
