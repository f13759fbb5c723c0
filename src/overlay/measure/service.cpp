#include "overlay/measure/service.hpp"

#include <algorithm>
#include <array>
#include <optional>

#include <boost/asio/as_tuple.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/this_coro.hpp>
#include <boost/asio/use_awaitable.hpp>

#include "foundation/net/deadline.hpp"
#include "foundation/net/pump.hpp"
#include "overlay/measure/messages.hpp"
#include "overlay/peer/read_message.hpp"
#include "overlay/session/stream.hpp"

namespace qnet::measure {

namespace {

using StandingOf = std::function<Standing(const crypto::X25519Public&)>;

constexpr std::size_t kPiece = 64UL * 1024;
constexpr std::array<std::uint8_t, kPiece> kZeros{};

net::Task<bool> send_zeros(session::Stream& stream, std::uint64_t left) {
  while (left > 0) {
    const auto piece = static_cast<std::size_t>(std::min<std::uint64_t>(left, kPiece));
    if (!co_await net::write_all(stream, base::ByteView(kZeros).first(piece))) co_return false;
    left -= piece;
  }
  co_return true;
}

/// In its turn; null for who gets nothing.
net::Task<Allowance::Slot> wait_for_slot(const link::Facts& facts, Allowance& allowance, Standing standing,
                                         std::uint64_t bytes) {
  const auto executor = co_await boost::asio::this_coro::executor;
  const auto timer = std::make_shared<boost::asio::steady_timer>(executor);
  const auto ends = std::chrono::steady_clock::now() + AllowanceLimits::line;
  for (;;) {
    const auto now = std::chrono::steady_clock::now();
    if (now >= ends) co_return nullptr;
    timer->expires_at(ends);
    // Posted: it runs when this waits.
    const auto wake = [timer, executor] { boost::asio::post(executor, [timer] { timer->cancel(); }); };
    auto taken = allowance.take(facts.peer_key, standing, bytes, now, wake);
    if (!taken.waits) co_return std::move(taken.slot);
    (void)co_await timer->async_wait(boost::asio::as_tuple(boost::asio::use_awaitable));
  }
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
  const auto standing = standing_of(opened.facts().peer_key);
  const auto slot = co_await wait_for_slot(opened.facts(), *allowance, standing, question->bytes);
  limit.emplace(executor, AllowanceLimits::taking, [&opened] { opened.reset(); });
  const Amount given{slot ? question->bytes : 0};
  const auto answer = given.encode();
  if (!co_await net::write_all(opened, answer)) co_return;
  if (!co_await send_zeros(opened, given.bytes)) co_return;
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
