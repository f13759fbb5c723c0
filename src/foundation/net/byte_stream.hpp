// One reliable stream of bytes in both directions: a TCP connection, or a stream inside a Session.
#pragma once

#include <algorithm>
#include <cstdint>
#include <limits>

#include <boost/asio/any_io_executor.hpp>
#include <boost/asio/awaitable.hpp>

#include "foundation/base/bytes.hpp"
#include "foundation/base/result.hpp"

namespace qnet::net {

template <class T>
using Task = boost::asio::awaitable<T>;

/// Of what was written: as far as the stream knows, and without what it has put around it.
struct Outgoing {
  std::uint64_t acknowledged = 0;  ///< bytes that the other machine has acknowledged so far
  std::size_t waiting = 0;         ///< bytes that it has not
};

/// The room of a stream that turns `piece` bytes into `made` bytes of the stream below, which has the room
/// `below`: whole pieces, at least one where there is any room. Then who writes as much as there is room for
/// makes whole pieces on a slow line as on a fast one, and their sizes say nothing of the line.
[[nodiscard]] constexpr std::size_t whole_pieces(std::size_t below, std::size_t piece, std::size_t made) {
  if (below == 0 || below == std::numeric_limits<std::size_t>::max()) return below;
  return std::max<std::size_t>(below / made, 1) * piece;
}

/// Belongs to one io_context; every call is made there. At most one reader and one writer at a time.
/// A stream destroyed before its end is reset.
class ByteStream {
 public:
  ByteStream() = default;
  ByteStream(const ByteStream&) = delete;
  ByteStream& operator=(const ByteStream&) = delete;
  virtual ~ByteStream() = default;

  /// Waits until try_read() has something to say: bytes, the end, or an error.
  virtual Task<base::Result<void>> wait_readable() = 0;

  /// Takes what is there now: `would_block()` when nothing is, 0 bytes at the peer's orderly end.
  virtual base::Result<std::size_t> try_read(base::MutableBytes out) = 0;

  /// The first of the received bytes that this stream holds in memory, so that they can be written elsewhere
  /// without a copy; empty when it holds none. Then try_read() says whether there are bytes, the end or an
  /// error: a stream that holds nothing need not override this. Once shown, bytes stay the first to be read
  /// until they are consumed, or the stream fails. The view is valid until the next try_read(), peek(),
  /// consume(), reset() or close(), and at most until the caller suspends; writing, also to this stream,
  /// leaves it valid.
  [[nodiscard]] virtual base::ByteView peek() { return {}; }

  /// Takes the first `count` bytes as try_read() would; at most as many as the last peek() showed.
  virtual void consume(std::size_t /*count*/) {}

  /// Waits until try_write() would take at least one byte.
  virtual Task<base::Result<void>> wait_writable() = 0;

  /// How many bytes try_write() takes now without refusing any; SIZE_MAX when only trying tells. A stream
  /// that makes pieces of what it is given, which an observer can measure, says whole_pieces().
  [[nodiscard]] virtual std::size_t write_room() const = 0;

  /// Takes as many of the first bytes as there is room for now, perhaps none.
  virtual base::Result<std::size_t> try_write(base::ByteView bytes) = 0;

  /// How what was written gets on; zeros when the stream does not know.
  [[nodiscard]] virtual Outgoing outgoing() const { return {}; }

  /// Memory in which the next bytes can be made instead of written, so that they are not copied: as much as
  /// try_write() would take now; empty when this stream has none to give. Valid until the next call on any
  /// stream of this thread but try_read() on another one, and at most until the caller suspends.
  [[nodiscard]] virtual base::MutableBytes prepare() { return {}; }

  /// Writes the first `count` bytes of what prepare() gave.
  virtual void commit(std::size_t /*count*/) {}

  /// Ends this direction only: the peer reads the end after what was written. Reading goes on.
  virtual void finish() = 0;

  /// Ends both directions at once; the peer sees a reset, not an end.
  virtual void reset() = 0;

  /// Ends both directions in an orderly way: what was written is still delivered, as far as the peer takes
  /// it; nothing more is read or written here, and whoever waits is woken with an error.
  virtual void close() = 0;

  /// Of the io_context that it belongs to.
  [[nodiscard]] virtual boost::asio::any_io_executor executor() = 0;
};

}  // namespace qnet::net
