#include "overlay/circuit/relayed.hpp"

#include <limits>
#include <utility>

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>
#include <boost/asio/post.hpp>

namespace qnet::circuit {

namespace asio = boost::asio;

namespace {

// As net::pump(): others on this core have their turn.
constexpr unsigned kTurnsBeforeYield = 8;

Layer* layer_of(RelayedParts& parts) { return parts.layer ? &*parts.layer : nullptr; }

}  // namespace

void Relayed::start(RelayedParts parts) {
  const auto made = std::make_shared<Relayed>(std::move(parts));
  made->arm();
  made->watch(*made->parts_.upstream, made->directions_[0]);
  made->watch(*made->parts_.downstream, made->directions_[1]);
  for (auto& direction : made->directions_) made->wake(direction);
}

Relayed::Relayed(RelayedParts parts)
    : parts_(std::move(parts)),
      directions_{Direction{Way(*parts_.upstream, *parts_.downstream,
                                parts_.layer ? Way::Work::open : Way::Work::pass, layer_of(parts_))},
                  Direction{Way(*parts_.downstream, *parts_.upstream,
                                parts_.layer ? Way::Work::close : Way::Work::pass, layer_of(parts_),
                                std::exchange(parts_.answer, {}))}},
      timer_(parts_.upstream->executor()) {}

void Relayed::watch(session::Stream& stream, Direction& from_it) {
  // The stream is ours, and so is its function.
  stream.on_readable([this, &from_it] { wake(from_it); });
  stream.on_break([this] { fail(); });
}

void Relayed::wake(Direction& direction) {
  if (direction.busy || direction.ended || over_) return;
  direction.busy = true;
  direction.was_quiet = true;
  // Never at once: the session that calls may have more in net::thread_scratch().
  post_turn(direction);
}

void Relayed::post_turn(Direction& direction) {
  asio::post(timer_.get_executor(), [self = shared_from_this(), &direction] { self->turn(direction); });
}

void Relayed::turn(Direction& direction) {
  if (parts_.rate && !parts_.rate->is_free()) return wait_for_rate(direction);
  move(direction);
}

void Relayed::move(Direction& direction) {
  const auto most = parts_.rate ? RateQueue::piece : std::numeric_limits<std::size_t>::max();
  for (unsigned n = 0; n < kTurnsBeforeYield; ++n) {
    if (over_) return;
    const auto before = direction.way.moved();
    const auto step = direction.way.move(most);
    if (!step) return fail();
    if (*step != Way::Step::moved) return stop(direction, *step);
    direction.was_quiet = false;
    const auto moved = direction.way.moved() - before;
    parts_.counters->relayed.fetch_add(moved, std::memory_order_relaxed);
    if (!parts_.rate) continue;
    parts_.rate->charge(moved);
    if (!parts_.rate->is_free()) return wait_for_rate(direction);
  }
  post_turn(direction);
}

/// There is nothing to do now.
void Relayed::stop(Direction& direction, Way::Step step) {
  if (step == Way::Step::no_room) {
    asio::co_spawn(timer_.get_executor(), wait_for_room(direction), asio::detached);
    return;
  }
  direction.busy = false;
  if (step != Way::Step::ended) return;
  direction.ended = true;
  if (directions_[0].ended && directions_[1].ended) end();
}

void Relayed::wait_for_rate(Direction& direction) {
  // We keep the queue, so it does not keep us.
  parts_.rate->wait(
      [weak = weak_from_this(), &direction] {
        if (const auto self = weak.lock()) self->move(direction);
      },
      direction.was_quiet);
}

net::Task<void> Relayed::wait_for_room(Direction& direction) {
  const auto self = shared_from_this();
  if (!direction.limited) direction.limited.emplace(direction.way.to(), parts_.blocked);
  const auto ready = co_await direction.limited->wait_writable();
  if (!ready) co_return fail();
  turn(direction);
}

void Relayed::arm() {
  moved_ = moved_now();
  timer_.expires_after(parts_.idle);
  timer_.async_wait([self = shared_from_this()](const boost::system::error_code& error) {
    if (error || self->over_) return;
    if (self->moved_now() == self->moved_) return self->fail();
    self->arm();
  });
}

/// Whatever was wrong, both neighbours see the same.
void Relayed::fail() {
  if (over_) return;
  parts_.upstream->reset();
  parts_.downstream->reset();
  end();
}

void Relayed::end() {
  over_ = true;
  for (auto* const stream : {parts_.upstream.get(), parts_.downstream.get()}) {
    stream->on_readable(nullptr);
    stream->on_break(nullptr);
  }
  timer_.cancel();
}

}  // namespace qnet::circuit
