#include "transport/link/accept_loop.hpp"

#include <spdlog/spdlog.h>
#include <boost/asio/as_tuple.hpp>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/use_awaitable.hpp>

#include "foundation/ip/asio_address.hpp"

namespace qnet::link {

namespace asio = boost::asio;

namespace {

constexpr auto kAwait = asio::as_tuple(asio::use_awaitable);
constexpr auto kPause = std::chrono::milliseconds(100);

net::Task<void> counted(net::Task<void> served, std::shared_ptr<Counters> counters) {
  const Gauge open(counters, &Counters::connections_open);
  co_await std::move(served);
}

/// Without a port: that says nothing to an operator.
void log_visitor(const net::tcp::socket& socket) {
  if (!spdlog::should_log(spdlog::level::trace)) return;
  boost::system::error_code gone;
  const auto from = socket.remote_endpoint(gone);
  if (!gone) spdlog::trace("a connection from {}", ip::unmapped(from.address()).to_string());
}

}  // namespace

AcceptLoop::AcceptLoop(net::IoPool& pool, net::tcp::acceptor acceptor, std::shared_ptr<Counters> counters,
                       From from, VisitorPlaces& places)
    : pool_(pool),
      acceptor_(std::move(acceptor)),
      address_(acceptor_.local_endpoint()),
      counters_(std::move(counters)),
      from_(from),
      places_(places) {}

void AcceptLoop::start(Serve serve) {
  serve_ = std::move(serve);
  asio::co_spawn(pool_.first(), [self = shared_from_this()] { return self->accept(); }, asio::detached);
}

void AcceptLoop::stop() {
  boost::system::error_code ignored;
  acceptor_.close(ignored);
}

void AcceptLoop::serve(std::size_t core, net::tcp::socket socket) {
  auto& io = pool_.at(core);
  const auto remote = from_ == From::visitors ? ip::limited_remote_address(socket) : std::nullopt;
  if (from_ == From::visitors) log_visitor(socket);
  auto place = places_.take(io.get_executor(), remote);
  asio::co_spawn(io, counted(serve_(core, std::move(socket), std::move(place)), counters_), asio::detached);
}

net::Task<void> AcceptLoop::accept() {
  const auto self = shared_from_this();
  asio::steady_timer pause(acceptor_.get_executor());
  // A client in the same process lives on the first core: begin with the next one.
  std::size_t next = 1;
  while (acceptor_.is_open()) {
    bool wait = !places_.has_room();
    if (!wait) {
      const auto core = next++ % pool_.size();
      auto [error, socket] = co_await acceptor_.async_accept(pool_.at(core), kAwait);
      if (!error) serve(core, std::move(socket));
      wait = static_cast<bool>(error);
    }
    if (!wait || !acceptor_.is_open()) continue;
    pause.expires_after(kPause);
    (void)co_await pause.async_wait(kAwait);
  }
}

}  // namespace qnet::link
