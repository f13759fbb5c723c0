// A small real web site over HTTP/1.1 and HTTPS: what the demo's visitors visit, and the cover origin of its
// relays.
#pragma once

#include <memory>
#include <optional>

#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/tcp.hpp>

#include "demo/demo_site/error.hpp"
#include "demo/demo_site/limits.hpp"
#include "foundation/base/result.hpp"
#include "foundation/crypto/self_signed.hpp"

namespace qnet::demo_site {

struct Addresses {
  std::optional<boost::asio::ip::tcp::endpoint> http;
  std::optional<boost::asio::ip::tcp::endpoint> https;
};

/// Lives on one io_context that one thread runs; every call is made there. Stops when destroyed.
class Server {
 public:
  /// Listens at once on the addresses given; `certificate` is for HTTPS.
  /// Errors: cannot_listen, with the address and the reason; bad_certificate.
  static base::Result<Server> start(boost::asio::io_context& io, const Addresses& at,
                                    const crypto::SelfSigned& certificate, const Limits& limits = {});

  Server(Server&&) noexcept;
  Server& operator=(Server&&) noexcept;
  ~Server();

  /// Closes the ports and every connection at once. What is left of them ends in the io_context's next turns.
  void stop();

  /// The real ports, where those given were 0.
  [[nodiscard]] Addresses addresses() const;

  [[nodiscard]] std::size_t open_connections() const;

 private:
  class State;
  explicit Server(std::shared_ptr<State> state);
  std::shared_ptr<State> state_;
};

}  // namespace qnet::demo_site
