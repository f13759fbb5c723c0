#include "cover_site/dialer.hpp"

#include "cover_site/client_request.hpp"
#include "cover_site/handshake.hpp"
#include "cover_site/names.hpp"
#include "net/deadline.hpp"
#include "net/pump.hpp"
#include "net/tcp.hpp"
#include "openssl_tls/stream.hpp"

namespace qnet::cover_site {

namespace {

using session::Cover;

constexpr auto kKeepAlive = std::chrono::seconds(45);  // Chromium's

htx::WallTime wall_clock() {
  return std::chrono::time_point_cast<std::chrono::seconds>(std::chrono::system_clock::now());
}

/// Ends whatever is under way when time is up, whichever stream the connection has become.
struct Guarded {
  std::unique_ptr<net::ByteStream> stream;
  void close() const {
    if (stream) stream->close();
  }
};

net::Task<base::Result<Initiator>> begin_handshake(const session::RelayAddress& relay,
                                                   net::TlsChannel& channel, base::RandomSource& random) {
  Initiator::Config config{relay.noise_key, relay.access_tag, std::nullopt, wall_clock()};
  if (relay.cover != Cover::site_websocket_unbound) {
    auto exported = channel.exporter(kExporterLabel);
    if (!exported) co_return tl::unexpected(exported.error());
    config.binding = *exported;
  }
  co_return Initiator::start(config, random);
}

net::Task<base::Result<Initiator::Last>> shake_hands(net::ByteStream& stream, Initiator& initiator,
                                                     base::RandomSource& random) {
  base::Bytes chunk(16 * 1024);
  for (;;) {
    const auto got = co_await net::read_some(stream, chunk);
    if (!got) co_return tl::unexpected(got.error());
    if (*got == 0) co_return base::fail(Errc::not_recognised);
    const auto done = initiator.receive(base::ByteView(chunk).first(*got));
    if (!done) co_return tl::unexpected(done.error());
    if (*done) break;
  }
  auto last = initiator.finish(random);
  if (!last) co_return tl::unexpected(last.error());
  if (auto sent = co_await net::write_all(stream, last->flight); !sent)
    co_return tl::unexpected(sent.error());
  co_return last;
}

/// From the socket to the finished handshake; `guarded` always holds what the connection is at the moment.
net::Task<base::Result<Initiator::Last>> connect(const session::RelayAddress& relay,
                                                 const openssl_tls::Context& context, Guarded& guarded,
                                                 base::RandomSource& random) {
  const bool http2 = relay.cover == Cover::site_h2;
  auto tls = std::make_unique<openssl_tls::Stream>(std::move(guarded.stream), context, relay.cover_name,
                                                   http2 ? openssl_tls::kHttp2 : openssl_tls::kHttp11);
  auto& channel = *tls;
  guarded.stream = std::move(tls);
  if (auto done = co_await channel.handshake(); !done) co_return tl::unexpected(done.error());
  auto initiator = co_await begin_handshake(relay, channel, random);
  if (!initiator) co_return tl::unexpected(initiator.error());
  const ClientRequest request{relay.cover_name, relay.port, names_of(relay.noise_key), initiator->token()};
  base::Result<void> opened;
  if (http2)
    opened = co_await open_h2(guarded.stream, request, initiator->opening());
  else
    opened = co_await open_websocket(guarded.stream, request, initiator->opening(), random);
  if (!opened) co_return tl::unexpected(opened.error());
  co_return co_await shake_hands(*guarded.stream, *initiator, random);
}

}  // namespace

net::Task<base::Result<session::Dialled>> dial(session::RelayAddress relay, openssl_tls::Context context,
                                               session::Protocols protocols, base::RandomSource& random) {
  auto socket = co_await net::connect_to_host(relay.host, relay.port, session::DialLimits::connect);
  if (!socket) co_return tl::unexpected(socket.error());
  auto tcp = std::make_unique<net::TcpStream>(std::move(*socket));
  tcp->keep_alive(kKeepAlive);
  tcp->give_up_on_silence();
  const auto executor = tcp->executor();
  Guarded guarded{std::move(tcp)};

  const auto started = std::chrono::steady_clock::now();
  const net::Deadline limit(executor, session::DialLimits::handshake, [&guarded] { guarded.close(); });
  auto last = co_await connect(relay, context, guarded, random);
  if (limit.expired()) co_return base::fail(session::Errc::handshake_timed_out, relay.host);
  if (!last) {
    guarded.close();
    co_return tl::unexpected(last.error());
  }
  const auto took = std::chrono::steady_clock::now() - started;
  session::Established established{std::move(last->finished.keys.from_initiator),
                                   std::move(last->finished.keys.from_responder),
                                   {},
                                   std::move(last->finished.unread),
                                   {}};
  session::Dialled dialled;
  dialled.session = session::Session::start(std::move(guarded.stream), mux::Role::initiator,
                                            std::move(established), std::move(protocols), random);
  dialled.round_trip = std::chrono::duration_cast<std::chrono::microseconds>(took);
  co_return dialled;
}

}  // namespace qnet::cover_site
