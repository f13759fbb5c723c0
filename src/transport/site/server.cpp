#include "transport/site/server.hpp"

#include <vector>

#include "foundation/net/deadline.hpp"
#include "foundation/net/pump.hpp"
#include "foundation/net/signal.hpp"
#include "protocol/openssl_tls/stream.hpp"
#include "protocol/websocket/stream.hpp"
#include "transport/htx/record.hpp"
#include "transport/htx/wall_clock.hpp"
#include "transport/site/h2_exchange.hpp"
#include "transport/site/http1_server.hpp"

namespace qnet::site {

namespace {

constexpr auto kLargestRecord = htx::RecordLimits::header + htx::RecordLimits::body;

Headers stream_headers() {
  return {{":status", "200"},
          {"date", http_date_now()},
          {"content-type", "application/octet-stream"},
          {"cache-control", "no-store"}};
}

}  // namespace

net::Task<void> Server::serve_tls(std::unique_ptr<net::ByteStream> socket, openssl_tls::Context context) {
  const auto self = shared_from_this();
  auto stream = std::make_unique<openssl_tls::Stream>(std::move(socket), context);
  {
    auto& handshaking = *stream;
    const net::Deadline limit(stream->executor(), limits_.tls, [&handshaking] { handshaking.reset(); });
    if (const auto done = co_await stream->handshake(); !done) co_return stream->close();
  }
  // An older TLS has no exporter that binds: its visitors are visitors.
  const auto exported = stream->exporter(kExporterLabel);
  const Binding binding = exported ? Binding(*exported) : std::nullopt;
  if (stream->protocol() == openssl_tls::kHttp2)
    co_await serve_http2(std::move(stream), binding, exported.has_value());
  else
    co_await serve_http1(std::move(stream), binding, exported.has_value());
}

net::Task<void> Server::serve_plain(std::unique_ptr<net::ByteStream> socket) {
  const auto self = shared_from_this();
  co_await serve_http1(std::move(socket), std::nullopt, true);
}

net::Task<void> Server::serve_http2(std::unique_ptr<net::ByteStream> stream, Binding binding,
                                    bool with_peers) {
  net::Signal ended(stream->executor());
  const auto connection = h2::Connection::start(
      std::move(stream), h2::Role::server, h2::Limits(),
      [self = shared_from_this(), binding, with_peers](std::unique_ptr<h2::Stream> request) {
        return self->serve_stream(std::move(request), binding, with_peers);
      });
  connection->on_end([&ended] { ended.notify(); });
  co_await ended.wait();
}

net::Task<void> Server::serve_stream(std::unique_ptr<h2::Stream> stream, Binding binding, bool with_peers) {
  const auto self = shared_from_this();
  H2Exchange exchange(std::move(stream), limits_);
  auto peer = with_peers ? recognise(exchange.request(), false, binding) : nullptr;
  if (!peer) {
    co_await site_->serve(exchange);
    co_return co_await exchange.drain();
  }
  auto body = exchange.release();
  const auto headers = stream_headers();
  if (!body->respond(headers, false)) co_return;
  body->widen();
  std::unique_ptr<net::ByteStream> tunnel = std::move(body);
  co_await receive_peer(std::move(tunnel), std::move(peer), kLargestRecord);
}

net::Task<void> Server::serve_http1(std::unique_ptr<net::ByteStream> stream, Binding binding,
                                    bool with_peers) {
  Http1Server http(std::move(stream), limits_);
  for (;;) {
    const auto exchange = co_await http.next();
    if (!exchange) break;
    const auto key = http.websocket_key();
    auto peer = with_peers && key ? recognise(exchange->request(), true, binding) : nullptr;
    if (!peer) {
      co_await site_->serve(*exchange);
      continue;
    }
    if (!co_await http.accept_websocket(*key)) co_return;
    base::Bytes unread;
    auto lower = http.release(unread);
    std::unique_ptr<net::ByteStream> tunnel =
        std::make_unique<websocket::Stream>(std::move(lower), websocket::Role::server, random_, unread);
    co_await receive_peer(std::move(tunnel), std::move(peer),
                          websocket::longest_payload(websocket::Role::server));
    co_return;
  }
  http.close();
}

std::unique_ptr<Responder> Server::recognise(const Request& request, bool websocket,
                                             const Binding& binding) const {
  std::vector<std::string_view> cookies;
  for (const auto& header : request.headers)
    if (header.name == "cookie") cookies.emplace_back(header.value);
  const TunnelRequest tunnel_request{!websocket && request.method == "POST", websocket, request.target,
                                     cookies};
  if (!hooks_.has_room()) return nullptr;
  auto decision = gate_.examine(tunnel_request, binding, htx::wall_clock());
  if (auto* const peer = std::get_if<Responder>(&decision)) {
    hooks_.recognised(peer->ephemeral());
    return std::make_unique<Responder>(std::move(*peer));
  }
  hooks_.visited(std::get<Gate::Visit>(decision));
  return nullptr;
}

net::Task<void> Server::receive_peer(std::unique_ptr<net::ByteStream> stream,
                                     std::unique_ptr<Responder> responder, std::size_t whole_record) {
  const bool done = co_await shake_hands(*stream, *responder);
  if (!done) {
    stream->reset();
    hooks_.failed();
    co_return;
  }
  hooks_.accepted(std::move(stream), responder->finish(), whole_record);
}

net::Task<bool> Server::shake_hands(net::ByteStream& peer, Responder& responder) {
  const net::Deadline limit(peer.executor(), limits_.peer, [&peer] { peer.reset(); });
  base::Bytes chunk(4096);
  while (!responder.done()) {
    const auto got = co_await net::read_some(peer, chunk);
    if (!got || *got == 0) co_return false;
    const auto answer = responder.receive(base::ByteView(chunk).first(*got), htx::wall_clock(), random_);
    if (!answer) co_return false;
    if (const auto sent = co_await net::write_all(peer, *answer); !sent) co_return false;
  }
  co_return !limit.expired();
}

}  // namespace qnet::site
