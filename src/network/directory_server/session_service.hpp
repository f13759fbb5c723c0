// /qnet/directory/1 on a relay's sessions, of whatever core.
#pragma once

#include "network/directory_server/service.hpp"
#include "overlay/session/session.hpp"

namespace qnet::directory {

struct StreamLimits {
  static constexpr std::chrono::seconds query{10};
  /// For the client to take the whole answer: a list of 100,000 relays over a slow line.
  static constexpr std::chrono::minutes answer{5};
  /// For each piece of it: a client that stops taking loses its slot, for which others wait.
  static constexpr std::chrono::seconds progress{20};
  static constexpr std::size_t piece = std::size_t{64} * 1024;
};

/// Serves one stream on each call, on the session's own io_context; the service is asked on `home`, its own.
/// When the service is gone, every answer is store_lost.
[[nodiscard]] session::Handler directory_handler(std::weak_ptr<Service> service,
                                                 boost::asio::io_context& home);

}  // namespace qnet::directory
