// The TCP side of a listener: accepts, and spreads connections over the cores.
#pragma once

#include <cstdint>
#include <functional>
#include <memory>

#include "foundation/net/io_pool.hpp"
#include "foundation/net/tcp.hpp"
#include "transport/link/counters.hpp"
#include "transport/link/visitor_places.hpp"

namespace qnet::link {

/// Accepts on the pool's first io_context; each connection takes a visitor's place. Stops for a while when so
/// many are leaving that nobody has room, or when the system gives no connection. `pool` must outlive the
/// connections.
class AcceptLoop : public std::enable_shared_from_this<AcceptLoop> {
 public:
  /// Gives the task that serves one connection to its end. It is called on the first io_context, the task
  /// runs on that of `core`. May still be called once after stop(). The
  /// place is to live as long as the connection, unless that becomes a link.
  using Serve = std::function<net::Task<void>(std::size_t core, net::tcp::socket socket,
                                              std::shared_ptr<VisitorPlaces::Place> place)>;

  /// Who a connection's remote address stands for, where places are shared by addresses.
  enum class From : std::uint8_t {
    visitors,
    web_server,  ///< one in front, for all visitors
  };

  AcceptLoop(net::IoPool& pool, net::tcp::acceptor acceptor, std::shared_ptr<Counters> counters,
             From from = From::visitors, VisitorPlaces& places = VisitorPlaces::of_process());

  void start(Serve serve);
  void stop();
  [[nodiscard]] const net::tcp::endpoint& address() const { return address_; }

 private:
  net::Task<void> accept();
  void serve(std::size_t core, net::tcp::socket socket);

  net::IoPool& pool_;
  net::tcp::acceptor acceptor_;
  net::tcp::endpoint address_;
  std::shared_ptr<Counters> counters_;
  From from_;
  VisitorPlaces& places_;
  Serve serve_;
};

}  // namespace qnet::link
