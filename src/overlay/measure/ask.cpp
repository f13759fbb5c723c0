#include "overlay/measure/ask.hpp"

#include <boost/asio/this_coro.hpp>

#include "foundation/net/deadline.hpp"
#include "foundation/net/pump.hpp"
#include "overlay/measure/messages.hpp"
#include "overlay/peer/read_message.hpp"
#include "overlay/session/stream.hpp"

namespace qnet::measure {

namespace {

TimePoint now() { return std::chrono::steady_clock::now(); }

/// Until all has come. False when the other side ends before, or sends something else.
net::Task<bool> take(session::Stream& stream, Pattern pattern, Transfer& transfer) {
  while (transfer.left() > 0) {
    if (!co_await stream.wait_readable()) co_return false;
    const auto there = stream.peek();
    if (there.empty() || there.size() > transfer.left() || !pattern.takes(there)) co_return false;
    transfer.got(there.size(), now());
    stream.consume(there.size());
  }
  co_return true;
}

/// Nothing when the relay does not give all that was asked for, as long as this side lets it.
net::Task<std::optional<Transfer>> ask_for(session::Session& session, std::uint64_t bytes, TimePoint ends,
                                           base::RandomSource& random) {
  const auto executor = co_await boost::asio::this_coro::executor;
  const Amount question{bytes};
  auto opened = session.open(kMeasureProtocol, question.encode());
  if (!opened) co_return std::nullopt;
  auto& stream = **opened;
  std::optional<net::Deadline> limit;
  limit.emplace(executor, ends - now(), [&stream] { stream.reset(); });
  const auto answer = co_await peer::read_message<Amount>(stream);
  if (!answer || answer->bytes != bytes) co_return std::nullopt;
  limit.emplace(executor, RunLimits::transfer, [&stream] { stream.reset(); });
  Seed seed{};
  random.fill(seed);
  Transfer transfer(bytes, now());
  if (!co_await net::write_all(stream, seed)) co_return std::nullopt;
  const bool whole = co_await take(stream, Pattern(seed), transfer);
  if (!whole && !limit->expired()) co_return std::nullopt;
  if (!whole) transfer.cut(now());
  // The relay's turn is over when this has come, and the next one's begins.
  stream.finish();
  co_return transfer;
}

}  // namespace

net::Task<std::optional<std::uint64_t>> measure(std::shared_ptr<session::Session> session, std::size_t steps,
                                                base::RandomSource& random) {
  const auto ends = now() + RunLimits::answers;
  Transfers run(steps, random);
  while (const auto size = run.next()) {
    const auto transfer = co_await ask_for(*session, *size, ends, random);
    if (!transfer) break;
    run.took(*transfer);
  }
  co_return run.rate();
}

}  // namespace qnet::measure
