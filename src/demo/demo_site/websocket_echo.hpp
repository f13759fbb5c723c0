// Sends every WebSocket message back (RFC 6455). Private to this folder.
#pragma once

#include <boost/asio/as_tuple.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <boost/beast/core/flat_buffer.hpp>
#include <boost/beast/core/stream_traits.hpp>
#include <boost/beast/websocket.hpp>

#include "demo/demo_site/limits.hpp"
#include "demo/demo_site/responses.hpp"
#include "foundation/net/byte_stream.hpp"

namespace qnet::demo_site {

/// Answers the upgrade and echoes until either side closes. Holds one message in memory.
template <class Stream>
net::Task<void> echo_websocket(Stream& stream, const Request& request, const Limits& limits) {
  namespace websocket = boost::beast::websocket;
  constexpr auto kAwait = boost::asio::as_tuple(boost::asio::use_awaitable);

  websocket::stream<Stream&> socket(stream);
  // Two timers on one connection would fight.
  boost::beast::get_lowest_layer(stream).expires_never();
  socket.set_option(websocket::stream_base::timeout{limits.handshake, limits.idle, true});
  socket.read_message_max(limits.message_bytes);
  if (const auto [error] = co_await socket.async_accept(request, kAwait); error) co_return;

  boost::beast::flat_buffer message;
  for (;;) {
    if (const auto [error, size] = co_await socket.async_read(message, kAwait); error) co_return;
    socket.text(socket.got_text());
    if (const auto [error, size] = co_await socket.async_write(message.cdata(), kAwait); error) co_return;
    message.consume(message.size());
  }
}

}  // namespace qnet::demo_site
