#include "overlay/measure/service.hpp"

#include <algorithm>
#include <optional>

#include <boost/asio/as_tuple.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/this_coro.hpp>
#include <boost/asio/use_awaitable.hpp>

#include "foundation/ip/asio_address.hpp"
#include "foundation/ip/network_guess.hpp"
#include "foundation/net/deadline.hpp"
#include "foundation/net/pump.hpp"
#include "overlay/measure/messages.hpp"
#include "overlay/peer/read_message.hpp"
#include "overlay/session/stream.hpp"

namespace qnet::measure {

namespace {

using StandingOf = std::function<Standing(const crypto::X25519Public&)>;

/// A multiple of the seed's length.
constexpr std::size_t kPiece = 64UL * 1024;

/// So many bytes as the asking side's seed makes them, once that has come.
net::Task<bool> send_pattern(session::Stream& stream, std::uint64_t left) {
  Seed seed{};
  for (std::size_t have = 0; have < seed.size();) {
    const auto got = co_await net::read_some(stream, base::MutableBytes(seed).subspan(have));
    if (!got || *got == 0) co_return false;
    have += *got;
  }
  base::Bytes piece(static_cast<std::size_t>(std::min<std::uint64_t>(left, kPiece)));
  Pattern::fill(seed, piece);
  while (left > 0) {
    const auto size = static_cast<std::size_t>(std::min<std::uint64_t>(left, kPiece));
    if (!co_await net::write_all(stream, base::ByteView(piece).first(size))) co_return false;
    left -= size;
  }
  co_return true;
}

/// In its turn; without a slot for who gets nothing.
net::Task<Allowance::Taken> wait_for_slot(Asker asker, Allowance& allowance, std::uint64_t bytes) {
  const auto executor = co_await boost::asio::this_coro::executor;
  const auto timer = std::make_shared<boost::asio::steady_timer>(executor);
  const auto ends = std::chrono::steady_clock::now() + AllowanceLimits::line;
  // Posted: it runs when this waits.
  const auto wake = [timer, executor] { boost::asio::post(executor, [timer] { timer->cancel(); }); };
  Allowance::Slot place;
  while (std::chrono::steady_clock::now() < ends) {
    timer->expires_at(ends);
    auto taken = allowance.take(asker, bytes, wake, place);
    if (!taken.place) co_return taken;
    place = std::move(taken.place);
    (void)co_await timer->async_wait(boost::asio::as_tuple(boost::asio::use_awaitable));
  }
  Allowance::Taken nothing;
  co_return nothing;
}

Asker asker_of(const link::Facts& facts, const StandingOf& standing_of) {
  const auto& remote = facts.remote_address;
  return {facts.peer_key, standing_of(facts.peer_key),
          remote ? ip::network_guess(ip::from_asio(*remote)) : 0};
}

net::Task<void> serve(std::unique_ptr<session::Stream> stream, std::shared_ptr<Allowance> allowance,
                      StandingOf standing_of) {
  auto& opened = *stream;
  const auto executor = co_await boost::asio::this_coro::executor;
  std::optional<net::Deadline> limit;
  limit.emplace(executor, AllowanceLimits::question, [&opened] { opened.reset(); });
  const auto question = co_await peer::read_message<Amount>(opened);
  if (!question) co_return opened.reset();
  limit.reset();
  const auto asker = asker_of(opened.facts(), standing_of);
  const auto turn = co_await wait_for_slot(asker, *allowance, question->bytes);
  limit.emplace(executor, turn.slot ? turn.most : AllowanceLimits::taking, [&opened] { opened.reset(); });
  const Amount given{turn.slot ? question->bytes : 0};
  const auto answer = given.encode();
  if (!co_await net::write_all(opened, answer)) co_return;
  if (turn.slot && !co_await send_pattern(opened, given.bytes)) co_return;
  // Until the peer has all of it: before, it may lie in this machine's buffers.
  co_await net::finish_and_drain(opened);
}

}  // namespace

session::Handler measure_handler(std::shared_ptr<Allowance> allowance, StandingOf standing_of) {
  return [allowance = std::move(allowance),
          standing_of = std::move(standing_of)](std::unique_ptr<session::Stream> stream) {
    return serve(std::move(stream), allowance, standing_of);
  };
}

}  // namespace qnet::measure
