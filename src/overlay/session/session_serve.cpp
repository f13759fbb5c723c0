// A stream that the peer opened: which service it is for, and on to that service's handler.
#include <boost/asio/post.hpp>
#include <boost/asio/use_awaitable.hpp>

#include "foundation/net/deadline.hpp"
#include "foundation/net/pump.hpp"
#include "overlay/session/session.hpp"
#include "overlay/session/stream.hpp"
#include "protocol/mux/multistream.hpp"

namespace qnet::session {

namespace asio = boost::asio;

net::Task<void> Session::serve(std::unique_ptr<Stream> stream) {
  const auto self = shared_from_this();
  // What came behind the frame that opened this stream may still lie in net::thread_scratch(), which handlers
  // use as well: they run when that has been read.
  co_await asio::post(executor(), asio::use_awaitable);
  mux::MultistreamResponder responder([this](std::string_view name) { return protocols_.contains(name); });
  {
    const net::Deadline limit(executor(), SessionLimits::negotiation, [&stream] { stream->reset(); });
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
