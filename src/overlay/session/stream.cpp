#include "overlay/session/stream.hpp"

#include <algorithm>
#include <utility>

#include "foundation/net/error.hpp"

namespace qnet::session {

Stream::Stream(std::shared_ptr<Session> session, mux::StreamId id)
    : session_(std::move(session)),
      id_(id),
      readable_(session_->executor()),
      writable_(session_->executor()) {
  session_->streams_.emplace(id_, this);
}

Stream::~Stream() {
  session_->streams_.erase(id_);
  if (was_reset_ || session_->ended_) return;
  session_->mux_.abandon(id_);
  session_->wake_writer();
}

std::optional<base::Error> Stream::obstacle() const {
  if (was_reset_) return base::Error(Errc::stream_reset);
  if (session_->ended_) return session_->reason_;
  if (closed_) return base::Error(net::Errc::closed);
  return std::nullopt;
}

std::optional<base::Error> Stream::write_obstacle() const {
  if (auto why = obstacle()) return why;
  if (session_->closing_) return base::Error(Errc::ended);
  return std::nullopt;
}

base::Result<void> Stream::take_answer() {
  const auto fed = unanswered_->feed(session_->mux_.peek(id_));
  if (!fed) return tl::unexpected(base::Error(Errc::protocol_refused, protocol_));
  session_->mux_.consume(id_, fed->consumed);
  if (fed->agreed) unanswered_.reset();
  return {};
}

net::Task<base::Result<void>> Stream::wait_readable() {
  while (!obstacle() && session_->mux_.readable(id_) == 0 && !session_->mux_.at_end(id_))
    co_await readable_.wait();
  co_return base::Result<void>();
}

base::Result<std::size_t> Stream::try_read(base::MutableBytes out) {
  if (was_reset_) return base::fail(Errc::stream_reset);
  // What arrived before the session ended is still the reader's.
  if (unanswered_) {
    if (auto done = take_answer(); !done) return tl::unexpected(done.error());
  }
  const auto count = unanswered_ ? 0 : session_->mux_.read(id_, out);
  if (count > 0) {
    session_->wake_writer();  // a window update may have been queued
    return count;
  }
  if (session_->mux_.at_end(id_)) {
    if (unanswered_) return base::fail(Errc::protocol_refused, protocol_);
    return 0;
  }
  if (auto why = obstacle()) return tl::unexpected(std::move(*why));
  return base::fail(net::Errc::would_block);
}

base::ByteView Stream::peek() {
  // The answer to our protocol's name comes first, and is try_read()'s.
  if (was_reset_ || unanswered_) return {};
  return session_->mux_.peek(id_);
}

void Stream::consume(std::size_t count) {
  session_->mux_.consume(id_, count);
  session_->wake_writer();  // a window update may have been queued
}

net::Task<base::Result<void>> Stream::wait_writable() {
  while (!write_obstacle() && write_room() == 0) {
    if (session_->mux_.send_window(id_) > 0 && !std::exchange(waits_for_room_, true))
      session_->waiting_for_room_.push_back(id_);
    co_await writable_.wait();
  }
  if (auto why = write_obstacle()) co_return tl::unexpected(std::move(*why));
  co_return base::Result<void>();
}

std::size_t Stream::write_room() const {
  // An error is not a lack of room: try_write() will tell it.
  if (write_obstacle()) return 1;
  return std::min(session_->mux_.send_window(id_), session_->room_for(id_));
}

base::Result<std::size_t> Stream::try_write(base::ByteView bytes) {
  if (auto why = write_obstacle()) return tl::unexpected(std::move(*why));
  const auto count = session_->mux_.send(id_, bytes.first(std::min(bytes.size(), write_room())));
  session_->wake_writer();
  return count;
}

base::MutableBytes Stream::prepare() {
  if (write_obstacle()) return {};
  const auto memory = mux::Yamux::prepare();
  return memory.first(std::min(memory.size(), write_room()));
}

void Stream::commit(std::size_t count) {
  session_->mux_.commit(id_, count);
  session_->wake_writer();
}

void Stream::finish() {
  if (obstacle()) return;
  session_->mux_.finish(id_);
  session_->wake_writer();
}

void Stream::close() {
  finish();
  closed_ = true;
  readable_.notify();
  writable_.notify();
}

void Stream::on_break(std::function<void()> function) {
  if (function && (was_reset_ || session_->ended_)) return function();
  on_break_ = std::move(function);
}

void Stream::came() {
  readable_.notify();
  if (on_readable_) on_readable_();
}

void Stream::broke() {
  readable_.notify();
  writable_.notify();
  if (const auto function = std::exchange(on_break_, nullptr)) function();
}

boost::asio::any_io_executor Stream::executor() { return session_->executor(); }

void Stream::reset() {
  if (was_reset_) return;
  was_reset_ = true;
  if (!session_->ended_) {
    session_->mux_.reset(id_);
    session_->wake_writer();
  }
  readable_.notify();
  writable_.notify();
}

}  // namespace qnet::session
