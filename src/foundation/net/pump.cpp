#include "foundation/net/pump.hpp"

#include <algorithm>
#include <array>
#include <memory>
#include <utility>

#include <boost/asio/experimental/awaitable_operators.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/this_coro.hpp>
#include <boost/asio/use_awaitable.hpp>

#include "foundation/net/error.hpp"

namespace qnet::net {

namespace {

// A pump that always finds bytes must still let its neighbours on this core have their turn.
constexpr unsigned kTurnsBeforeYield = 8;

/// The source of a pump, where it is watched as well (BreakWatch).
struct Source {
  bool broken = false;
  bool unread = false;  ///< the pump waits for room, or has ended: it would not notice

  /// False when it has broken already.
  [[nodiscard]] bool leave() {
    unread = true;
    return !broken;
  }
};

/// Writes scratch memory; returns a copy of what `to` refused, which outlives a suspension.
base::Result<base::Bytes> write_or_keep(ByteStream& to, base::ByteView bytes) {
  const auto put = to.try_write(bytes);
  if (!put) return tl::unexpected(put.error());
  const auto rest = bytes.subspan(*put);
  return base::Bytes(rest.begin(), rest.end());
}

Task<base::Result<void>> pump_until_end(ByteStream& from, ByteStream& to, std::atomic<std::uint64_t>& moved,
                                        IdleLimit* idle, Source& source) {
  const auto count = [&moved, idle](std::size_t bytes) {
    moved.fetch_add(bytes, std::memory_order_relaxed);
    if (idle != nullptr) idle->touch();
  };
  bool refused = false;
  for (unsigned turn = 1;; ++turn) {
    const auto room = to.write_room();
    if (room == 0 || std::exchange(refused, false)) {
      if (!source.leave()) co_return base::fail(Errc::reset);
      if (auto ready = co_await to.wait_writable(); !ready) co_return ready;
      source.unread = false;
      continue;
    }
    if (const auto held = from.peek(); !held.empty()) {
      const auto put = to.try_write(held.first(std::min({room, held.size(), kScratchSize})));
      if (!put) co_return tl::unexpected(put.error());
      refused = *put == 0;
      if (refused) continue;
      from.consume(*put);
      count(*put);
    } else {
      // Into memory of `to` where it has some: then nothing is copied.
      const auto prepared = to.prepare();
      const auto memory = prepared.empty() ? thread_scratch() : prepared;
      const auto got = from.try_read(memory.first(std::min(room, memory.size())));
      if (!got) {
        if (!got.error().is(Errc::would_block)) co_return tl::unexpected(got.error());
        if (auto ready = co_await from.wait_readable(); !ready) co_return ready;
        continue;
      }
      if (*got == 0) {
        if (!source.leave()) co_return base::fail(Errc::reset);
        to.finish();
        co_return base::Result<void>();
      }
      count(*got);
      if (!prepared.empty()) {
        to.commit(*got);
      } else {
        const auto kept = write_or_keep(to, memory.first(*got));
        if (!kept) co_return tl::unexpected(kept.error());
        if (!kept->empty()) {
          if (!source.leave()) co_return base::fail(Errc::reset);
          if (auto written = co_await write_all(to, *kept); !written) co_return written;
          source.unread = false;
        }
      }
    }
    if (turn % kTurnsBeforeYield == 0) co_await boost::asio::post(boost::asio::use_awaitable);
  }
}

Task<base::Result<void>> pump_or_reset(ByteStream& from, ByteStream& to, std::atomic<std::uint64_t>& moved,
                                       IdleLimit* idle, Source& source) {
  auto ended = co_await pump_until_end(from, to, moved, idle, source);
  if (!ended) {
    from.reset();
    to.reset();
  }
  co_return ended;
}

Task<void> join_with(BreakableStream& a, ByteStream& b, Traffic& traffic, IdleLimit* idle) {
  using boost::asio::experimental::awaitable_operators::operator&&;
  Source asking;
  Source answering;  // nobody watches it
  const BreakWatch watch(a, [&a, &b, &asking] {
    asking.broken = true;
    if (!asking.unread) return;  // the pump sees it, behind what came before
    a.reset();
    b.reset();
  });
  (void)co_await (pump_or_reset(a, b, traffic.up, idle, asking) &&
                  pump_or_reset(b, a, traffic.down, idle, answering));
}

}  // namespace

base::MutableBytes thread_scratch() {
  thread_local const auto buffer = std::make_unique<std::uint8_t[]>(kScratchSize);
  return {buffer.get(), kScratchSize};
}

Task<base::Result<void>> pump(ByteStream& from, ByteStream& to, std::atomic<std::uint64_t>& moved,
                              IdleLimit* idle) {
  Source source;
  co_return co_await pump_or_reset(from, to, moved, idle, source);
}

Task<void> join(ByteStream& a, ByteStream& b, Traffic& traffic) {
  using boost::asio::experimental::awaitable_operators::operator&&;
  (void)co_await (pump(a, b, traffic.up) && pump(b, a, traffic.down));
}

Task<void> join(BreakableStream& a, ByteStream& b, Traffic& traffic) {
  return join_with(a, b, traffic, nullptr);
}

Task<void> join(BreakableStream& a, ByteStream& b, Traffic& traffic,
                std::chrono::steady_clock::duration idle) {
  IdleLimit limit(co_await boost::asio::this_coro::executor, idle, [&a, &b] {
    a.reset();
    b.reset();
  });
  co_await join_with(a, b, traffic, &limit);
}

Task<base::Result<void>> write_all(ByteStream& to, base::ByteView bytes) {
  while (!bytes.empty()) {
    const auto put = to.try_write(bytes);
    if (!put) co_return tl::unexpected(put.error());
    bytes = bytes.subspan(*put);
    if (bytes.empty()) break;
    if (auto ready = co_await to.wait_writable(); !ready) co_return ready;
  }
  co_return base::Result<void>();
}

Task<base::Result<std::size_t>> read_some(ByteStream& from, base::MutableBytes out) {
  for (;;) {
    auto got = from.try_read(out);
    if (got || !got.error().is(Errc::would_block)) co_return got;
    if (auto ready = co_await from.wait_readable(); !ready) co_return tl::unexpected(ready.error());
  }
}

Task<void> finish_and_drain(ByteStream& stream) {
  stream.finish();
  std::array<std::uint8_t, 1024> ignored{};
  for (;;) {
    const auto got = co_await read_some(stream, ignored);
    if (!got || *got == 0) co_return;
  }
}

}  // namespace qnet::net
