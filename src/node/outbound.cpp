#include "node/outbound.hpp"

#include <algorithm>
#include <iterator>
#include <utility>

#include <spdlog/spdlog.h>

#include "network/discovery/network_view.hpp"
#include "network/path/pool_limits.hpp"
#include "overlay/session/session.hpp"

namespace qnet::node {

namespace {

using peer::ConnectStatus;
using peer::Lack;

uplink::TimePoint steady_now() { return std::chrono::steady_clock::now(); }

std::string name_of(const link::RelayAddress& address) {
  return peer::HostPort{address.host, address.port}.to_text();
}

}  // namespace

net::Task<Outbound::Asked> Outbound::ask(const std::shared_ptr<session::Session>& session,
                                         const peer::ConnectRequest& request) {
  const auto silence = uplink_->doubts(*session) ? patience_.doubted_silence : patience_.silence;
  Asked asked;
  static_cast<ExitAnswer&>(asked) = co_await ask_exit(session, request, patience_, silence);
  asked.exit = session->facts().peer_key;
  if (asked.connected.status == ConnectStatus::ok) seen_ = Seen{asked.exit, asked.bound, host_of(asked.exit)};
  remember(asked, request.port);
  co_return asked;
}

net::Task<proxy::Connected> Outbound::connect(proxy::Destination destination, Countries countries) {
  const auto self = shared_from_this();
  const peer::ConnectRequest request{std::move(destination.host), destination.port};
  const auto in_use = uplink_->in_use();
  if (!countries.empty() && !(in_use && may_use(*in_use, countries)))
    co_return co_await connect_in(request, countries);
  if (in_use && !lacks_.may_serve(*in_use, request.port, steady_now())) {
    auto answer = co_await ask_others(request, countries, in_use);
    if (answer && answer->lacks == Lack::nothing) co_return std::move(answer->connected);
    // Nobody else serves it: perhaps this one does again.
    auto last = co_await ask_in_use(request, countries);
    if (last) co_return std::move(last->connected);
    co_return co_await connect_in(request, countries);
  }
  auto answer = co_await ask_in_use(request, countries);
  if (!answer) co_return co_await connect_in(request, countries);
  if (answer->lacks != Lack::nothing) {
    auto other = co_await ask_others(request, countries, answer->exit);
    if (other) co_return std::move(other->connected);
  }
  co_return std::move(answer->connected);
}

/// The exit in use is elsewhere, or nobody knows where.
net::Task<proxy::Connected> Outbound::connect_in(const peer::ConnectRequest& request,
                                                 const Countries& countries) {
  auto answer = co_await ask_others(request, countries, std::nullopt);
  if (answer) co_return std::move(answer->connected);
  log(no_country_line_);
  co_return proxy::Connected{};
}

bool Outbound::may_use(const Exit& exit, const Countries& countries) const {
  return countries.empty() || (known_.is_in && known_.is_in(exit, countries));
}

/// Each of the last resorts may turn out to have no exit; a session that ends otherwise is replaced once.
/// Nothing when what is in use by then is in another country.
net::Task<std::optional<Outbound::Asked>> Outbound::ask_in_use(const peer::ConnectRequest& request,
                                                               const Countries& countries) {
  for (int left = static_cast<int>(discovery::ViewLimits::operators) + 1;; --left) {
    const auto session = co_await uplink_->session();
    if (!session) co_return Asked{no_answer(session.error())};
    if (!may_use((*session)->facts().peer_key, countries)) co_return std::nullopt;
    auto answer = co_await ask(*session, request);
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
                                                               const Countries& countries,
                                                               std::optional<Exit> in_use) {
  std::vector<Exit> asked;
  if (in_use) asked.push_back(*in_use);
  std::optional<Asked> last;
  for (int left = OutboundLimits::others; left > 0; --left) {
    const auto exits = others(request.port, countries, asked);
    if (exits.empty()) break;
    const auto purpose = path::is_usual_port(request.port) ? uplink::Detours::Purpose{0} : request.port;
    const auto session = co_await detours_->session(exits, purpose);
    if (!session) break;
    if (in_use) log(lacks_.full(*in_use, steady_now()) ? full_line_ : port_line_);
    auto answer = co_await ask(*session, request);
    asked.push_back(answer.exit);
    const bool is_lost = answer.connected.status != ConnectStatus::ok && !(*session)->usable();
    const bool is_answer = !answer.has_no_exit && !is_lost;
    if (is_answer && answer.lacks == Lack::nothing) co_return std::move(answer);
    if (is_answer) last = std::move(answer);
  }
  if (last) log(last->lacks == Lack::places ? all_full_line_ : no_port_line_);
  co_return std::move(last);
}

/// Who may be asked for this port and was not: those first that had a session when the list was made, but for
/// those that have it for an unusual port, which a web page may have chosen; at last those that the uplink
/// could not reach.
std::vector<link::RelayAddress> Outbound::others(std::uint16_t port, const Countries& countries,
                                                 const std::vector<Exit>& asked) {
  const auto now = steady_now();
  const auto peers = uplink_->peers();
  const auto failed = [&](const link::RelayAddress& exit) {
    return std::ranges::any_of(peers, [&](const uplink::Uplink::Peer& peer) {
      return peer.state == uplink::PeerState::failed && name_of(peer.address) == name_of(exit);
    });
  };
  std::vector<link::RelayAddress> exits;
  std::vector<link::RelayAddress> at_last;
  for (const auto& exit : list_of(countries, now)) {
    if (std::ranges::find(asked, exit.noise_key) != asked.end()) continue;
    if (lacks_.may_serve(exit.noise_key, port, now)) (failed(exit) ? at_last : exits).push_back(exit);
  }
  std::ranges::move(at_last, std::back_inserter(exits));
  return exits;
}

const std::vector<link::RelayAddress>& Outbound::list_of(const Countries& countries, TimePoint now) {
  const auto made = [](const auto& list) { return list.second.made; };
  if (lists_.size() == OutboundLimits::lists && !lists_.contains(countries))
    lists_.erase(std::ranges::min_element(lists_, {}, made));
  auto& list = lists_[countries];
  const bool is_new = !list.exits.empty() && now - list.made < OutboundLimits::list;
  if (is_new || !known_.exits) return list.exits;
  list = {{}, now};
  for (auto& open : detours_->open())
    if (open.for_any && may_use(open.address.noise_key, countries))
      list.exits.push_back(std::move(open.address));
  for (auto& candidate : known_.exits(countries)) list.exits.push_back(std::move(candidate.address));
  return list.exits;
}

void Outbound::stop() {
  detours_->stop();
  known_ = {};  // what it holds may hold this
}

/// Empty for one that is not in use any more.
std::string Outbound::host_of(const Exit& exit) const {
  for (const auto& peer : uplink_->peers())
    if (peer.address.noise_key == exit) return peer.address.host;
  for (const auto& open : detours_->open())
    if (open.address.noise_key == exit) return open.address.host;
  return {};
}

/// Neither the port nor the destination is in it.
void Outbound::log(LogLine& line) {
  if (line.lines.take()) spdlog::info(line.text);
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
