#include "overlay/session/session.hpp"

#include <algorithm>

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/use_awaitable.hpp>

#include "overlay/session/stream.hpp"

namespace qnet::session {

namespace asio = boost::asio;
using link::Progress;

namespace {

auto now() { return std::chrono::steady_clock::now(); }

mux::Limits mux_limits(const SessionOptions& options) {
  mux::Limits limits;
  limits.largest_window = options.largest_window;
  return limits;
}

}  // namespace

std::shared_ptr<Session> Session::start(std::unique_ptr<link::Link> link, mux::Role role, Protocols protocols,
                                        SessionOptions options) {
  // Not make_shared: the constructor is private, and the control block's address does not matter here.
  const std::shared_ptr<Session> session(
      new Session(std::move(link), role, std::move(protocols), std::move(options)));
  session->mux_.on_asked_to_let_go([weak = std::weak_ptr(session), executor = session->executor()] {
    asio::post(executor, [weak] {
      if (const auto self = weak.lock()) self->let_go();
    });
  });
  // The caller may have dropped it before they first run.
  asio::co_spawn(session->executor(), [session] { return session->read_loop(); }, asio::detached);
  asio::co_spawn(session->executor(), [session] { return session->write_loop(); }, asio::detached);
  session->schedule();
  return session;
}

Session::Session(std::unique_ptr<link::Link> link, mux::Role role, Protocols protocols,
                 SessionOptions options)
    : link_(std::move(link)),
      full_frame_(link_->facts().record_data - mux::FrameHeader::size),
      protocols_(std::move(protocols)),
      options_(std::move(options)),
      mux_(role, mux_limits(options_), options_.budget, options_.party),
      stall_(options_.blocked),
      work_(link_->executor()),
      timer_(link_->executor()) {}

base::Result<std::unique_ptr<Stream>> Session::open(std::string protocol, base::ByteView first) {
  if (ended_) return tl::unexpected(reason_);
  if (!usable()) return base::fail(Errc::ended);
  const auto id = mux_.open();
  if (!id) return base::fail(Errc::too_many_streams, id.error().message());
  std::unique_ptr<Stream> stream(new Stream(shared_from_this(), *id));
  stream->unanswered_.emplace(protocol);
  auto opening = stream->unanswered_->opening();
  base::append(opening, first);
  // A first window is larger than any protocol's first message, so nothing of it can be left over.
  mux_.send(*id, opening);
  stream->protocol_ = std::move(protocol);
  wake_writer();
  return stream;
}

void Session::close() {
  if (ended_ || closing_) return;
  begin_closing();
  for (auto& [id, stream] : streams_) stream->writable_.notify();
  mux_.go_away(mux::GoAway::normal);
  wake_writer();
}

void Session::drain() {
  if (!usable()) return;
  draining_ = true;
  mux_.go_away(mux::GoAway::normal);
  wake_writer();
}

void Session::probe() {
  if (ended_) return;
  mux_.probe(now());
  wake_writer();
}

void Session::on_end(std::function<void()> function) {
  if (ended_) return function();
  on_end_ = std::move(function);
}

std::size_t Session::backlog() const {
  const bool tight = options_.budget && options_.budget->tight();
  return full_frame_ * (tight ? SessionLimits::tight_backlog_frames : SessionLimits::backlog_frames);
}

std::size_t Session::room() const {
  const auto queued = mux_.queued();
  const auto most = backlog();
  return queued < most ? most - queued : 0;
}

std::size_t Session::turn(std::size_t streams) const {
  return std::max(backlog() / std::max<std::size_t>(streams, 1), full_frame_);
}

std::size_t Session::room_for(mux::StreamId stream) const {
  const auto own = std::min(mux_.queued(stream), SessionLimits::short_message);
  return std::max(std::min(room(), turn(waiting_for_room_.size() + 1)), SessionLimits::short_message - own);
}

void Session::wake_writer() {
  work_.notify();
  schedule();
}

net::Task<void> Session::read_loop() {
  while (!ended_) {
    const auto got = link_->receive(*this);
    if (!got) co_return fail(got.error());
    if (*got == Progress::nothing) co_return end_with_peer();
    if (*got == Progress::some) {
      last_heard_ = last_traffic_ = now();
      if (const auto function = std::exchange(on_heard_, nullptr)) function();
      const auto owed = backlog() + mux_.stream_count() * SessionLimits::short_message;
      if (mux_.queued() + mux_.queued_answers() > owed + SessionLimits::answers)
        co_return end(Errc::unread_answers);
      co_await asio::post(executor(), asio::use_awaitable);
    } else if (const auto ready = co_await link_->wait_readable(); !ready) {
      co_return end(ready.error());
    }
  }
}

base::Result<void> Session::take(base::ByteView bytes) {
  if (auto taken = mux_.receive(bytes, now()); !taken) return taken;
  dispatch_events();
  wake_writer();  // for the window updates, answers and resets that it may have caused
  return {};
}

std::size_t Session::give(base::MutableBytes out) {
  const auto given = mux_.pull(out);
  given_ += given;
  if (given > 0) last_traffic_ = now();
  return given;
}

void Session::dispatch_events() {
  using Kind = mux::Event::Kind;
  while (const auto event = mux_.next_event()) {
    if (event->kind == Kind::opened) await_name(event->stream);
    if (event->kind == Kind::go_away) draining_ = true;
    const auto found = streams_.find(event->stream);
    if (found == streams_.end()) {
      if (event->kind != Kind::opened && event->kind != Kind::writable) begin_to_serve(*event);
      continue;
    }
    Stream& stream = *found->second;
    if (event->kind == Kind::reset) {
      stream.was_reset_ = true;
      stream.broke();
      continue;
    }
    if (event->kind != Kind::readable) stream.writable_.notify();
    if (event->kind != Kind::writable) stream.came();
  }
}

void Session::let_go() {
  const auto done = mux_.let_go();
  dispatch_events();
  if (!done) return end(Errc::unread_answers);
  wake_writer();
}

net::Task<void> Session::write_loop() {
  while (!ended_) {
    const auto sent = link_->send(*this);
    if (!sent) co_return end(sent.error());
    if (*sent == Progress::nothing) {
      stall_.all_sent();
      if (closing_ || (draining_ && mux_.stream_count() == 0)) break;
      // Those who were offered room before may have had nothing to send: nobody else would wake the others.
      offer_room_to_all();
      co_await work_.wait();
      continue;
    }
    offer_room();
    if (*sent == Progress::some) {
      co_await asio::post(executor(), asio::use_awaitable);
    } else {
      if (!stall_.is_blocked()) stall_.blocked(now(), taken_by_peer());
      arm();
      if (const auto ready = co_await link_->wait_writable(); !ready) co_return end(ready.error());
    }
  }
  closing_ = true;
  if (!ended_) say_goodbye();
}

/// A link that takes no more must not keep the session alive.
void Session::begin_closing() {
  closing_ = true;
  closing_until_ = now() + SessionLimits::closing;
}

/// The read loop sees the peer's own end; a peer that never ends is left after a while.
void Session::say_goodbye() {
  finish_link();
  closing_until_ = now() + SessionLimits::closing;
  schedule();
}

void Session::finish_link() {
  if (!std::exchange(said_goodbye_, true))
    link_->finish(idle_end_ ? link::Ending::idle : link::Ending::orderly);
}

/// The peer has ended its direction. One that has said good-bye first is answered as close() would answer it.
void Session::end_with_peer() {
  if (draining_ && !closing_) link_->finish(link::Ending::orderly);
  end(mux_.stream_count() == 0 && !closing_ && !draining_ ? Errc::idle : Errc::ended);
}

void Session::fail(base::Error reason) {
  if (ended_) return;
  // Once, as far as the connection takes it: perhaps the peer can be told why.
  (void)link_->send(*this);
  link_->finish(link::Ending::failed);
  end(std::move(reason));
}

void Session::end(base::Error reason) {
  if (ended_) return;
  ended_ = true;
  reason_ = std::move(reason);
  link_->close();
  timer_.cancel();
  work_.notify();
  for (auto& [id, stream] : streams_) stream->broke();
  on_heard_ = nullptr;
  if (const auto function = std::exchange(on_end_, nullptr)) function();
}

void Session::offer_room() {
  // As many as the room is for: waking all of hundreds for one block would be work for nothing.
  const auto each = turn(waiting_for_room_.size());
  // Short messages of others may be queued always, and are never a reason not to offer.
  const auto wanted = each - each / 8;
  for (auto left = room(); left >= wanted && !waiting_for_room_.empty(); left -= std::min(left, each))
    offer_room_to_first();
}

void Session::offer_room_to_all() {
  while (!waiting_for_room_.empty()) offer_room_to_first();
}

void Session::offer_room_to_first() {
  const auto found = streams_.find(waiting_for_room_.front());
  waiting_for_room_.pop_front();
  if (found == streams_.end()) return;
  found->second->waits_for_room_ = false;
  found->second->writable_.notify();
}

}  // namespace qnet::session
