#include "node/ask_exit.hpp"

#include <boost/asio/this_coro.hpp>

#include "foundation/net/deadline.hpp"
#include "foundation/net/error.hpp"
#include "overlay/peer/read_message.hpp"
#include "overlay/session/silence.hpp"
#include "overlay/session/stream.hpp"
#include "overlay/uplink/error.hpp"
#include "transport/link/error.hpp"

namespace qnet::node {

namespace {

using peer::ConnectStatus;

ConnectStatus status_of(const base::Error& error) {
  if (error.is(session::Errc::protocol_refused) || error.is(uplink::Errc::no_exit))
    return ConnectStatus::not_allowed;
  if (error.is(net::Errc::timed_out) || error.is(link::Errc::handshake_timed_out) ||
      error.is(uplink::Errc::timed_out))
    return ConnectStatus::timeout;
  if (error.is(net::Errc::host_unreachable) || error.is(net::Errc::no_such_host))
    return ConnectStatus::host_unreachable;
  if (error.is(net::Errc::network_unreachable)) return ConnectStatus::network_unreachable;
  return ConnectStatus::general_failure;
}

}  // namespace

ExitAnswer no_answer(const base::Error& error) {
  ExitAnswer answer;
  answer.connected.status = status_of(error);
  answer.has_no_exit = error.is(session::Errc::protocol_refused);
  return answer;
}

net::Task<ExitAnswer> ask_exit(std::shared_ptr<session::Session> session, const peer::ConnectRequest& request,
                               const OutboundPatience& patience, std::chrono::seconds silence) {
  auto stream = session->open(peer::kConnectProtocol, request.encode());
  if (!stream) co_return no_answer(stream.error());
  auto hearing = hear_exit(std::move(session), std::move(*stream), patience, silence);
  co_return co_await std::move(hearing);
}

net::Task<ExitAnswer> hear_exit(std::shared_ptr<session::Session> session,
                                std::unique_ptr<session::Stream> stream, const OutboundPatience& patience,
                                std::chrono::seconds silence) {
  auto& opened = *stream;
  session::SilenceWatch watch(session, silence);
  const net::Deadline limit(co_await boost::asio::this_coro::executor, patience.answer,
                            [&opened] { opened.reset(); });
  const auto answer = co_await peer::read_message<peer::ConnectAnswer>(opened);
  // Without an answer the peer may be gone: then it is watched further, until it has said something.
  if (answer) watch.answered();
  ExitAnswer result;
  if (limit.expired()) {
    result.connected.status = ConnectStatus::timeout;
  } else if (!answer) {
    result = no_answer(answer.error());
  } else {
    result.heard = true;
    result.connected.status = answer->status;
    result.lacks = answer->lacks;
    result.bound = answer->bound.host;
    if (answer->status == ConnectStatus::ok) result.connected.stream = std::move(stream);
  }
  co_return result;
}

}  // namespace qnet::node
