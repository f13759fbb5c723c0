#include "node/relay_services.hpp"

#include "foundation/net/deadline.hpp"
#include "foundation/net/pump.hpp"
#include "network/directory/exchange.hpp"
#include "overlay/peer/connect_message.hpp"
#include "overlay/peer/peer_message.hpp"
#include "overlay/session/stream.hpp"

namespace qnet::node {

namespace {

control::Exit exit_counters(const exit::Service& service) {
  const auto& counted = service.counters();
  control::Exit shown{service.open(), counted.connected, {}, counted.failed_in_all()};
  for (std::size_t i = 0; i < exit::kRefusals; ++i) {
    const auto reason = static_cast<exit::Refusal>(i);
    if (const auto count = counted.refused_by(reason); count > 0)
      shown.refused.emplace(exit::label(reason), count);
  }
  return shown;
}

/// For the peer to read a few bytes and end.
constexpr std::chrono::seconds kAnswerTime{10};

net::Task<void> send_and_end(std::unique_ptr<session::Stream> stream, base::Bytes bytes) {
  auto& opened = *stream;
  const net::Deadline limit(co_await boost::asio::this_coro::executor, kAnswerTime,
                            [&opened] { opened.reset(); });
  if (!co_await net::write_all(*stream, bytes)) co_return;
  co_await net::finish_and_drain(*stream);
}

}  // namespace

session::Protocols relay_protocols(const peer::PeerId& peer, exit::Service* exit,
                                   const session::Handler& directory, boost::asio::io_context& io,
                                   const std::shared_ptr<Counters>& counters) {
  session::Protocols protocols;
  protocols.emplace(peer::kPeerProtocol,
                    [answer = peer::PeerAnswer{peer}.encode()](std::unique_ptr<session::Stream> stream) {
                      return send_and_end(std::move(stream), answer);
                    });
  // Without an exit the protocol is not spoken at all: a client then knows that this peer has no exit.
  if (exit != nullptr)
    protocols.emplace(
        peer::kConnectProtocol,
        [counters, handle = exit->handler(io)](std::unique_ptr<session::Stream> stream) -> net::Task<void> {
          // The session that owns this function may end first.
          const auto shared = counters;  // NOLINT(performance-unnecessary-copy-initialization)
          const link::Gauge open(shared, &Counters::streams_open);
          co_await handle(std::move(stream), shared->traffic);
        });
  if (directory) protocols.emplace(directory::kDirectoryProtocol, directory);
  return protocols;
}

void add_counters(control::Counters& shown, const link::Counters& counted) {
  shown.sessions_open += static_cast<std::uint64_t>(counted.links_open.load());
  auto handshakes = shown.handshakes.value_or(control::Handshakes{});
  handshakes.accepted += counted.accepted;
  handshakes.spliced += counted.visitors;
  handshakes.replayed += counted.replayed;
  handshakes.clock_skewed += counted.clock_skewed;
  handshakes.failed += counted.failed;
  shown.handshakes = handshakes;
}

void add_counters(control::Counters& shown, const Counters& counted, const exit::Service* exit) {
  shown.streams_open += static_cast<std::uint64_t>(counted.streams_open.load());
  shown.bytes_up += counted.traffic.up;
  shown.bytes_down += counted.traffic.down;
  if (exit != nullptr) shown.exit = exit_counters(*exit);
}

}  // namespace qnet::node
