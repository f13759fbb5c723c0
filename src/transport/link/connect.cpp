#include "transport/link/connect.hpp"

#include "transport/link/dialers.hpp"

namespace qnet::link {

net::Task<base::Result<std::unique_ptr<net::TcpStream>>> connect(
    const RelayAddress& relay, std::optional<client_hello::KeepAlive> keep_alive) {
  auto socket = co_await net::connect_to_host(relay.host, relay.port, DialLimits::connect);
  if (!socket) co_return tl::unexpected(socket.error());
  auto stream = std::make_unique<net::TcpStream>(std::move(*socket));
  if (keep_alive) stream->keep_alive(keep_alive->idle, std::nullopt, keep_alive->interval);
  stream->give_up_on_silence();
  stream->limit_unsent(kUnsent);
  co_return stream;
}

}  // namespace qnet::link
