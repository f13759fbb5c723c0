// An HTTP/1.1 server for a few small requests, with a bound on everything: bodies, connections, time. What is
// answered is its user's business.
#pragma once

#include <chrono>
#include <cstddef>
#include <functional>
#include <memory>

#include <boost/asio/io_context.hpp>

#include "protocol/http/message.hpp"

namespace qnet::http {

using Handler = std::function<net::Task<Reply>(const Request&)>;

/// Whether a client is served; another one is reset without a byte.
using Admit = std::function<bool(const net::tcp::socket&)>;

struct ServerLimits {
  std::size_t header_bytes = 8 * 1024;        ///< a browser sends about 1 KiB
  std::size_t body_bytes = 0;                 ///< 0: bodies are not read
  std::size_t connections = 32;               ///< one more closes the one that has been idle for longest
  std::size_t per_client_prefix = 32;         ///< of the connections; an IPv4 address or an IPv6 /64
  std::chrono::milliseconds request{10'000};  ///< from a request's first byte to the end of its answer
  std::chrono::milliseconds idle{30'000};     ///< between two requests; twice a scraper's usual interval
  std::size_t streams = 8;                    ///< streamed bodies at once; one more is answered 503
  std::chrono::milliseconds chunk{10'000};    ///< for a client to take one chunk of a streamed body
};

/// Lives on one io_context that one thread runs; every call is made there. Stops when destroyed.
class Server {
 public:
  /// Listens at once. The errors are net's. `handler` is called once for each whole request, and never after
  /// stop(); what it holds must outlive every call. A streamed body (Reply::stream) holds its connection's
  /// slot, and has no limit of time. Without `admit` everybody is a client.
  static base::Result<Server> start(boost::asio::io_context& io, const net::tcp::endpoint& at,
                                    Handler handler, const ServerLimits& limits, Admit admit = {});

  Server(Server&&) noexcept;
  Server& operator=(Server&&) noexcept;
  ~Server();

  /// Closes the port and every connection at once. What is left of them ends in the io_context's next turns.
  void stop();

  /// The real port, when the one given was 0.
  [[nodiscard]] net::tcp::endpoint address() const;

  [[nodiscard]] std::size_t open_connections() const;

  /// Streamed bodies that are being sent.
  [[nodiscard]] std::size_t open_streams() const;

 private:
  class State;
  explicit Server(std::shared_ptr<State> state);
  std::shared_ptr<State> state_;
};

}  // namespace qnet::http
