// The TCP side of a listener: accepts, and spreads connections over the cores.
#pragma once

#include <functional>
#include <memory>

#include "foundation/net/io_pool.hpp"
#include "foundation/net/tcp.hpp"
#include "transport/link/counters.hpp"

namespace qnet::link {

/// Accepts on the pool's first io_context; stops for a while when too many connections are open, or when the
/// system gives none. `pool` must outlive the connections.
class AcceptLoop : public std::enable_shared_from_this<AcceptLoop> {
 public:
  /// Gives the task that serves one connection to its end. It is called on the first io_context, the task
  /// runs on that of `core`. May still be called once after stop().
  using Serve = std::function<net::Task<void>(std::size_t core, net::tcp::socket socket)>;

  AcceptLoop(net::IoPool& pool, net::tcp::acceptor acceptor, std::shared_ptr<Counters> counters);

  void start(Serve serve);
  void stop();
  [[nodiscard]] const net::tcp::endpoint& address() const { return address_; }

 private:
  net::Task<void> accept();

  net::IoPool& pool_;
  net::tcp::acceptor acceptor_;
  net::tcp::endpoint address_;
  std::shared_ptr<Counters> counters_;
  Serve serve_;
};

}  // namespace qnet::link
