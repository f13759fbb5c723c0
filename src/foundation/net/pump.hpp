// Moving bytes from one stream to another is one operation, whatever the streams are.
#pragma once

#include <atomic>
#include <chrono>
#include <cstdint>

#include "foundation/net/breakable_stream.hpp"
#include "foundation/net/idle_limit.hpp"

namespace qnet::net {

/// What crossed, for the status page; shared by many pumps on several threads.
struct Traffic {
  std::atomic<std::uint64_t> up{0};
  std::atomic<std::uint64_t> down{0};
};

/// Moves `from` to `to` until the end of `from`, which becomes the end of `to`. An error on either side
/// resets both. What `from` holds in memory (peek()) is written from there; what must be read goes through
/// this thread's scratch memory. Holds no buffer while it waits, except for what was read and a slow `to`
/// refused (at most kScratchSize). `idle`, when there is one, is told of every move.
Task<base::Result<void>> pump(ByteStream& from, ByteStream& to, std::atomic<std::uint64_t>& moved,
                              IdleLimit* idle = nullptr);

/// Both directions at once, until both have ended or one has failed. `up` counts a to b.
Task<void> join(ByteStream& a, ByteStream& b, Traffic& traffic);

/// The same for the side that asked, `a`, and what was found for it, `b`. When `a` breaks, both are reset at
/// once, also while `b` takes nothing and says nothing. What came before the break still goes to `b`, as far
/// as that takes it without a wait. A half close is no break. What breaks `b` is noticed by the direction
/// that reads it or writes to it: `a` may still want what it sent.
Task<void> join(BreakableStream& a, ByteStream& b, Traffic& traffic);

/// The same; resets both as well when nothing has moved either way for `idle`.
Task<void> join(BreakableStream& a, ByteStream& b, Traffic& traffic,
                std::chrono::steady_clock::duration idle);

/// Writes all of `bytes`, waiting as long as it takes.
Task<base::Result<void>> write_all(ByteStream& to, base::ByteView bytes);

/// At least one byte, or 0 at the end.
Task<base::Result<std::size_t>> read_some(ByteStream& from, base::MutableBytes out);

/// Says that no more comes, and reads until the other side has said so too: a stream that is left before that
/// is reset, and a reset would overtake what was written last. The caller bounds the time.
Task<void> finish_and_drain(ByteStream& stream);

/// A buffer of this thread's, for use between two suspensions only.
inline constexpr std::size_t kScratchSize = 256 * 1024;
[[nodiscard]] base::MutableBytes thread_scratch();

}  // namespace qnet::net
