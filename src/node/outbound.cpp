#include "node/outbound.hpp"

#include <algorithm>
#include <iterator>
#include <utility>

#include <spdlog/spdlog.h>
#include <boost/asio/this_coro.hpp>

#include "foundation/net/deadline.hpp"
#include "foundation/net/error.hpp"
#include "network/discovery/network_view.hpp"
#include "overlay/peer/read_message.hpp"
#include "overlay/session/silence.hpp"
#include "overlay/session/stream.hpp"
#include "transport/link/error.hpp"

namespace qnet::node {

namespace {

using peer::ConnectStatus;
using peer::Lack;

uplink::TimePoint steady_now() { return std::chrono::steady_clock::now(); }

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

std::string name_of(const link::RelayAddress& address) {
  return peer::HostPort{address.host, address.port}.to_text();
}

}  // namespace

Outbound::Asked Outbound::failed(const base::Error& error) {
  Asked asked;
  asked.connected.status = status_of(error);
  asked.has_no_exit = error.is(session::Errc::protocol_refused);
  return asked;
}

net::Task<Outbound::Asked> Outbound::ask(const std::shared_ptr<session::Session>& session,
                                         const peer::ConnectRequest& request) {
  auto stream = session->open(peer::kConnectProtocol, request.encode());
  if (!stream) co_return failed(stream.error());

  auto& opened = **stream;
  session::SilenceWatch watch(session,
                              uplink_->doubts(*session) ? patience_.doubted_silence : patience_.silence);
  const net::Deadline limit(co_await boost::asio::this_coro::executor, patience_.answer,
                            [&opened] { opened.reset(); });
  const auto answer = co_await peer::read_message<peer::ConnectAnswer>(opened);
  // Without an answer the peer may be gone: then it is watched further, until it has said something.
  if (answer) watch.answered();
  Asked asked;
  if (limit.expired()) {
    asked.connected.status = ConnectStatus::timeout;
  } else if (!answer) {
    asked = failed(answer.error());
  } else {
    asked.connected.status = answer->status;
    asked.lacks = answer->lacks;
    if (answer->status == ConnectStatus::ok) asked.connected.stream = std::move(*stream);
  }
  co_return asked;
}

net::Task<proxy::Connected> Outbound::connect(proxy::Destination destination) {
  const auto self = shared_from_this();
  const peer::ConnectRequest request{std::move(destination.host), destination.port};
  const auto in_use = uplink_->in_use();
  if (in_use && !lacks_.may_serve(*in_use, request.port, steady_now())) {
    auto answer = co_await ask_others(request, *in_use);
    if (answer && answer->lacks == Lack::nothing) co_return std::move(answer->connected);
    // Nobody else serves it: perhaps this one does again.
    auto last = co_await ask_in_use(request);
    co_return std::move(last.connected);
  }
  auto answer = co_await ask_in_use(request);
  if (answer.lacks != Lack::nothing) {
    auto other = co_await ask_others(request, answer.exit);
    if (other) co_return std::move(other->connected);
  }
  co_return std::move(answer.connected);
}

/// Each of the last resorts may turn out to have no exit; a session that ends otherwise is replaced once.
net::Task<Outbound::Asked> Outbound::ask_in_use(const peer::ConnectRequest& request) {
  for (int left = static_cast<int>(discovery::ViewLimits::operators) + 1;; --left) {
    const auto session = co_await uplink_->session();
    if (!session) co_return failed(session.error());
    auto answer = co_await ask(*session, request);
    answer.exit = (*session)->facts().peer_key;
    remember(answer, request.port);
    if (answer.has_no_exit && left > 0) {
      uplink_->has_no_exit(**session);
      continue;
    }
    // The relay may have ended an idle session while the request was on its way to it.
    if (answer.connected.status == ConnectStatus::ok || left == 0 || (*session)->usable())
      co_return std::move(answer);
    left = std::min(left, 1);
  }
}

/// The first answer that is not a lack, else the last one; nothing when nobody else could be asked.
net::Task<std::optional<Outbound::Asked>> Outbound::ask_others(const peer::ConnectRequest& request,
                                                               const Exit& in_use) {
  std::vector<Exit> asked{in_use};
  std::optional<Asked> last;
  for (int left = OutboundLimits::others; left > 0; --left) {
    const auto exits = others(request.port, asked);
    if (exits.empty()) break;
    const auto session = co_await detours_->session(exits);
    if (!session) break;
    log(lacks_.full(in_use, steady_now()) ? full_line_ : port_line_);
    auto answer = co_await ask(*session, request);
    answer.exit = (*session)->facts().peer_key;
    asked.push_back(answer.exit);
    remember(answer, request.port);
    const bool is_lost = answer.connected.status != ConnectStatus::ok && !(*session)->usable();
    const bool is_answer = !answer.has_no_exit && !is_lost;
    if (is_answer && answer.lacks == Lack::nothing) co_return std::move(answer);
    if (is_answer) last = std::move(answer);
  }
  if (last) log(last->lacks == Lack::places ? all_full_line_ : no_port_line_);
  co_return std::move(last);
}

/// Who may be asked for this port and was not: those that have a session first, at last those that the uplink
/// could not reach.
std::vector<link::RelayAddress> Outbound::others(std::uint16_t port, const std::vector<Exit>& asked) {
  const auto now = steady_now();
  refresh_list(now);
  const auto peers = uplink_->peers();
  const auto failed = [&](const link::RelayAddress& exit) {
    return std::ranges::any_of(peers, [&](const uplink::Uplink::Peer& peer) {
      return peer.state == uplink::PeerState::failed && name_of(peer.address) == name_of(exit);
    });
  };
  std::vector<link::RelayAddress> exits;
  std::vector<link::RelayAddress> at_last;
  for (const auto& exit : list_) {
    if (std::ranges::find(asked, exit.noise_key) != asked.end()) continue;
    if (lacks_.may_serve(exit.noise_key, port, now)) (failed(exit) ? at_last : exits).push_back(exit);
  }
  std::ranges::move(at_last, std::back_inserter(exits));
  return exits;
}

void Outbound::refresh_list(TimePoint now) {
  if (list_made_ && now - *list_made_ < OutboundLimits::list && !list_.empty()) return;
  if (!candidates_) return;
  list_made_ = now;
  list_.clear();
  for (auto& open : detours_->open()) list_.push_back(std::move(open.address));
  for (auto& candidate : candidates_()) list_.push_back(std::move(candidate.address));
}

void Outbound::stop() {
  detours_->stop();
  candidates_ = nullptr;  // what it holds may hold this
}

/// Neither the port nor the destination is in it.
void Outbound::log(LogLine& line) {
  const auto now = steady_now();
  if (line.last && now - *line.last < OutboundLimits::between_lines) return;
  line.last = now;
  spdlog::info(line.text);
}

std::string Outbound::explain_lack(const Exit& exit) const {
  const auto now = steady_now();
  if (lacks_.full(exit, now))
    return "This exit was full a moment ago: requests go to another one meanwhile, where there is one.";
  if (lacks_.lacks_a_port(exit, now))
    return "This exit does not serve a port that a program has asked for: such requests go to another one, "
           "where there is one.";
  return {};
}

void Outbound::fill(control::Status& status) const {
  for (const auto& open : detours_->open()) {
    const auto name = name_of(open.address);
    auto row = std::ranges::find(status.peers, name, &control::Peer::name);
    if (row == status.peers.end()) {
      control::Peer added;
      added.name = added.address = name;
      added.cover = open.address.cover_name;
      row = status.peers.insert(row, std::move(added));
    }
    row->state = control::PeerState::connected;
    row->round_trip = open.round_trip;
    row->last_error = explain_lack(open.address.noise_key);
    ++status.counters.sessions_open;
    status.counters.streams_open += open.session->stream_count();
  }
}

void Outbound::remember(const Asked& answer, std::uint16_t port) {
  const auto now = steady_now();
  if (answer.has_no_exit) lacks_.is_none(answer.exit, now);
  if (answer.lacks == Lack::places) lacks_.is_full(answer.exit, now);
  if (answer.lacks == Lack::port) lacks_.serves_not(answer.exit, port, now);
}

}  // namespace qnet::node
