// The status API's HTTP server. The answers are made in routes.hpp.
#pragma once

#include <chrono>
#include <cstddef>
#include <memory>

#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/tcp.hpp>

#include "control/error.hpp"
#include "control/routes.hpp"
#include "foundation/base/result.hpp"
#include "foundation/net/local_users.hpp"

namespace qnet::control {

struct ServerLimits {
  std::size_t header_bytes = 8 * 1024;        ///< a browser sends about 1 KiB
  std::size_t body_bytes = 16 * 1024;         ///< a registration with a directory; an invite has 4 KiB
  std::size_t connections = 32;               ///< a scraper, a browser's six, and some scripts
  std::chrono::milliseconds request{10'000};  ///< from a request's first byte to the end of its answer
  std::chrono::milliseconds idle{30'000};     ///< between two requests; twice a scraper's usual interval
};

/// Lives on one io_context that one thread runs; every call is made there. Stops when destroyed.
class Server {
 public:
  /// Listens at once. Errors: not_loopback, port_taken (naming the port, and its owner if that can be told),
  /// cannot_listen. `source` is called once a second and once for each request that needs it, and, as
  /// `controls`, never after stop(). Programs of users other than `users` are reset without a byte; null: all
  /// programs of this machine are answered.
  static base::Result<Server> start(boost::asio::io_context& io, const boost::asio::ip::tcp::endpoint& at,
                                    StatusSource source, Controls controls = {},
                                    const ServerLimits& limits = {},
                                    std::shared_ptr<net::LocalUsers> users = {});

  Server(Server&&) noexcept;
  Server& operator=(Server&&) noexcept;
  ~Server();

  /// Closes the port and every connection at once. What is left of them ends in the io_context's next turns.
  void stop();

  /// The real port, when the one given was 0.
  [[nodiscard]] boost::asio::ip::tcp::endpoint address() const;

  [[nodiscard]] std::size_t open_connections() const;

 private:
  struct State;
  explicit Server(std::shared_ptr<State> state);
  std::shared_ptr<State> state_;
};

}  // namespace qnet::control
