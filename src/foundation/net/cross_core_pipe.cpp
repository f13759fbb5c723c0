#include "foundation/net/cross_core_pipe.hpp"

#include <algorithm>
#include <array>
#include <bit>
#include <cassert>
#include <mutex>
#include <optional>
#include <utility>

#include <boost/asio/post.hpp>

#include "foundation/net/error.hpp"
#include "foundation/net/signal.hpp"

namespace qnet::net {

namespace {

constexpr std::size_t kPiece = 64 * 1024;  // the longest copy under the mutex: about 10 µs

class End;

/// One direction; all of it behind Pipe::mutex.
struct Lane {
  base::Bytes queued;      // written, and not yet taken over by the reading end
  std::size_t unread = 0;  // of `queued`, and of what the reading end took over
  bool finished = false;   // by the writing end
  bool refused = false;    // by the reading end, which has closed
  bool reader_waits = false;
  bool writer_waits = false;

  void push(base::ByteView bytes, std::size_t bound) {
    const auto needed = queued.size() + bytes.size();
    if (needed > queued.capacity()) queued.reserve(std::min(bound, std::bit_ceil(needed)));
    base::append(queued, bytes);
    unread += bytes.size();
  }

  /// Its memory, for the caller to free once the mutex is free.
  [[nodiscard]] base::Bytes drop() {
    unread = 0;
    return std::exchange(queued, {});
  }
};

/// How the other end reaches an end.
struct Side {
  std::mutex
      mutex;  // held while posting, so that the end is not destroyed, and its io_context after it, meanwhile
  std::optional<boost::asio::any_io_executor> executor;  // until the end is destroyed
  End* end = nullptr;                                    // used on the executor's thread only
};

/// What both ends share.
struct Pipe : std::enable_shared_from_this<Pipe> {
  explicit Pipe(std::size_t bytes) : bound(bytes) { assert(bytes > 0); }

  /// From any thread.
  void wake(std::size_t side);

  std::size_t bound;
  std::mutex mutex;
  std::array<Lane, 2> lanes;  // written by the end of the same index
  bool reset = false;
  std::array<Side, 2> sides;
};

class End final : public ByteStream {
 public:
  End(std::shared_ptr<Pipe> pipe, std::size_t side, const boost::asio::any_io_executor& executor);
  ~End() override;

  Task<base::Result<void>> wait_readable() override;
  base::Result<std::size_t> try_read(base::MutableBytes out) override;
  [[nodiscard]] base::ByteView peek() override;
  void consume(std::size_t count) override;
  Task<base::Result<void>> wait_writable() override;
  [[nodiscard]] std::size_t write_room() const override;
  base::Result<std::size_t> try_write(base::ByteView bytes) override;
  void finish() override;
  void reset() override;
  void close() override;
  [[nodiscard]] boost::asio::any_io_executor executor() override { return executor_; }

  void wake_here() {
    readable_.notify();
    writable_.notify();
  }

 private:
  enum class Incoming { bytes, nothing, end, reset };

  [[nodiscard]] Lane& in() const { return pipe_->lanes[1 - side_]; }
  [[nodiscard]] Lane& out() const { return pipe_->lanes[side_]; }
  /// What can be read now; takes over what the other end has queued. If nothing, `wait` asks to be woken.
  Incoming look(bool wait);
  /// Why nothing can be written, if so. The mutex is locked.
  [[nodiscard]] std::optional<Errc> write_obstacle() const;
  /// Runs `change` with the mutex locked, and wakes the other end if it says so.
  template <class Change>
  void locked(Change change);
  /// Ends both directions for this end.
  void leave();

  std::shared_ptr<Pipe> pipe_;
  std::size_t side_;
  boost::asio::any_io_executor executor_;
  Signal readable_;
  Signal writable_;
  base::Bytes taken_;  // bytes to read that the other end cannot touch any more
  std::size_t head_ = 0;
  bool finished_ = false;
  bool at_end_ = false;
  bool over_ = false;  // reset or closed here
};

void Pipe::wake(std::size_t side) {
  const std::lock_guard lock(sides[side].mutex);
  if (!sides[side].executor) return;
  boost::asio::post(*sides[side].executor, [self = shared_from_this(), side] {
    if (auto* const end = self->sides[side].end) end->wake_here();
  });
}

End::End(std::shared_ptr<Pipe> pipe, std::size_t side, const boost::asio::any_io_executor& executor)
    : pipe_(std::move(pipe)), side_(side), executor_(executor), readable_(executor), writable_(executor) {
  pipe_->sides[side_].executor = executor;
  pipe_->sides[side_].end = this;
}

End::~End() {
  if (!finished_ || !at_end_) reset();
  pipe_->sides[side_].end = nullptr;
  const std::lock_guard lock(pipe_->sides[side_].mutex);
  pipe_->sides[side_].executor.reset();
}

template <class Change>
void End::locked(Change change) {
  bool wake = false;
  {
    const std::lock_guard lock(pipe_->mutex);
    wake = change();
  }
  if (wake) pipe_->wake(1 - side_);
}

End::Incoming End::look(bool wait) {
  if (head_ < taken_.size()) return Incoming::bytes;
  const std::lock_guard lock(pipe_->mutex);
  if (pipe_->reset) return Incoming::reset;
  if (!in().queued.empty()) {
    // The writing end goes on with the memory that this one has read.
    taken_.swap(in().queued);
    return Incoming::bytes;
  }
  if (in().finished) return Incoming::end;
  in().reader_waits |= wait;
  return Incoming::nothing;
}

Task<base::Result<void>> End::wait_readable() {
  while (!over_ && look(true) == Incoming::nothing) co_await readable_.wait();
  if (over_) co_return base::fail(Errc::closed);
  co_return base::Result<void>();
}

base::Result<std::size_t> End::try_read(base::MutableBytes into) {
  if (over_) return base::fail(Errc::closed);
  switch (look(false)) {
    case Incoming::nothing: return base::fail(Errc::would_block);
    case Incoming::reset: return base::fail(Errc::reset);
    case Incoming::end: at_end_ = true; return 0;
    case Incoming::bytes: break;
  }
  const auto count = std::min(taken_.size() - head_, into.size());
  std::ranges::copy(base::ByteView(taken_).subspan(head_, count), into.begin());
  consume(count);
  return count;
}

base::ByteView End::peek() {
  if (over_ || look(false) != Incoming::bytes) return {};
  return base::ByteView(taken_).subspan(head_);
}

void End::consume(std::size_t count) {
  if (over_ || count == 0) return;
  assert(count <= taken_.size() - head_);
  head_ += count;
  const bool used_up = head_ == taken_.size();
  if (used_up) {
    taken_.clear();
    head_ = 0;
  }
  bool idle = false;
  base::Bytes spare;
  locked([&] {
    idle = used_up && in().queued.empty();
    if (idle) spare.swap(in().queued);
    if (!pipe_->reset) in().unread -= count;
    return in().unread <= pipe_->bound / 2 && std::exchange(in().writer_waits, false);
  });
  if (idle) base::Bytes().swap(taken_);
}

std::optional<Errc> End::write_obstacle() const {
  if (over_ || finished_) return Errc::closed;
  if (pipe_->reset || out().refused) return Errc::reset;
  return std::nullopt;
}

Task<base::Result<void>> End::wait_writable() {
  for (;;) {
    std::optional<Errc> obstacle;
    bool full = false;
    locked([&] {
      obstacle = write_obstacle();
      full = out().unread == pipe_->bound;
      out().writer_waits = full;
      return false;
    });
    if (obstacle) co_return base::fail(*obstacle);
    if (!full) co_return base::Result<void>();
    co_await writable_.wait();
  }
}

std::size_t End::write_room() const {
  const std::lock_guard lock(pipe_->mutex);
  // An error is not a lack of room: try_write() will tell it.
  return write_obstacle() ? 1 : pipe_->bound - out().unread;
}

base::Result<std::size_t> End::try_write(base::ByteView bytes) {
  std::size_t total = 0;
  std::optional<Errc> obstacle;
  std::size_t count = 0;
  do {
    locked([&] {
      obstacle = write_obstacle();
      count = obstacle ? 0 : std::min({bytes.size() - total, pipe_->bound - out().unread, kPiece});
      out().push(bytes.subspan(total, count), pipe_->bound);
      return count > 0 && std::exchange(out().reader_waits, false);
    });
    total += count;
  } while (count > 0 && total < bytes.size());
  if (obstacle && total == 0) return base::fail(*obstacle);
  return total;
}

void End::finish() {
  if (over_ || std::exchange(finished_, true)) return;
  locked([&] {
    out().finished = true;
    return std::exchange(out().reader_waits, false);
  });
}

void End::leave() {
  over_ = finished_ = at_end_ = true;
  head_ = 0;
  base::Bytes().swap(taken_);
  wake_here();
}

void End::reset() {
  if (over_) return;
  std::array<base::Bytes, 2> freed;
  leave();
  locked([&] {
    pipe_->reset = true;
    freed = {in().drop(), out().drop()};
    const bool reader_waits = std::exchange(out().reader_waits, false);
    return std::exchange(in().writer_waits, false) || reader_waits;
  });
}

void End::close() {
  if (over_) return;
  finish();
  base::Bytes freed;
  leave();
  locked([&] {
    in().refused = true;
    freed = in().drop();
    return std::exchange(in().writer_waits, false);
  });
}

}  // namespace

PipeEnds cross_core_pipe(const boost::asio::any_io_executor& a, const boost::asio::any_io_executor& b,
                         std::size_t bound) {
  const auto pipe = std::make_shared<Pipe>(bound);
  return {std::make_unique<End>(pipe, 0, a), std::make_unique<End>(pipe, 1, b)};
}

}  // namespace qnet::net
