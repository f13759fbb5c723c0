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

/// Takes what is there, for as long as something comes. What it is says nothing, so it is not looked at.
net::Task<void> take(session::Stream& stream, Transfer& transfer) {
  while (co_await stream.wait_readable()) {
    const auto there = stream.peek().size();
    if (there == 0) co_return;  // the end
    stream.consume(there);
    transfer.got(there, now());
  }
}

/// Nothing when the relay gives nothing.
net::Task<std::optional<Transfer>> ask_for(session::Session& session, std::uint64_t bytes, TimePoint ends) {
  const auto executor = co_await boost::asio::this_coro::executor;
  const Amount question{bytes};
  auto opened = session.open(kMeasureProtocol, question.encode());
  if (!opened) co_return std::nullopt;
  auto& stream = **opened;
  const net::Deadline whole(executor, ends - now(), [&stream] { stream.reset(); });
  const auto answer = co_await peer::read_message<Amount>(stream);
  if (!answer || answer->bytes != bytes) co_return std::nullopt;
  const net::Deadline limit(executor, RunLimits::transfer, [&stream] { stream.reset(); });
  Transfer transfer(bytes, now());
  co_await take(stream, transfer);
  // The relay's turn is over when this has come, and the next one's begins.
  stream.finish();
  co_return transfer;
}

}  // namespace

net::Task<std::optional<std::uint64_t>> measure(std::shared_ptr<session::Session> session, std::size_t steps,
                                                base::RandomSource& random) {
  const auto ends = now() + RunLimits::whole;
  Transfers run(steps, random);
  while (const auto size = run.next()) {
    const auto transfer = co_await ask_for(*session, *size, ends);
    if (!transfer) break;
    run.took(*transfer);
  }
  co_return run.rate();
}

}  // namespace qnet::measure
