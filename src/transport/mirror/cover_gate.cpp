#include "transport/mirror/cover_gate.hpp"

#include <array>
#include <optional>
#include <variant>

#include <spdlog/spdlog.h>
#include <boost/asio/as_tuple.hpp>
#include <boost/asio/experimental/awaitable_operators.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/this_coro.hpp>
#include <boost/asio/use_awaitable.hpp>

#include "foundation/ip/asio_address.hpp"
#include "foundation/net/deadline.hpp"
#include "foundation/net/pump.hpp"
#include "transport/htx/record_link.hpp"
#include "transport/htx/wall_clock.hpp"
#include "transport/link/link_places.hpp"
#include "transport/link/listener.hpp"
#include "transport/mirror/splice.hpp"

namespace qnet::mirror {

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
  const net::Deadline limit(visitor.socket().get_executor(), SpliceLimits::after_origin,
                            [&visitor] { visitor.close(); });
  const auto moved = co_await visitor.wait_readable();
  co_return moved.has_value();
}

/// What has come, `most` bytes at most, or none at the end. Holds no memory while it waits.
net::Task<base::Result<base::Bytes>> read_arrived(net::TcpStream& from, std::size_t most) {
  for (;;) {
    if (auto ready = co_await from.wait_readable(); !ready) co_return base::forward_error(ready);
    base::Bytes bytes(most);
    const auto got = from.try_read(bytes);
    if (!got && got.error().is(net::Errc::would_block)) continue;
    if (!got) co_return tl::unexpected(got.error());
    bytes.resize(*got);
    co_return bytes;
  }
}

}  // namespace

net::Task<void> wait_until(std::chrono::steady_clock::time_point moment) {
  boost::asio::steady_timer timer(co_await boost::asio::this_coro::executor, moment);
  (void)co_await timer.async_wait(boost::asio::as_tuple(boost::asio::use_awaitable));
}

net::Task<void> CoverGate::serve(CoverGate gate, net::tcp::socket socket, Place place) {
  co_await gate.run(std::move(socket), *place);
}

net::Task<void> CoverGate::run(net::tcp::socket socket, link::VisitorPlaces::Place& place) {
  using namespace boost::asio::experimental::awaitable_operators;  // NOLINT(google-build-using-namespace)
  Visit visit{std::make_unique<net::TcpStream>(std::move(socket)), place};
  auto& visitor = *visit.stream;
  auto& origin = visit.origin;
  client_hello::HelloRecords records;
  bool origin_first = false;
  auto& counters = *context_.counters;
  boost::asio::steady_timer prompt(visitor.executor(), CoverLimits::prompt_hello);
  // As nginx does without a free connection: it ends those of which nothing is heard.
  const link::VisitorPlaces::LeaveWatch watch(place, [&visit](link::VisitorPlaces::Leave) {
    visit.stream->close();
    if (visit.origin.stream) visit.origin.stream->close();
    visit.leaving.now();
  });

  for (;;) {
    const auto arrival = take_arrived(visitor, visit.held);
    if (arrival.broken) co_return;
    if (arrival.ended) break;
    auto decision = context_.gate.examine(visit.held, htx::wall_clock(), records);
    if (auto* const peer = std::get_if<htx::Responder>(&decision)) {
      if (!link::LinkPlaces::of_process().has_room(ip::limited_remote_address(visitor.socket()))) break;
      (void)context_.journal.note(peer->ephemeral(), htx::wall_clock());
      place.recognised();
      // A stranger's hello would wait for this connection too, and for nothing more where it stands already.
      if (!origin.stream) origin = co_await dial_origin(visit.leaving);
      if (visit.leaving.stopped()) co_return;
      co_return co_await receive_peer(visit, *peer);
    }
    if (const auto* const known = std::get_if<htx::Gate::Visit>(&decision)) {
      if (*known == htx::Gate::Visit::replayed) ++counters.replayed;
      if (*known == htx::Gate::Visit::clock) ++counters.clock_skewed;
      break;
    }
    if (origin.stream) {
      // Whoever moves first: the visitor with more of its hello, or the origin, which has had enough.
      const auto first = co_await (visitor.wait_readable() || origin.stream->wait_readable());
      origin_first = first.index() == 1;
      if (origin_first) break;
    } else {
      const auto first = co_await (visitor.wait_readable() ||
                                   prompt.async_wait(boost::asio::as_tuple(boost::asio::use_awaitable)));
      if (first.index() == 0) {
        place.moved();
        continue;
      }
      origin = co_await dial_origin(visit.leaving);
      if (!origin.stream) co_return visitor.reset();
    }
  }
  if (!origin.stream) origin = co_await dial_origin(visit.leaving);
  if (!origin.stream) co_return visitor.reset();
  if (origin_first && !co_await outlive(*origin.stream, visitor)) co_return;
  co_await join_origin(visit);
}

net::Task<CoverGate::Onward> CoverGate::dial_origin(net::Stop& leaving) const {
  auto tried = co_await net::unless(leaving, context_.origin.connect(CoverLimits::origin_connect));
  Onward origin;
  origin.dialled = Clock::now();
  if (!tried) co_return origin;
  // Strangers at a dead origin get resets, which no web site gives: the operator must hear of it.
  auto& socket = *tried;
  const bool lost = !socket;
  if (context_.origin_lost.exchange(lost) != lost) {
    if (lost) spdlog::warn("the cover origin cannot be reached: {}", socket.error().message());
    if (!lost) spdlog::info("the cover origin is reached again");
  }
  if (socket) origin.stream = std::make_unique<net::TcpStream>(std::move(*socket));
  co_return origin;
}

net::Task<void> CoverGate::join_origin(Visit& visit) const {
  auto& visitor = *visit.stream;
  auto held = std::move(visit.held);
  ++context_.counters->visitors;
  // In one piece what came in one piece: an origin that answers and closes would reset over what came late.
  for (auto before = held.size() + 1; before != held.size() && held.size() < CoverLimits::held;) {
    before = held.size();
    (void)take_arrived(visitor, held);
  }
  if (const auto sent = co_await net::write_all(*visit.origin.stream, held); !sent) co_return visitor.reset();

  base::Bytes().swap(held);
  co_await splice(visitor, *visit.origin.stream, visit.place);
}

net::Task<void> CoverGate::receive_peer(Visit& visit, htx::Responder& responder) {
  const auto answerable = Clock::now();
  auto& counters = *context_.counters;
  auto& origin = visit.origin.stream;
  if (!origin && context_.outage.turns_peers_away(answerable)) {
    ++counters.failed;
    co_return visit.stream->reset();
  }
  auto answer = responder.answer(context_.random);
  if (!answer) {
    ++counters.failed;
    co_return;
  }
  // What the relay computed since the hello is part of the origin's time, not added to it.
  const auto moment = answerable + htx::draw_answer_after(responder.profile(), context_.random);
  const bool ended = origin && co_await ends_before(*origin, moment);
  if (visit.leaving.stopped()) co_return;
  if (ended && context_.outage.turns_peers_away(Clock::now())) {
    ++counters.failed;
    co_return co_await join_origin(visit);
  }
  if (!origin || ended) co_await context_.wait_until(moment);
  if (origin) origin->close();
  base::Bytes().swap(visit.held);
  co_await accept_peer(visit, responder, *answer);
}

/// Whether the origin ends in the time in which it would answer: one without a free connection accepts and
/// closes.
net::Task<bool> CoverGate::ends_before(net::TcpStream& origin, Clock::time_point moment) const {
  using namespace boost::asio::experimental::awaitable_operators;  // NOLINT(google-build-using-namespace)
  const auto first = co_await (origin.wait_readable() || context_.wait_until(moment));
  co_return first.index() == 0;
}

net::Task<void> CoverGate::accept_peer(Visit& visit, htx::Responder& responder,
                                       const std::vector<base::Bytes>& answer) {
  if (!co_await shake_hands(*visit.stream, responder, answer, visit.origin.dialled)) {
    ++context_.counters->failed;
    co_return;
  }
  ++context_.counters->accepted;
  visit.place.on_leave(nullptr);
  auto visitor = std::move(visit.stream);
  visitor->keep_alive(link::ListenerLimits::keep_alive);
  visitor->limit_unsent(link::kUnsent);
  auto finished = responder.finish();
  const auto& profile = responder.profile();
  auto config =
      htx::record_link_config(std::move(finished.keys), noise::Role::responder, finished.peer_static);
  config.early = std::move(finished.first);
  config.unread = std::move(finished.unread);
  config.opening_records = profile.after_first;
  config.alert_record = profile.alert_record;
  config.idle_records = profile.idle_end;
  config.facts.remote_address = ip::limited_remote_address(visitor->socket());
  config.facts.idle_after = profile.idle_after;
  config.counted = link::counted_link(context_.counters, config.facts.remote_address);
  accepted_(std::make_unique<htx::RecordLink>(std::move(visitor), std::move(config), context_.random));
}

net::Task<bool> CoverGate::shake_hands(net::TcpStream& peer, htx::Responder& responder,
                                       const std::vector<base::Bytes>& answer,
                                       Clock::time_point dialled) const {
  const auto known = responder.profile().stall_after;
  const auto limit_after = known > known.zero() ? known : CoverLimits::handshake;
  const net::Deadline limit(peer.executor(), dialled + limit_after - Clock::now(), [&] {
    (void)peer.try_write(responder.stalled(context_.random));
    peer.close();
  });
  for (const auto& write : answer) {
    if (auto sent = co_await net::write_all(peer, write); !sent) co_return false;
  }
  co_return co_await take_second_flight(peer, responder);
}

net::Task<bool> CoverGate::take_second_flight(net::TcpStream& peer, htx::Responder& responder) const {
  base::Bytes arrived;  // at first nothing but what came with the hello, which the responder has
  for (;;) {
    const auto done = responder.receive(arrived);
    const auto tickets = responder.take_output();
    if (auto sent = co_await net::write_all(peer, tickets); !sent) co_return false;
    if (!done) {
      (void)peer.try_write(responder.refusal(done.error(), context_.random));
      peer.close();
      co_return false;
    }
    if (*done) co_return true;
    // Thousands may wait here that say nothing: none holds memory meanwhile.
    base::Bytes().swap(arrived);
    auto got = co_await read_arrived(peer, responder.reads_at_once());
    if (!got) co_return false;
    if (got->empty()) {
      // As a TLS server that waits for Finished does: an end is answered by an end, not by a reset.
      (void)peer.try_write(responder.ended(context_.random));
      peer.close();
      co_return false;
    }
    arrived = std::move(*got);
  }
}

}  // namespace qnet::mirror
