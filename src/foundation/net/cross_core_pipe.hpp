// One stream of bytes between two cores: a session of one core is joined to a session of another through it.
#pragma once

#include <cstddef>
#include <memory>

#include "foundation/net/byte_stream.hpp"

namespace qnet::net {

/// Bytes that one direction holds unread at most. As much as a pump moves in one turn (kScratchSize), so that
/// a turn of the writing core is one wake-up of the reading core; docs/performance.md has what other bounds
/// give. A direction's buffers take at most twice as much memory (half as much again in the moment in which
/// one grows), and none while the direction is empty.
inline constexpr std::size_t kPipeBound = 256 * 1024;

struct PipeEnds {
  std::unique_ptr<ByteStream> a;
  std::unique_ptr<ByteStream> b;
};

/// What is written to one end is read from the other. `a` and `b` are the executors of plain io_contexts,
/// each run by one thread; they may be the same. `bound` of at least 1.
///
/// Each end belongs to its executor like any ByteStream: it is used there, by coroutines that run there.
/// Either may be moved to its thread before its first use, best in a coroutine that starts there:
///
///   auto [near, far] = cross_core_pipe(here, there);
///   co_spawn(there, [far = std::move(far)]() mutable -> Task<void> { … }, detached);
///
/// The threads share two byte queues, each behind a mutex that is held for one copy of at most 64 KiB. An end
/// that waits is woken by a post to its executor, and not again before it waits again. A writer that found
/// the queue full waits until half of it is free, so that the cores do not wake each other for each read.
///
/// A reset drops what was written and not yet read. After close() of one end the other reads what was
/// written, then the end; what it writes fails with Errc::reset.
///
/// What the owner guarantees: posting to an io_context that is being destroyed by another thread is
/// undefined, and an end posts to the other's executor as long as the other end exists. So an end is
/// destroyed before its io_context, by that context's thread; or the io_contexts are destroyed after all
/// their threads were joined. Then their order does not matter, nor whether ends still live in suspended
/// coroutines. An io_context that has stopped takes at most one handler that nobody runs; the other end finds
/// the queue full, or empty, until the end on it is destroyed, which it sees as a reset.
[[nodiscard]] PipeEnds cross_core_pipe(const boost::asio::any_io_executor& a,
                                       const boost::asio::any_io_executor& b, std::size_t bound = kPipeBound);

}  // namespace qnet::net
