#include "network/discovery/exchange.hpp"

#include <boost/asio/this_coro.hpp>

#include "foundation/net/deadline.hpp"
#include "foundation/net/error.hpp"
#include "network/directory/stream_message.hpp"
#include "overlay/session/stream.hpp"

namespace qnet::discovery {

net::Task<base::Result<directory::Answer>> ask(std::shared_ptr<session::Session> session,
                                               directory::Query query) {
  using directory::Query;
  const bool short_one = query.kind != Query::Kind::snapshot;
  auto opened = session->open(directory::kDirectoryProtocol, query.encode());
  if (!opened) co_return tl::unexpected(opened.error());
  auto& stream = **opened;
  const std::chrono::steady_clock::duration longest_wait =
      short_one ? std::chrono::steady_clock::duration(AskLimits::registration) : AskLimits::snapshot;
  const net::Deadline limit(co_await boost::asio::this_coro::executor, longest_wait,
                            [&stream] { stream.reset(); });
  stream.finish();
  auto message = co_await directory::read_framed(stream, directory::ExchangeLimits::answer);
  if (limit.expired()) co_return base::fail(net::Errc::timed_out);
  if (!message) co_return base::forward_error(message);
  auto answer = directory::Answer::decode(*message);
  if (!answer) co_return base::fail(directory::Errc::no_answer, answer.error().message());
  co_return std::move(*answer);
}

namespace {

net::Task<base::Result<directory::Answer>> dial_and_ask(std::shared_ptr<const session::Dialer> dialer,
                                                        const peer::Invite& at, directory::Query query) {
  auto address = at.relay_address();
  auto dialled = co_await dialer->dial(std::move(address));
  if (!dialled) co_return base::forward_error(dialled);
  const auto session = std::move(dialled->session);
  auto answer = co_await ask(session, std::move(query));
  session->close();
  co_return answer;
}

}  // namespace

AskOperator ask_in_new_session(std::shared_ptr<const session::Dialer> dialer) {
  return [dialer = std::move(dialer)](const peer::Invite& at, directory::Query query) {
    return dial_and_ask(dialer, at, std::move(query));
  };
}

}  // namespace qnet::discovery
