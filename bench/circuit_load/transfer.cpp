#include "circuit_load/transfer.hpp"

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/use_awaitable.hpp>

#include "foundation/net/pump.hpp"
#include "foundation/net/tcp.hpp"
#include "overlay/peer/connect_message.hpp"
#include "overlay/peer/read_message.hpp"

namespace qnet::load {

namespace asio = boost::asio;

namespace {

using Clock = std::chrono::steady_clock;

/// A connection through the circuit's end to that port of 127.0.0.1; null when it fails.
net::Task<std::unique_ptr<session::Stream>> connect(SessionPointer circuit, std::uint16_t port) {
  const peer::ConnectRequest request{"127.0.0.1", port};
  auto stream = circuit->open(peer::kConnectProtocol, request.encode());
  if (!stream) co_return nullptr;
  const auto answer = co_await peer::read_message<peer::ConnectAnswer>(**stream);
  if (!answer || answer->status != peer::ConnectStatus::ok) co_return nullptr;
  co_return std::move(*stream);
}

net::Task<void> send_back(net::tcp::socket socket) {
  net::TcpStream stream(std::move(socket));
  std::atomic<std::uint64_t> moved{0};
  (void)co_await net::pump(stream, stream, moved);
}

}  // namespace

net::Task<double> download(SessionPointer circuit, std::uint16_t port, std::chrono::seconds time) {
  const auto stream = co_await connect(std::move(circuit), port);
  if (!stream) co_return 0;
  if (!co_await net::write_all(*stream, base::bytes_of("GET /file HTTP/1.0\r\n\r\n"))) co_return 0;
  base::Bytes chunk(256 * 1024);
  const auto began = Clock::now();
  std::size_t moved = 0;
  while (Clock::now() - began < time) {
    const auto got = co_await net::read_some(*stream, chunk);
    if (!got || *got == 0) break;
    moved += *got;
  }
  co_return static_cast<double>(moved) / std::chrono::duration<double>(Clock::now() - began).count();
}

net::Task<std::vector<double>> ping(SessionPointer circuit, std::uint16_t port, std::chrono::seconds time,
                                    std::chrono::milliseconds pause) {
  std::vector<double> times;
  const auto stream = co_await connect(std::move(circuit), port);
  if (!stream) co_return times;
  asio::steady_timer timer(stream->executor());
  base::Bytes message(64, std::uint8_t{1});
  for (const auto end = Clock::now() + time; Clock::now() < end;) {
    const auto began = Clock::now();
    bool whole = (co_await net::write_all(*stream, message)).has_value();
    for (std::size_t have = 0; whole && have < message.size();) {
      const auto got = co_await net::read_some(*stream, base::MutableBytes(message).subspan(have));
      whole = got && *got > 0;
      have += got.value_or(0);
    }
    if (!whole) break;
    times.push_back(std::chrono::duration<double, std::milli>(Clock::now() - began).count());
    timer.expires_at(began + pause);
    co_await timer.async_wait(asio::use_awaitable);
  }
  co_return times;
}

net::Task<void> echo(std::uint16_t port) {
  const auto executor = co_await asio::this_coro::executor;
  net::tcp::acceptor acceptor(executor, {asio::ip::address_v4::loopback(), port});
  for (;;) {
    auto socket = co_await acceptor.async_accept(asio::use_awaitable);
    asio::co_spawn(executor, send_back(std::move(socket)), asio::detached);
  }
}

}  // namespace qnet::load
