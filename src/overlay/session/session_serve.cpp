// A stream that the peer opened: which service it is for, and on to that service's handler.
#include <algorithm>

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/use_awaitable.hpp>

#include "foundation/net/deadline.hpp"
#include "foundation/net/pump.hpp"
#include "overlay/session/session.hpp"
#include "overlay/session/stream.hpp"
#include "protocol/mux/multistream.hpp"

namespace qnet::session {

namespace asio = boost::asio;

// A stream that says nothing costs no more than what the multiplexer knows of it: no coroutine, no timer.
void Session::await_name(mux::StreamId stream) {
  const auto due = std::chrono::steady_clock::now() + options_.negotiation;
  unnamed_.emplace(stream, due);
  if (unnamed_due_) return;
  unnamed_due_ = due;
  arm();
}

void Session::begin_to_serve(const mux::Event& event) {
  if (unnamed_.erase(event.stream) == 0 || event.kind == mux::Event::Kind::reset) return;
  std::unique_ptr<Stream> stream(new Stream(shared_from_this(), event.stream));
  asio::co_spawn(executor(), serve(std::move(stream)), asio::detached);
}

void Session::reset_unnamed(TimePoint time) {
  unnamed_due_.reset();
  for (auto entry = unnamed_.begin(); entry != unnamed_.end();) {
    const auto [stream, due] = *entry;
    if (due > time) {
      unnamed_due_ = std::min(unnamed_due_.value_or(due), due);
      ++entry;
      continue;
    }
    entry = unnamed_.erase(entry);
    mux_.reset(stream);
    work_.notify();
  }
}

net::Task<void> Session::serve(std::unique_ptr<Stream> stream) {
  const auto self = shared_from_this();
  // What came behind the frame that opened this stream may still lie in net::thread_scratch(), which handlers
  // use as well: they run when that has been read.
  co_await asio::post(executor(), asio::use_awaitable);
  mux::MultistreamResponder responder([this](std::string_view name) { return protocols_.contains(name); });
  {
    const net::Deadline limit(executor(), options_.negotiation, [&stream] { stream->reset(); });
    while (!responder.agreed()) {
      if (auto ready = co_await stream->wait_readable(); !ready || stream->obstacle()) co_return;
      // Ended before it said what it is for; a "na" that was answered still goes out.
      if (mux_.readable(stream->id_) == 0) co_return stream->finish();
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
