#include "node/private_mode.hpp"

#include <algorithm>
#include <utility>

#include <spdlog/spdlog.h>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>

#include "foundation/crypto/hash.hpp"
#include "foundation/net/wait_watching_clock.hpp"
#include "network/directory/clock.hpp"
#include "network/path/error.hpp"
#include "network/path/guard_file.hpp"
#include "node/exit_seen.hpp"

namespace qnet::node {

namespace {

using peer::ConnectStatus;
using peer::Lack;

std::string state_text(const path::CircuitStatus& circuit) {
  switch (circuit.state) {
    case path::PoolCircuit::State::building: return "building";
    case path::PoolCircuit::State::retired: return "old";
    case path::PoolCircuit::State::ready: break;
  }
  if (circuit.doubted) return "silent";
  return circuit.clean ? "ready" : "in use";
}

path::Decline reason_of(const ExitAnswer& answer) {
  if (answer.has_no_exit) return path::Decline::no_exit;
  return answer.lacks == Lack::places ? path::Decline::full : path::Decline::port_not_served;
}

}  // namespace

std::shared_ptr<PrivateMode> PrivateMode::make(const boost::asio::any_io_executor& executor,
                                               PrivateModeConfig config,
                                               std::shared_ptr<discovery::NetworkView> view,
                                               std::shared_ptr<const session::Dialer> dialer) {
  const auto folder = config.state_dir;
  std::shared_ptr<PrivateMode> mode(new PrivateMode(executor, std::move(config), std::move(view)));
  dialer->random().fill(mode->salt_);
  path::Circuits::Hooks hooks;
  hooks.network = [weak = std::weak_ptr(mode)]() -> std::shared_ptr<const path::Network> {
    const auto self = weak.lock();
    return self ? self->network() : nullptr;
  };
  hooks.dial = [dialer](link::RelayAddress guard, unsigned) { return dialer->dial(std::move(guard)); };
  hooks.unsatisfied = [view = mode->view_] { view->refresh_soon(); };
  hooks.now = directory::wall_now;
  hooks.keep = [folder](const path::GuardSample& sample) {
    return folder.empty() ? base::Result<void>() : path::save_guards(sample, folder);
  };
  auto kept =
      folder.empty() ? base::Result<path::GuardSample>(path::GuardSample{}) : path::load_guards(folder);
  mode->circuits_ =
      std::make_shared<path::Circuits>(executor, std::move(hooks), std::move(kept), dialer->random());
  return mode;
}

void PrivateMode::start(std::size_t hops) {
  circuits_->start(hops);
  if (hops > 1) watch_clock();
}

void PrivateMode::set_hops(std::size_t hops) {
  circuits_->set_hops(hops);
  if (hops > 1) watch_clock();
}

void PrivateMode::stop() {
  stopped_ = true;
  timer_.cancel();
  circuits_->stop();
}

/// From the first use on: a client in fast mode has no circuits to doubt.
void PrivateMode::watch_clock() {
  if (std::exchange(watches_, true)) return;
  boost::asio::co_spawn(
      timer_.get_executor(), [self = shared_from_this()] { return self->keep_watching_clock(); },
      boost::asio::detached);
}

/// A machine that has slept may be in another network, and its sessions are gone.
net::Task<void> PrivateMode::keep_watching_clock() {
  constexpr std::chrono::hours kLong{1};
  while (!stopped_) {
    const bool jumped = co_await net::wait_watching_clock(timer_, kLong, [this] { return stopped_; });
    if (jumped && !stopped_) circuits_->network_changed();
  }
}

std::shared_ptr<const path::Network> PrivateMode::network() {
  const auto& listed = view_->relays();
  if (listed->empty()) return nullptr;
  if (listed != listed_)
    network_ = path::network_of(*listed, directory::wall_now(), {config_.distinct_networks});
  listed_ = listed;
  return network_;
}

net::Task<proxy::Connected> PrivateMode::connect(proxy::Destination destination, Wish wish) {
  const auto self = shared_from_this();
  watch_clock();
  const peer::ConnectRequest request{std::move(destination.host), destination.port};
  path::CircuitWish wanted{
      wish.hops, request.port, std::move(wish.countries), name_of_isolation(wish.isolation), {}};
  const OutboundPatience patience;
  const auto end = std::chrono::steady_clock::now() + path::PoolLimits::request;
  std::vector<peer::PeerId> asked;
  proxy::Connected last;
  std::shared_ptr<const path::EarlyRequest> early;
  if (config_.early_request)
    early = std::make_shared<const path::EarlyRequest>(std::string(peer::kConnectProtocol), request.encode());
  while (asked.size() < PrivateModeLimits::exits) {
    wanted.wait = std::chrono::floor<std::chrono::milliseconds>(end - std::chrono::steady_clock::now());
    // Apart from the await: a trap of GCC 12 (CONTRIBUTING.md).
    auto asked_for = circuits_->session(wanted, std::exchange(early, nullptr));
    auto lease = co_await std::move(asked_for);
    if (!lease) {
      log_problem(lease.error());
      break;
    }
    auto asking = lease->early
                      ? hear_exit(lease->session, std::move(*lease->early), patience, patience.silence)
                      : ask_exit(lease->session, request, patience, patience.silence);
    auto answer = co_await std::move(asking);
    report(*lease, answer, request.port);
    const bool declined = answer.declined();
    if (answer.connected.status == ConnectStatus::ok) note_exit(lease->exit, answer.bound);
    last = std::move(answer.connected);
    if (last.status == ConnectStatus::ok) last.kept = std::move(lease->use);
    // A circuit may end while the request is on its way: nothing of the program was sent.
    if (!declined && (answer.heard || lease->session->usable())) break;
    // One that is full may have a place in a moment: the circuits know, and wait for it.
    if (answer.lacks != Lack::places) wanted.not_exits.push_back(lease->exit);
    if (std::ranges::find(asked, lease->exit) == asked.end()) asked.push_back(lease->exit);
  }
  co_return last;
}

void PrivateMode::report(const path::Circuits::Lease& lease, const ExitAnswer& answer, std::uint16_t port) {
  if (answer.declined()) circuits_->declined(lease, reason_of(answer), port);
  if (answer.heard)
    circuits_->worked(lease);
  else if (answer.connected.status == ConnectStatus::timeout)
    circuits_->silent(lease);
}

/// Where the program's connection ends without a word, the person finds the reason here and in the status.
void PrivateMode::log_problem(const base::Error& error) {
  // Its context has the port that was asked for, which is no business of the log (as in Outbound).
  const auto shown =
      error.is(path::Errc::no_exit_for_port) ? base::Error(path::Errc::no_exit_for_port) : error;
  if (log_lines_.take())
    spdlog::warn("a program's connection could not be made in private mode: {}", shown.message());
}

/// Circuits keep it for as long as they live: they need to know no program's user name and password.
std::string PrivateMode::name_of_isolation(std::string_view isolation) const {
  const auto digest = crypto::sha256({salt_, base::bytes_of(isolation)});
  return {digest.begin(), digest.end()};
}

/// HOST:PORT as it is listed; one that has left the list is told by its id.
control::Hop PrivateMode::row_of(const peer::PeerId& peer) const {
  const auto& listed = *view_->relays();
  const auto same = [&](const directory::Listed& one) { return one.descriptor.descriptor().peer == peer; };
  const auto found = std::ranges::find_if(listed, same);
  if (found == listed.end()) return {peer.to_text()};
  const auto address = found->descriptor.descriptor().relay_address();
  return {peer::HostPort{address.host, address.port}.to_text(), found->country.code, address.cover_name};
}

void PrivateMode::note_exit(const peer::PeerId& exit, const std::string& bound) {
  const auto row = row_of(exit);
  const auto listed = peer::parse_host_port(row.address);
  exit_seen_ = control::Hop{exit_seen(bound, listed ? listed->host : std::string()), row.country};
}

void PrivateMode::fill(control::Path& path) const {
  path.problem = circuits_->problem();
  if (path.hops > 1) path.exit_seen = exit_seen_;
  for (const auto& circuit : circuits_->circuits()) {
    control::Circuit row;
    for (const auto& hop : circuit.hops) row.hops.push_back(row_of(hop.peer));
    row.state = state_text(circuit);
    row.streams = circuit.streams;
    row.age = std::chrono::duration_cast<std::chrono::seconds>(circuit.age);
    row.round_trip = circuit.round_trip;
    path.circuits.push_back(std::move(row));
  }
}

}  // namespace qnet::node
