#include "overlay/session/htx_dialer.hpp"

#include "foundation/net/deadline.hpp"
#include "foundation/net/pump.hpp"
#include "foundation/net/tcp.hpp"
#include "transport/htx/wall_clock.hpp"

namespace qnet::session {

namespace {

constexpr std::size_t kReadSize = 16 * 1024;
// Chromium's: an idle connection sends its first probe after 45 s.
constexpr auto kKeepAlive = std::chrono::seconds(45);

net::Task<base::Result<htx::Initiator::Finished>> shake_hands(net::TcpStream& relay,
                                                              htx::Initiator& initiator) {
  if (auto sent = co_await net::write_all(relay, initiator.hello()); !sent)
    co_return tl::unexpected(sent.error());
  base::Bytes chunk(kReadSize);
  for (;;) {
    const auto got = co_await net::read_some(relay, chunk);
    if (!got) co_return tl::unexpected(got.error());
    if (*got == 0) co_return base::fail(htx::Errc::not_recognised);
    const auto done = initiator.receive(base::ByteView(chunk).first(*got));
    if (!done) co_return tl::unexpected(done.error());
    if (*done) break;
  }
  auto finished = initiator.finish({});
  if (!finished) co_return finished;
  if (auto sent = co_await net::write_all(relay, finished->flight); !sent)
    co_return tl::unexpected(sent.error());
  co_return finished;
}

}  // namespace

net::Task<base::Result<Dialled>> dial(RelayAddress relay, const client_hello::Template& browser,
                                      Protocols protocols, base::RandomSource& random) {
  auto socket = co_await net::connect_to_host(relay.host, relay.port, DialLimits::connect);
  if (!socket) co_return tl::unexpected(socket.error());
  auto transport = std::make_unique<net::TcpStream>(std::move(*socket));
  transport->keep_alive(kKeepAlive);
  transport->give_up_on_silence();

  htx::Initiator::Config config{&browser, relay.cover_name, relay.noise_key, relay.access_tag,
                                htx::wall_clock()};
  auto initiator = htx::Initiator::start(std::move(config), random);
  if (!initiator) co_return tl::unexpected(initiator.error());

  const auto started = std::chrono::steady_clock::now();
  net::Deadline limit(transport->socket().get_executor(), DialLimits::handshake,
                      [&transport] { transport->close(); });
  auto finished = co_await shake_hands(*transport, *initiator);
  if (limit.expired()) co_return base::fail(Errc::handshake_timed_out, relay.host);
  if (!finished) {
    // A browser that gives a handshake up closes; it does not reset.
    transport->close();
    co_return tl::unexpected(finished.error());
  }
  const auto took = std::chrono::steady_clock::now() - started;

  Established established{std::move(finished->keys.from_initiator),
                          std::move(finished->keys.from_responder),
                          {},
                          std::move(finished->unread),
                          {}};
  established.handshake_hash = finished->keys.handshake_hash;
  established.peer_key = relay.noise_key;
  Dialled dialled;
  dialled.session = Session::start(std::move(transport), mux::Role::initiator, std::move(established),
                                   std::move(protocols), random);
  dialled.round_trip = std::chrono::duration_cast<std::chrono::microseconds>(took);
  co_return dialled;
}

}  // namespace qnet::session
