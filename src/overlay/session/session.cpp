#include "overlay/session/session.hpp"

#include <algorithm>
#include <cstring>

#include <boost/asio/as_tuple.hpp>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/use_awaitable.hpp>

#include "foundation/net/deadline.hpp"
#include "foundation/net/error.hpp"
#include "foundation/net/pump.hpp"
#include "overlay/session/stream.hpp"
#include "protocol/mux/multistream.hpp"

namespace qnet::session {

namespace asio = boost::asio;

namespace {

constexpr auto kHousekeepingInterval = std::chrono::seconds(1);

auto now() { return std::chrono::steady_clock::now(); }

}  // namespace

std::shared_ptr<Session> Session::start(std::unique_ptr<net::ByteStream> transport, mux::Role role,
                                        Established established, Protocols protocols,
                                        base::RandomSource& random) {
  // Not make_shared: the constructor is private, and the control block's address does not matter here.
  const std::shared_ptr<Session> session(
      new Session(std::move(transport), role, established, std::move(protocols), random));
  session->launch(established);
  return session;
}

Session::Session(std::unique_ptr<net::ByteStream> transport, mux::Role role, Established& established,
                 Protocols protocols, base::RandomSource& random)
    : transport_(std::move(transport)),
      protocols_(std::move(protocols)),
      writer_(std::move(established.send), random),
      reader_(std::move(established.receive)),
      mux_(role, mux::Limits{}, writer_),
      work_(transport_->executor()),
      housekeeping_timer_(transport_->executor()),
      alert_record_(established.alert_record),
      remote_address_(established.remote_address),
      handshake_hash_(established.handshake_hash),
      peer_key_(established.peer_key),
      idle_timer_(transport_->executor()) {}

void Session::launch(Established& established) {
  for (const auto size : established.opening_records) writer_.append_empty(size);
  partial_ = std::move(established.unread);
  asio::co_spawn(executor(), read_loop(std::move(established.received)), asio::detached);
  asio::co_spawn(executor(), write_loop(), asio::detached);
  if (established.idle.after > std::chrono::seconds(0))
    asio::co_spawn(executor(), watch_idle(std::move(established.idle)), asio::detached);
}

asio::any_io_executor Session::executor() { return transport_->executor(); }

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
  closing_ = true;
  mux_.go_away(mux::GoAway::normal);
  wake_writer();
}

void Session::drain() {
  if (!usable()) return;
  draining_ = true;
  mux_.go_away(mux::GoAway::normal);
  wake_writer();
}

void Session::on_end(std::function<void()> function) {
  if (ended_) return function();
  on_end_ = std::move(function);
}

std::size_t Session::room() const {
  const auto backlog = writer_.backlog();
  return backlog < SessionLimits::backlog ? SessionLimits::backlog - backlog : 0;
}

void Session::wake_writer() {
  work_.notify();
  active_ = true;
  if (housekeeping_runs_ || ended_) return;
  housekeeping_runs_ = true;
  asio::co_spawn(executor(), housekeeping(), asio::detached);
}

net::Task<void> Session::read_loop(base::Bytes received) {
  const auto self = shared_from_this();
  // Bytes that came with the handshake are this session's first.
  base::Bytes unread = std::exchange(partial_, {});
  auto taken = take_plaintext(received);
  if (taken) taken = take_records(unread);
  while (taken && !ended_) {
    const auto scratch = net::thread_scratch();
    if (!partial_.empty()) std::memcpy(scratch.data(), partial_.data(), partial_.size());
    const auto got = transport_->try_read(scratch.subspan(partial_.size()));
    if (got && *got == 0) co_return end_with_peer();
    if (got) {
      last_heard_ = last_traffic_ = now();
      if (writer_.backlog() > SessionLimits::backlog + SessionLimits::answers)
        co_return end(Errc::unread_answers);
      taken = take_records(scratch.first(partial_.size() + *got));
      co_await asio::post(executor(), asio::use_awaitable);
    } else if (!got.error().is(net::Errc::would_block)) {
      co_return end(got.error());
    } else if (const auto ready = co_await transport_->wait_readable(); !ready) {
      co_return end(ready.error());
    }
  }
  if (!taken) fail(taken.error());
}

base::Result<void> Session::take_records(base::MutableBytes bytes) {
  for (;;) {
    auto opened = reader_.open(bytes);
    if (!opened) return base::forward_error(opened);
    if (!*opened) break;
    if (auto taken = take_plaintext((*opened)->data); !taken) return taken;
    bytes = bytes.subspan((*opened)->consumed);
  }
  partial_.assign(bytes.begin(), bytes.end());
  return {};
}

base::Result<void> Session::take_plaintext(base::ByteView bytes) {
  if (bytes.empty()) return {};
  if (auto taken = mux_.receive(bytes, now()); !taken) return taken;
  dispatch_events();
  wake_writer();  // for the window updates, answers and resets that it may have caused
  return {};
}

void Session::dispatch_events() {
  using Kind = mux::Event::Kind;
  while (const auto event = mux_.next_event()) {
    if (event->kind == Kind::opened) {
      std::unique_ptr<Stream> stream(new Stream(shared_from_this(), event->stream));
      asio::co_spawn(executor(), serve(std::move(stream)), asio::detached);
      continue;
    }
    if (event->kind == Kind::go_away) draining_ = true;
    const auto found = streams_.find(event->stream);
    if (found == streams_.end()) continue;
    Stream& stream = *found->second;
    if (event->kind == Kind::reset) stream.was_reset_ = true;
    if (event->kind != Kind::writable) stream.readable_.notify();
    if (event->kind != Kind::readable) stream.writable_.notify();
  }
}

net::Task<void> Session::write_loop() {
  const auto self = shared_from_this();
  while (!ended_) {
    writer_.flush();
    if (!writer_.healthy()) co_return end(htx::Errc::nonce_exhausted);
    const auto pending = writer_.pending();
    if (pending.empty()) {
      if (closing_ || (draining_ && mux_.stream_count() == 0)) break;
      // Those who were offered room before may have had nothing to send: nobody else would wake the others.
      offer_room_to_all();
      // Housekeeping does it for a session that is used.
      if (!housekeeping_runs_) writer_.release_memory();
      co_await work_.wait();
      continue;
    }
    const auto put = transport_->try_write(pending);
    if (!put) co_return end(put.error());
    writer_.sent(*put);
    offer_room();
    if (*put > 0) {
      last_traffic_ = now();
      co_await asio::post(executor(), asio::use_awaitable);
    } else if (const auto ready = co_await transport_->wait_writable(); !ready) {
      co_return end(ready.error());
    }
  }
  closing_ = true;
  if (!ended_) co_await say_goodbye();
}

net::Task<void> Session::watch_idle(IdleEnd idle) {
  const auto self = shared_from_this();
  while (!ended_ && !closing_) {
    const auto due = last_traffic_ + idle.after;
    if (now() < due || mux_.stream_count() > 0) {
      idle_timer_.expires_at(std::max(due, now() + std::chrono::seconds(1)));
      (void)co_await idle_timer_.async_wait(asio::as_tuple(asio::use_awaitable));
      continue;
    }
    for (const auto size : idle.records) writer_.append_empty(size);
    closing_ = idle_end_ = true;
    wake_writer();
  }
}

net::Task<void> Session::say_goodbye() {
  if (!idle_end_) send_alert();
  transport_->finish();
  // The read loop sees the peer's own end; a peer that never ends is left after a while.
  housekeeping_timer_.expires_after(SessionLimits::closing);
  (void)co_await housekeeping_timer_.async_wait(asio::as_tuple(asio::use_awaitable));
  end(Errc::ended);
}

void Session::send_alert() {
  writer_.append_empty(alert_record_);
  if (!writer_.healthy()) return;
  // Best effort, as TLS's own last alert: a socket that takes no more is about to be closed anyway.
  if (const auto put = transport_->try_write(writer_.pending())) writer_.sent(*put);
}

/// The peer has ended its direction. One that has said good-bye first is answered as close() would answer it.
void Session::end_with_peer() {
  if (draining_ && !closing_) send_alert();
  end(mux_.stream_count() == 0 && !closing_ && !draining_ ? Errc::idle : Errc::ended);
}

void Session::fail(base::Error reason) {
  if (ended_) return;
  send_alert();
  end(std::move(reason));
}

void Session::end(base::Error reason) {
  if (ended_) return;
  ended_ = true;
  reason_ = std::move(reason);
  transport_->close();
  housekeeping_timer_.cancel();
  idle_timer_.cancel();
  work_.notify();
  for (auto& [id, stream] : streams_) {
    stream->readable_.notify();
    stream->writable_.notify();
  }
  if (const auto function = std::exchange(on_end_, nullptr)) function();
}

void Session::offer_room() {
  // As many as the room is for: waking all of hundreds for one block would be work for nothing.
  for (auto left = room(); left >= SessionLimits::turn && !waiting_for_room_.empty();
       left -= SessionLimits::turn)
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

net::Task<void> Session::housekeeping() {
  const auto self = shared_from_this();
  while (!ended_ && !closing_) {
    active_ = false;
    housekeeping_timer_.expires_after(kHousekeepingInterval);
    (void)co_await housekeeping_timer_.async_wait(asio::as_tuple(asio::use_awaitable));
    if (ended_ || closing_) break;
    mux_.tick(now());
    work_.notify();
    if (!active_) break;
  }
  housekeeping_runs_ = false;
  writer_.release_memory();
  partial_.shrink_to_fit();
}

net::Task<void> Session::serve(std::unique_ptr<Stream> stream) {
  const auto self = shared_from_this();
  // The records behind the one that opened this stream may still lie in net::thread_scratch(), which handlers
  // use as well: they run when those have been read.
  co_await asio::post(executor(), asio::use_awaitable);
  mux::MultistreamResponder responder([this](std::string_view name) { return protocols_.contains(name); });
  {
    const net::Deadline limit(executor(), SessionLimits::negotiation, [&stream] { stream->reset(); });
    while (!responder.agreed()) {
      if (auto ready = co_await stream->wait_readable(); !ready || stream->obstacle()) co_return;
      if (mux_.readable(stream->id_) == 0) co_return;  // ended before it said what it is for
      const auto fed = responder.feed(mux_.peek(stream->id_));
      // A "na" that was answered before stays to be read.
      if (!fed) co_return co_await net::finish_and_drain(*stream);
      mux_.consume(stream->id_, fed->consumed);
      mux_.send(stream->id_, fed->answer);
      wake_writer();
    }
  }
  stream->protocol_ = *responder.agreed();
  const auto& handler = protocols_.find(stream->protocol_)->second;
  co_await handler(std::move(stream));
}

}  // namespace qnet::session
