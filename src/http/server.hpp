// An HTTP/1.1 server for a few small requests, with a bound on everything: bodies, connections, time. What is
// answered is its user's business.
#pragma once

#include <chrono>
#include <cstddef>
#include <functional>
#include <memory>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include <boost/asio/io_context.hpp>

#include "net/tcp.hpp"

namespace qnet::http {

/// Valid until the reply is there.
struct Request {
  std::string_view method;
  std::string_view target;  ///< as sent, with its query
  std::string_view host;    ///< the one Host field; empty when there is none or more than one
  std::string_view body;
  std::string_view if_none_match;
  std::string_view accept_encoding;
  std::string_view authorization;
  bool forwarded = false;   ///< a proxy passed it on: `from` is not who asked
  net::tcp::endpoint from;  ///< never for a log
};

struct Reply {
  unsigned status = 200;
  std::string content_type{};
  std::string body{};
  std::vector<std::pair<std::string, std::string>> fields{};  ///< further header fields
};

/// {"error": …, "hint": …}
[[nodiscard]] Reply error_reply(unsigned status, std::string_view error, std::string_view hint);

using Handler = std::function<net::Task<Reply>(const Request&)>;

struct ServerLimits {
  std::size_t header_bytes = 8 * 1024;  ///< a browser sends about 1 KiB
  std::size_t body_bytes = 0;           ///< 0: bodies are not read
  std::size_t connections = 32;
  std::size_t per_address = 32;               ///< of the connections
  std::chrono::milliseconds request{10'000};  ///< from a request's first byte to the end of its answer
  std::chrono::milliseconds idle{30'000};     ///< between two requests; twice a scraper's usual interval
};

/// Lives on one io_context that one thread runs; every call is made there. Stops when destroyed.
class Server {
 public:
  /// Listens at once. The errors are net's. `handler` is called once for each whole request, and never after
  /// stop(); what it holds must outlive every call.
  static base::Result<Server> start(boost::asio::io_context& io, const net::tcp::endpoint& at,
                                    Handler handler, const ServerLimits& limits);

  Server(Server&&) noexcept;
  Server& operator=(Server&&) noexcept;
  ~Server();

  /// Closes the port and every connection at once. What is left of them ends in the io_context's next turns.
  void stop();

  /// The real port, when the one given was 0.
  [[nodiscard]] net::tcp::endpoint address() const;

  [[nodiscard]] std::size_t open_connections() const;

 private:
  class State;
  explicit Server(std::shared_ptr<State> state);
  std::shared_ptr<State> state_;
};

}  // namespace qnet::http
