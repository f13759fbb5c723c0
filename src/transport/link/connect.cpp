#include "transport/link/connect.hpp"

#include "transport/link/dialers.hpp"

namespace qnet::link {

namespace {
// Chromium's: an idle connection sends its first probe after 45 s.
constexpr auto kKeepAlive = std::chrono::seconds(45);
}  // namespace

net::Task<base::Result<std::unique_ptr<net::TcpStream>>> connect(const RelayAddress& relay) {
  auto socket = co_await net::connect_to_host(relay.host, relay.port, DialLimits::connect);
  if (!socket) co_return tl::unexpected(socket.error());
  auto stream = std::make_unique<net::TcpStream>(std::move(*socket));
  stream->keep_alive(kKeepAlive);
  stream->give_up_on_silence();
  stream->limit_unsent(kUnsent);
  co_return stream;
}

}  // namespace qnet::link
