#include "protocol/h2/connection.hpp"

#include <algorithm>
#include <utility>

#include <boost/asio/as_tuple.hpp>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/use_awaitable.hpp>

#include "foundation/net/error.hpp"
#include "foundation/net/pump.hpp"
#include "protocol/h2/stream.hpp"

namespace qnet::h2 {

namespace asio = boost::asio;

namespace {

constexpr auto kAwait = asio::as_tuple(asio::use_awaitable);
using Clock = std::chrono::steady_clock;

auto now() { return Clock::now(); }

}  // namespace

std::shared_ptr<Connection> Connection::start(std::unique_ptr<net::ByteStream> lower, Role role,
                                              const Limits& limits, Handler handler, base::Bytes received) {
  // Not make_shared: the constructor is private.
  const std::shared_ptr<Connection> connection(
      new Connection(std::move(lower), role, limits, std::move(handler)));
  connection->launch(std::move(received));
  return connection;
}

Connection::Connection(std::unique_ptr<net::ByteStream> lower, Role role, const Limits& limits,
                       Handler handler)
    : lower_(std::move(lower)),
      role_(role),
      limits_(limits),
      handler_(std::move(handler)),
      engine_(role, limits),
      work_(lower_->executor()),
      idle_(lower_->executor()),
      last_use_(now()) {}

void Connection::launch(base::Bytes received) {
  // They keep it: its owner may drop it before they first run.
  const auto spawn = [executor = lower_->executor()](auto loop) {
    asio::co_spawn(executor, std::move(loop), asio::detached);
  };
  spawn([self = shared_from_this(), received = std::move(received)]() mutable {
    return self->read_loop(std::move(received));
  });
  spawn([self = shared_from_this()] { return self->write_loop(); });
  if (role_ == Role::server) spawn([self = shared_from_this()] { return self->watch_idleness(); });
}

base::Result<std::unique_ptr<Stream>> Connection::request(const Headers& headers) {
  if (ended_) return tl::unexpected(reason_);
  const auto id = engine_.request(headers);
  if (!id) return tl::unexpected(id.error());
  wake_writer();
  return std::unique_ptr<Stream>(new Stream(shared_from_this(), *id));
}

void Connection::close() {
  if (ended_) return;
  engine_.go_away();
  wake_writer();
}

void Connection::on_end(std::function<void()> function) {
  if (ended_) return function();
  on_end_ = std::move(function);
}

net::Task<void> Connection::read_loop(base::Bytes received) {
  const auto self = shared_from_this();
  base::Result<void> taken = received.empty() ? base::Result<void>() : engine_.receive(received);
  dispatch();
  while (taken && !ended_) {
    const auto scratch = net::thread_scratch();
    const auto got = lower_->try_read(scratch);
    if (got && *got == 0) co_return end(Errc::ended);
    if (got) {
      taken = engine_.receive(scratch.first(*got));
      dispatch();
      wake_writer();  // for window updates and answers
      co_await asio::post(lower_->executor(), asio::use_awaitable);
    } else if (!got.error().is(net::Errc::would_block)) {
      co_return end(got.error());
    } else if (const auto ready = co_await lower_->wait_readable(); !ready) {
      co_return end(ready.error());
    }
  }
  if (taken) co_return;
  // Best effort, as a web server does: the GOAWAY says what was wrong.
  engine_.output(frames_, limits_.frames);
  (void)lower_->try_write(frames_.view());
  end(taken.error());
}

void Connection::dispatch() {
  while (const auto event = engine_.next_event()) {
    last_use_ = now();
    const auto found = streams_.find(event->stream);
    if (found != streams_.end()) {
      if (event->kind == Event::Kind::headers) found->second->has_headers_ = true;
      found->second->wake();
    } else if (event->kind == Event::Kind::headers && handler_) {
      std::unique_ptr<Stream> stream(new Stream(shared_from_this(), event->stream));
      stream->has_headers_ = true;
      asio::co_spawn(lower_->executor(), handler_(std::move(stream)), asio::detached);
    }
  }
}

net::Task<void> Connection::write_loop() {
  const auto self = shared_from_this();
  while (!ended_) {
    engine_.output(frames_, limits_.frames);
    dispatch();  // what was sent may have ended streams
    offer_room();
    if (frames_.empty()) {
      if (engine_.finished()) break;
      co_await work_.wait();
      continue;
    }
    const auto put = lower_->try_write(frames_.view().first(writable()));
    if (!put) co_return end(put.error());
    frames_.pop(*put);
    if (*put > 0) {
      co_await asio::post(lower_->executor(), asio::use_awaitable);
    } else if (const auto ready = co_await lower_->wait_writable(); !ready) {
      co_return end(ready.error());
    }
  }
  end(Errc::ended);
}

/// While the engine has more, whole records of TLS: how often there is a short one would tell how fast the
/// connection below takes what it is given.
std::size_t Connection::writable() const {
  const auto size = frames_.size();
  return size < limits_.frames ? size : size - size % Limits::record;
}

net::Task<void> Connection::watch_idleness() {
  const auto self = shared_from_this();
  while (!ended_) {
    const bool stalls = engine_.unsent() > 0 && engine_.sent() == sent_;
    if (!stalls || !stalls_) stalled_since_ = now();
    stalls_ = stalls;
    sent_ = engine_.sent();
    auto due = (streams_.empty() ? last_use_ : now()) + limits_.idle;
    if (engine_.unsent() > 0) due = std::min<Clock::time_point>(due, stalled_since_ + limits_.progress);
    if (due <= now()) {
      // Also one that never reads our GOAWAY ends here.
      engine_.go_away();
      engine_.output(frames_, limits_.frames);
      (void)lower_->try_write(frames_.view());
      co_return end(Errc::ended);
    }
    idle_.expires_at(due);
    (void)co_await idle_.async_wait(kAwait);
  }
}

void Connection::offer_room() {
  for (const auto& [id, stream] : streams_)
    if (stream->waits_for_room_ && engine_.room(id) > 0) stream->writable_.notify();
}

void Connection::stream_is_gone() {
  last_use_ = now();
  if (role_ == Role::client) engine_.go_away();
  wake_writer();
}

void Connection::end(base::Error reason) {
  if (ended_) return;
  ended_ = true;
  reason_ = std::move(reason);
  lower_->close();
  idle_.cancel();
  work_.notify();
  for (const auto& [id, stream] : streams_) stream->wake();
  if (const auto function = std::exchange(on_end_, nullptr)) function();
}

}  // namespace qnet::h2
