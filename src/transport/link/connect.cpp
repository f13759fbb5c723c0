#include "transport/link/connect.hpp"

#include <netinet/tcp.h>

#include "transport/link/dialers.hpp"

namespace qnet::link {

namespace {

using ProbeInterval = boost::asio::detail::socket_option::integer<IPPROTO_TCP, TCP_KEEPINTVL>;

/// As every such option, best effort.
void probe(net::TcpStream& stream, const client_hello::KeepAlive& often) {
  stream.keep_alive(often.idle);
  boost::system::error_code ignored;
  stream.socket().set_option(ProbeInterval(static_cast<int>(often.interval.count())), ignored);
}

}  // namespace

net::Task<base::Result<std::unique_ptr<net::TcpStream>>> connect(
    const RelayAddress& relay, std::optional<client_hello::KeepAlive> keep_alive) {
  auto socket = co_await net::connect_to_host(relay.host, relay.port, DialLimits::connect);
  if (!socket) co_return tl::unexpected(socket.error());
  auto stream = std::make_unique<net::TcpStream>(std::move(*socket));
  if (keep_alive) probe(*stream, *keep_alive);
  stream->give_up_on_silence();
  stream->limit_unsent(kUnsent);
  co_return stream;
}

}  // namespace qnet::link
