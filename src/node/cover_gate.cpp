#include "node/cover_gate.hpp"

#include <sys/socket.h>

#include <array>
#include <atomic>
#include <optional>
#include <variant>

#include <spdlog/spdlog.h>
#include <boost/asio/as_tuple.hpp>
#include <boost/asio/experimental/awaitable_operators.hpp>
#include <boost/asio/this_coro.hpp>
#include <boost/asio/use_awaitable.hpp>

#include "foundation/ip/asio_address.hpp"
#include "foundation/net/deadline.hpp"
#include "foundation/net/pump.hpp"
#include "transport/htx/wall_clock.hpp"

namespace qnet::node {

namespace {

/// One read into `held`: false at the visitor's end or error, with `broken` telling which.
struct Arrival {
  bool ended = false;
  bool broken = false;
};

Arrival take_arrived(net::TcpStream& visitor, base::Bytes& held) {
  std::array<std::uint8_t, 4096> chunk;  // NOLINT(cppcoreguidelines-pro-type-member-init): filled by the read
  const auto got = visitor.try_read(chunk);
  if (!got) return {false, !got.error().is(net::Errc::would_block)};
  base::append(held, base::ByteView(chunk).first(*got));
  return {*got == 0, false};
}

/// Waits until `origin`, whose bytes have all been read, answers a visitor's late bytes with a reset; false
/// when the connection ends in another way.
net::Task<bool> refuses_more(net::TcpStream& origin) {
  auto& socket = origin.socket();
  const auto [cancelled] = co_await socket.async_wait(net::tcp::socket::wait_error,
                                                      boost::asio::as_tuple(boost::asio::use_awaitable));
  if (cancelled) co_return false;
  int pending = 0;
  socklen_t size = sizeof pending;
  co_return ::getsockopt(socket.native_handle(), SOL_SOCKET, SO_ERROR, &pending, &size) == 0 && pending != 0;
}

/// The origin's direction of a splice. Its end starts the visitor's time to end too.
net::Task<void> carry_answer(net::TcpStream& origin, net::TcpStream& visitor,
                             std::atomic<std::uint64_t>& moved, std::optional<net::Deadline>& limit) {
  const auto ended = co_await net::pump(origin, visitor, moved);
  if (!ended) co_return;
  // Without a reset: Linux forgets such a connection in silence, and answers what comes later as it does
  // here.
  limit.emplace(co_await boost::asio::this_coro::executor, CoverLimits::after_origin, [&origin, &visitor] {
    visitor.close();
    origin.close();
  });
  // Nobody reads from the origin any more, so nobody else would hear of it before a second write.
  if (!co_await refuses_more(origin)) co_return;
  visitor.reset();
  origin.reset();
}

/// Passes on what an origin says that has had enough of waiting. What it has not been sent would be answered
/// by a reset after its end, so that has to wait until the visitor moves: false when nothing more can be
/// passed on.
net::Task<bool> outlive(net::TcpStream& origin, net::TcpStream& visitor) {
  base::Bytes answer;
  auto arrival = take_arrived(origin, answer);
  for (std::size_t before = 0; before != answer.size() && !arrival.ended && !arrival.broken;) {
    before = answer.size();
    if (before < CoverLimits::held) arrival = take_arrived(origin, answer);
  }
  if (arrival.broken) {
    visitor.reset();
    co_return false;
  }
  if (const auto sent = co_await net::write_all(visitor, answer); !sent) co_return false;
  if (!arrival.ended) co_return true;
  visitor.finish();
  const net::Deadline limit(visitor.socket().get_executor(), CoverLimits::after_origin,
                            [&visitor] { visitor.close(); });
  const auto moved = co_await visitor.wait_readable();
  co_return moved.has_value();
}

}  // namespace

CoverGate::CoverGate(const htx::Gate& gate, ReplayJournal& journal, CoverOrigin origin,
                     session::Protocols protocols, base::RandomSource& random,
                     std::shared_ptr<Counters> counters)
    : gate_(gate),
      journal_(journal),
      origin_(std::move(origin)),
      protocols_(std::move(protocols)),
      random_(random),
      counters_(std::move(counters)) {}

net::Task<void> CoverGate::serve(net::tcp::socket socket) {
  using namespace boost::asio::experimental::awaitable_operators;  // NOLINT(google-build-using-namespace)
  const Gauge open(counters_, &Counters::connections_open);
  auto visitor = std::make_unique<net::TcpStream>(std::move(socket));
  std::unique_ptr<net::TcpStream> origin;
  base::Bytes held;
  bool origin_first = false;
  const auto executor = visitor->socket().get_executor();
  const auto opened = Clock::now();
  boost::asio::steady_timer longest_wait(executor, CoverLimits::prompt_hello);

  for (;;) {
    const auto arrival = take_arrived(*visitor, held);
    if (arrival.broken) co_return;
    if (arrival.ended) break;
    auto decision = gate_.examine(held, htx::wall_clock());
    if (auto* const peer = std::get_if<htx::Responder>(&decision)) {
      if (counters_->sessions_open >= static_cast<std::int64_t>(CoverLimits::sessions)) break;
      journal_.note(peer->ephemeral(), htx::wall_clock());
      if (origin) origin->close();
      co_return co_await receive_peer(std::move(visitor), std::move(*peer), opened);
    }
    if (const auto* const visit = std::get_if<htx::Gate::Visit>(&decision)) {
      if (*visit == htx::Gate::Visit::replayed) ++counters_->replayed;
      if (*visit == htx::Gate::Visit::clock) ++counters_->clock_skewed;
      break;
    }
    if (origin) {
      // Whoever moves first: the visitor with more of its hello, or the origin, which has had enough.
      const auto first = co_await (visitor->wait_readable() || origin->wait_readable());
      origin_first = first.index() == 1;
      if (origin_first) break;
    } else {
      const auto first =
          co_await (visitor->wait_readable() ||
                    longest_wait.async_wait(boost::asio::as_tuple(boost::asio::use_awaitable)));
      if (first.index() == 0) continue;
      origin = co_await dial_origin();
      if (!origin) co_return visitor->reset();
    }
  }
  if (origin_first && !co_await outlive(*origin, *visitor)) co_return;
  co_await splice(*visitor, std::move(origin), std::move(held));
}

net::Task<std::unique_ptr<net::TcpStream>> CoverGate::dial_origin() const {
  auto socket = co_await net::connect_to_host(origin_.host, origin_.port, CoverLimits::origin_connect);
  // Strangers at a dead origin get resets, which no web site gives: the operator must hear of it.
  const bool lost = !socket;
  if (counters_->origin_lost.exchange(lost) != lost) {
    if (lost) spdlog::warn("the cover origin cannot be reached: {}", socket.error().message());
    if (!lost) spdlog::info("the cover origin is reached again");
  }
  if (!socket) co_return nullptr;
  co_return std::make_unique<net::TcpStream>(std::move(*socket));
}

net::Task<void> CoverGate::splice(net::TcpStream& visitor, std::unique_ptr<net::TcpStream> origin,
                                  base::Bytes held) const {
  if (!origin) origin = co_await dial_origin();
  if (!origin) co_return visitor.reset();
  ++counters_->spliced;
  // In one piece what came in one piece: an origin that answers and closes would reset over what came late.
  for (auto before = held.size() + 1; before != held.size() && held.size() < CoverLimits::held;) {
    before = held.size();
    (void)take_arrived(visitor, held);
  }
  if (const auto sent = co_await net::write_all(*origin, held); !sent) co_return visitor.reset();

  using boost::asio::experimental::awaitable_operators::operator&&;
  net::Traffic not_ours;
  std::optional<net::Deadline> limit;
  co_await (net::pump(visitor, *origin, not_ours.up) && carry_answer(*origin, visitor, not_ours.down, limit));
}

net::Task<void> CoverGate::receive_peer(std::unique_ptr<net::TcpStream> visitor, htx::Responder responder,
                                        Clock::time_point opened) {
  if (!co_await shake_hands(*visitor, responder, opened)) {
    ++counters_->failed;
    co_return;
  }
  ++counters_->accepted;
  visitor->keep_alive(CoverLimits::keep_alive);
  auto finished = responder.finish();
  const auto& profile = responder.profile();
  session::Established established{std::move(finished.keys.from_responder),
                                   std::move(finished.keys.from_initiator),
                                   std::move(finished.first),
                                   std::move(finished.unread),
                                   profile.after_first,
                                   profile.alert_record,
                                   {profile.idle_after, profile.idle_end},
                                   ip::limited_remote_address(visitor->socket()),
                                   finished.keys.handshake_hash,
                                   finished.peer_static};
  const auto session = session::Session::start(std::move(visitor), mux::Role::responder,
                                               std::move(established), protocols_, random_);
  std::erase_if(sessions_, [](const auto& known) { return known.expired(); });
  sessions_.push_back(session);
  session->on_end([gauge = std::make_shared<Gauge>(counters_, &Counters::sessions_open)] {});
}

void CoverGate::close_sessions() {
  for (const auto& known : sessions_)
    if (const auto session = known.lock()) session->close();
}

net::Task<bool> CoverGate::shake_hands(net::TcpStream& peer, htx::Responder& responder,
                                       Clock::time_point opened) const {
  const auto known = responder.profile().stall_after;
  const auto longest_wait = known > known.zero() ? known : CoverLimits::handshake;
  const net::Deadline limit(peer.socket().get_executor(), opened + longest_wait - Clock::now(), [&] {
    (void)peer.try_write(responder.stalled(random_));
    peer.close();
  });
  auto writes = responder.answer(random_);
  if (!writes) co_return false;
  co_await wait_as_the_origin_does(responder.profile());
  for (const auto& write : *writes) {
    if (auto sent = co_await net::write_all(peer, write); !sent) co_return false;
  }
  base::Bytes chunk(4096);
  for (;;) {
    const auto got = co_await net::read_some(peer, chunk);
    if (!got) co_return false;
    if (*got == 0) {
      // As a TLS server that waits for Finished does: an end is answered by an end, not by a reset.
      peer.close();
      co_return false;
    }
    const auto done = responder.receive(base::ByteView(chunk).first(*got));
    if (!done) {
      (void)peer.try_write(responder.refusal(done.error(), random_));
      peer.close();
      co_return false;
    }
    const auto tickets = responder.take_output();
    if (auto sent = co_await net::write_all(peer, tickets); !sent) co_return false;
    if (*done) co_return true;
  }
}

/// A visitor's hello goes to the origin and back before it is answered; a peer's must not be faster.
net::Task<void> CoverGate::wait_as_the_origin_does(const htx::MirrorProfile& profile) const {
  if (profile.answer_after.empty()) co_return;
  const auto choice = random_.below(static_cast<std::uint32_t>(profile.answer_after.size()));
  boost::asio::steady_timer timer(co_await boost::asio::this_coro::executor, profile.answer_after[choice]);
  (void)co_await timer.async_wait(boost::asio::as_tuple(boost::asio::use_awaitable));
}

}  // namespace qnet::node
