#include "transport/site/dialer.hpp"

#include "foundation/net/deadline.hpp"
#include "foundation/net/pump.hpp"
#include "protocol/client_hello/websocket_template.hpp"
#include "protocol/tls/stream.hpp"
#include "protocol/websocket/codec.hpp"
#include "transport/htx/record_link.hpp"
#include "transport/htx/wall_clock.hpp"
#include "transport/link/connect.hpp"
#include "transport/link/error.hpp"
#include "transport/site/client_request.hpp"
#include "transport/site/handshake.hpp"
#include "transport/site/names.hpp"

namespace qnet::site {

namespace {

using link::Cover;

/// Ends whatever is under way when time is up, whichever stream the connection has become.
struct Guarded {
  std::unique_ptr<net::ByteStream> stream;
  void close() const {
    if (stream) stream->close();
  }
};

net::Task<base::Result<Initiator>> begin_handshake(const link::RelayAddress& relay, const Browser& browser,
                                                   net::TlsChannel& channel, base::RandomSource& random) {
  Initiator::Config config{relay.noise_key, relay.access_tag, std::nullopt, htx::wall_clock(),
                           browser.own_key};
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

/// One attempt at TLS. `retry` is then what the server wants instead of relay.ech_configs, if it could not
/// read them.
net::Task<base::Result<tls::Stream*>> begin_tls(const link::RelayAddress& relay,
                                                const client_hello::Template& hello,
                                                const crypto::TrustStore& authorities, Guarded& guarded,
                                                base::RandomSource& random,
                                                std::optional<base::Bytes>& retry) {
  tls::Client::Config config{&hello,       relay.cover_name,
                             &authorities, std::chrono::system_clock::now(),
                             false,        retry.value_or(relay.ech_configs)};
  auto made = std::make_unique<tls::Stream>(std::move(guarded.stream), std::move(config), random);
  auto& stream = *made;
  guarded.stream = std::move(made);
  const bool again = std::exchange(retry, std::nullopt).has_value();
  if (auto done = co_await stream.handshake(); !done) {
    if (!again && done.error().is(tls::Errc::ech_rejected)) retry = stream.client().retry_configs();
    co_return tl::unexpected(done.error());
  }
  co_return &stream;
}

/// TLS whose hello hides the name where the relay's site can read such a hello (RFC 9849 §6.1.6: one retry).
net::Task<base::Result<tls::Stream*>> start_tls(const link::RelayAddress& relay, const Browser& browser,
                                                Guarded& guarded, const net::Deadline& limit,
                                                base::RandomSource& random) {
  const bool http2 = relay.cover == Cover::site_h2;
  const auto hello = http2 ? browser.hello : client_hello::websocket_template(browser.hello);
  std::optional<base::Bytes> retry;
  auto stream = co_await begin_tls(relay, hello, browser.authorities, guarded, random, retry);
  if (stream || !retry) co_return stream;
  guarded.stream->close();
  auto again = co_await link::connect(relay, browser.hello.keep_alive);
  if (!again) co_return tl::unexpected(again.error());
  guarded.stream = std::move(*again);
  // There was nothing to close while the second connection was made.
  if (limit.expired()) co_return base::fail(link::Errc::handshake_timed_out, relay.host);
  co_return co_await begin_tls(relay, hello, browser.authorities, guarded, random, retry);
}

/// The one request and the handshake in it.
net::Task<base::Result<Initiator::Last>> probe(const link::RelayAddress& relay, const Browser& browser,
                                               net::TlsChannel& channel, Guarded& guarded,
                                               base::RandomSource& random) {
  auto initiator = co_await begin_handshake(relay, browser, channel, random);
  if (!initiator) co_return tl::unexpected(initiator.error());
  const ClientRequest request{relay.cover_name, relay.port, names_of(relay.noise_key), initiator->token()};
  base::Result<void> opened;
  if (relay.cover == Cover::site_h2)
    opened = co_await open_h2(guarded.stream, request, initiator->opening());
  else
    opened = co_await open_websocket(guarded.stream, request, initiator->opening(), random);
  if (!opened) co_return tl::unexpected(opened.error());
  co_return co_await shake_hands(*guarded.stream, *initiator, random);
}

/// From the socket to the finished handshake; `guarded` always holds what the connection is at the moment.
net::Task<base::Result<Initiator::Last>> connect(const link::RelayAddress& relay, const Browser& browser,
                                                 Guarded& guarded, const net::Deadline& limit,
                                                 base::RandomSource& random) {
  const auto channel = co_await start_tls(relay, browser, guarded, limit, random);
  if (!channel) co_return tl::unexpected(channel.error());
  // A web server that does not speak what every browser's hello asks for is not the relay's.
  if ((*channel)->protocol() != (relay.cover == Cover::site_h2 ? "h2" : "http/1.1"))
    co_return base::fail(Errc::not_recognised);
  auto last = co_await probe(relay, browser, **channel, guarded, random);
  // A web site that hangs up on our request did not know it.
  if (!last && last.error().is(tls::Errc::truncated)) co_return base::fail(Errc::not_recognised);
  co_return last;
}

}  // namespace

net::Task<base::Result<link::Dialled>> dial(link::RelayAddress relay, Browser browser,
                                            base::RandomSource& random) {
  auto tcp = co_await link::connect(relay, browser.hello.keep_alive);
  if (!tcp) co_return tl::unexpected(tcp.error());
  const auto executor = (*tcp)->executor();
  Guarded guarded{std::move(*tcp)};

  const auto started = std::chrono::steady_clock::now();
  const net::Deadline limit(executor, link::DialLimits::handshake, [&guarded] { guarded.close(); });
  auto last = co_await connect(relay, browser, guarded, limit, random);
  if (limit.expired()) co_return base::fail(link::Errc::handshake_timed_out, relay.host);
  if (!last) {
    guarded.close();
    if (last.error().is(Errc::not_recognised))
      co_return base::fail(link::Errc::not_recognised, last.error().message());
    co_return tl::unexpected(last.error());
  }
  const auto took = std::chrono::steady_clock::now() - started;
  auto config =
      htx::record_link_config(std::move(last->finished.keys), noise::Role::initiator, relay.noise_key);
  config.unread = std::move(last->finished.unread);
  if (relay.cover != Cover::site_h2)
    config.whole_record = websocket::longest_payload(websocket::Role::client);
  link::Dialled dialled;
  dialled.link = std::make_unique<htx::RecordLink>(std::move(guarded.stream), std::move(config), random);
  dialled.round_trip = std::chrono::duration_cast<std::chrono::microseconds>(took);
  dialled.peer_time = link::PeerTime{last->relay_time, started + took};
  co_return dialled;
}

void add_dialer(link::Dialers& dialers, const client_hello::Template& hello,
                std::shared_ptr<const crypto::TrustStore> authorities, base::RandomSource& random,
                std::shared_ptr<const crypto::X25519KeyPair> own_key,
                const std::vector<client_hello::Template>& others) {
  std::vector<client_hello::Template> looks{hello};
  looks.insert(looks.end(), others.begin(), others.end());
  for (const auto cover : {Cover::site_h2, Cover::site_websocket, Cover::site_websocket_unbound})
    dialers.add(cover,
                [looks, authorities, own_key,
                 &random](link::RelayAddress relay) -> net::Task<base::Result<link::Dialled>> {
                  const Browser browser{looks[relay.look % looks.size()], *authorities, own_key.get()};
                  co_return co_await dial(std::move(relay), browser, random);
                });
}

}  // namespace qnet::site
