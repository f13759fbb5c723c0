#include "protocol/h2/stream.hpp"

#include <utility>

#include "foundation/net/error.hpp"

namespace qnet::h2 {

Stream::Stream(std::shared_ptr<Connection> connection, StreamId id)
    : connection_(std::move(connection)),
      id_(id),
      readable_(connection_->lower_->executor()),
      writable_(connection_->lower_->executor()) {
  connection_->streams_.emplace(id_, this);
}

Stream::~Stream() {
  connection_->streams_.erase(id_);
  connection_->engine_.release(id_);
  connection_->stream_is_gone();
}

std::optional<base::Error> Stream::obstacle() const {
  if (closed_) return base::Error(net::Errc::closed);
  if (connection_->engine_.was_reset(id_)) return base::Error(Errc::stream_reset);
  if (connection_->ended_) return connection_->reason_;
  return std::nullopt;
}

void Stream::wake() {
  readable_.notify();
  writable_.notify();
}

net::Task<base::Result<void>> Stream::wait_headers() {
  while (!has_headers_) {
    if (auto why = obstacle()) co_return tl::unexpected(std::move(*why));
    co_await readable_.wait();
  }
  co_return base::Result<void>();
}

base::Result<void> Stream::respond(const Headers& headers, bool end) {
  if (auto why = obstacle()) return tl::unexpected(std::move(*why));
  auto done = connection_->engine_.respond(id_, headers, end);
  connection_->wake_writer();
  return done;
}

void Stream::widen() {
  connection_->engine_.widen(id_);
  connection_->wake_writer();
}

net::Task<base::Result<void>> Stream::wait_readable() {
  const auto& engine = connection_->engine_;
  while (!obstacle() && engine.readable(id_) == 0 && !engine.at_end(id_)) co_await readable_.wait();
  co_return base::Result<void>();
}

base::Result<std::size_t> Stream::try_read(base::MutableBytes out) {
  auto& engine = connection_->engine_;
  // What arrived before a reset is still the reader's, but not before our own close.
  if (!closed_) {
    if (const auto count = engine.read(id_, out); count > 0) {
      connection_->wake_writer();  // a window update may have been queued
      return count;
    }
    if (engine.at_end(id_)) return 0;
  }
  if (auto why = obstacle()) return tl::unexpected(std::move(*why));
  return base::fail(net::Errc::would_block);
}

net::Task<base::Result<void>> Stream::wait_writable() {
  waits_for_room_ = true;
  while (!obstacle() && connection_->engine_.room(id_) == 0) co_await writable_.wait();
  waits_for_room_ = false;
  if (auto why = obstacle()) co_return tl::unexpected(std::move(*why));
  co_return base::Result<void>();
}

std::size_t Stream::write_room() const {
  // An error is not a lack of room: try_write() will tell it.
  return obstacle() ? 1 : connection_->engine_.room(id_);
}

net::Outgoing Stream::outgoing() const { return connection_->lower_->outgoing(); }

base::Result<std::size_t> Stream::try_write(base::ByteView bytes) {
  if (auto why = obstacle()) return tl::unexpected(std::move(*why));
  const auto count = connection_->engine_.write(id_, bytes);
  connection_->wake_writer();
  return count;
}

void Stream::finish() {
  if (obstacle()) return;
  connection_->engine_.finish(id_);
  connection_->wake_writer();
}

void Stream::reset() {
  if (!closed_ && !connection_->ended_) {
    connection_->engine_.reset(id_);
    connection_->wake_writer();
  }
  wake();
}

void Stream::close() {
  finish();
  closed_ = true;
  wake();
}

}  // namespace qnet::h2
