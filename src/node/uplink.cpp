#include "node/uplink.hpp"

#include <algorithm>

#include <fmt/chrono.h>
#include <fmt/format.h>
#include <boost/asio/as_tuple.hpp>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>
#include <boost/asio/use_awaitable.hpp>

#include "cover_site/error.hpp"
#include "net/deadline.hpp"
#include "net/error.hpp"
#include "net/retry.hpp"

namespace qnet::node {

namespace {

constexpr auto kAwait = boost::asio::as_tuple(boost::asio::use_awaitable);

}  // namespace

Uplink::Uplink(const boost::asio::any_io_executor& executor, Candidates candidates,
               std::shared_ptr<const discovery::Dialer> dialer, std::function<void()> unsatisfied)
    : candidates_(std::move(candidates)),
      unsatisfied_(std::move(unsatisfied)),
      dialer_(std::move(dialer)),
      retry_(executor),
      attempted_(executor),
      moved_(executor) {
  attempted_.expires_at(std::chrono::steady_clock::time_point::max());
  refresh_candidates();
}

void Uplink::start() {
  boost::asio::co_spawn(
      retry_.get_executor(), [self = shared_from_this()] { return self->keep_connected(); },
      boost::asio::detached);
}

void Uplink::stop() {
  stopped_ = true;
  unsatisfied_ = nullptr;
  if (session_) session_->close();
  retry_.cancel();
  attempted_.cancel();
  moved_.notify();
}

void Uplink::reconsider() {
  others_known_ = true;
  moved_.notify();
  retry_.cancel();
}

void Uplink::leads_nowhere(const session::Session& session) {
  if (session_.get() != &session || !used_) return;
  used_->leads_nowhere_until = std::chrono::steady_clock::now() + UplinkLimits::without_exit;
  used_->problem = "This peer has no exit: it serves as a directory or a relay only.";
  session_->close();
  retry_.cancel();
}

void Uplink::announce() { attempted_.cancel(); }

net::Task<void> Uplink::keep_connected() {
  auto wait = UplinkLimits::first_retry;
  while (!stopped_) {
    co_await round(false);
    if (connected()) {
      const auto began = std::chrono::steady_clock::now();
      co_await hold_session();
      since_ = std::chrono::system_clock::now();
      const auto lived = std::chrono::steady_clock::now() - began;
      if (lived < UplinkLimits::shortest_rest) resting_ = false;
      const bool rested = resting_;
      while (resting_ && !stopped_) co_await pause(std::chrono::hours(1));
      // Its peer was not at fault that it leads nowhere: the others are asked at once.
      if (rested || lived >= UplinkLimits::proven || !is_worth_dialling(*used_, false)) {
        wait = UplinkLimits::first_retry;
        continue;
      }
      if (!stopped_) {
        problem_ = session_->reason();
        failed_at_ = std::chrono::steady_clock::now();
      }
    }
    if (others_known_) continue;
    // Jitter, so that a relay that comes back is not met by all of its clients in one moment.
    co_await pause(
        wait + std::chrono::milliseconds(dialer_->random().below(static_cast<std::uint32_t>(wait.count()))));
    wait = std::min<std::chrono::milliseconds>(wait * 2, UplinkLimits::last_retry);
  }
}

/// Until the session ends. Meanwhile a last resort is left when anybody better answers.
net::Task<void> Uplink::hold_session() {
  while (connected() && !stopped_) {
    const bool last_resort = on_last_resort();
    // The session's own end cancels this pause.
    const auto duration =
        last_resort ? net::jittered(UplinkLimits::reconsider, UplinkLimits::jitter, dialer_->random())
                    : std::chrono::milliseconds(std::chrono::hours(1));
    const auto over = [this] { return stopped_ || !connected(); };
    if (co_await net::wait_watching_clock(retry_, duration, over))
      clock_jumped_ = std::chrono::steady_clock::now();
    if (last_resort && connected() && !stopped_) co_await round(true);
  }
}

net::Task<void> Uplink::pause(std::chrono::milliseconds duration) {
  if (stopped_) co_return;
  retry_.expires_after(duration);
  (void)co_await retry_.async_wait(kAwait);
}

/// Who stays among the candidates keeps what is known of it.
void Uplink::refresh_candidates() {
  std::vector<std::shared_ptr<Peer>> next;
  for (auto& candidate : candidates_()) {
    const auto& address = candidate.address;
    const auto known = std::ranges::find_if(peers_, [&](const auto& peer) {
      return peer->address.noise_key == address.noise_key && peer->address.host == address.host &&
             peer->address.port == address.port;
    });
    next.push_back(known == peers_.end() ? std::make_shared<Peer>() : *known);
    next.back()->address = std::move(candidate.address);
    next.back()->standing = candidate.standing;
  }
  // Who is on the way, or in use, is not forgotten because others were drawn this time.
  for (const auto& peer : peers_) {
    const bool needed = peer->dialling || (peer == used_ && connected());
    if (needed && std::ranges::find(next, peer) == next.end()) next.push_back(peer);
  }
  peers_ = std::move(next);
}

net::Task<void> Uplink::round(bool better_only) {
  dialling_ = true;
  others_known_ = false;
  refresh_candidates();
  co_await race(better_only);
  dialling_ = false;
  if ((!connected() || on_last_resort()) && unsatisfied_) unsatisfied_();
  announce();
}

bool Uplink::is_over(bool better_only) const {
  return stopped_ || others_known_ || (connected() && !(better_only && on_last_resort()));
}

bool Uplink::is_worth_dialling(const Peer& peer, bool better_only) const {
  return peer.leads_nowhere_until <= std::chrono::steady_clock::now() &&
         !(better_only && peer.standing == Standing::last_resort);
}

/// Several may be on their way, one wins.
net::Task<void> Uplink::race(bool better_only) {
  // The list may change while they run.
  const auto peers = peers_;
  bool tried = false;
  for (const auto& peer : peers) {
    if (is_over(better_only)) co_return;
    if (!is_worth_dialling(*peer, better_only)) continue;
    tried = true;
    // One that a round before has begun to dial is waited for as any other.
    if (!std::exchange(peer->dialling, true)) {
      ++attempts_;
      boost::asio::co_spawn(
          retry_.get_executor(), [self = shared_from_this(), peer] { return self->attempt(peer); },
          boost::asio::detached);
    }
    const net::Deadline next(retry_.get_executor(), UplinkLimits::stagger, [this] { moved_.notify(); });
    while (!is_over(better_only) && peer->dialling && !next.expired()) co_await moved_.wait();
  }
  while (!is_over(better_only) && attempts_ > 0) co_await moved_.wait();
  if (tried || peers.empty() || connected()) co_return;
  problem_ = session::Errc::protocol_refused;
  failed_at_ = std::chrono::steady_clock::now();
}

/// Whether a session with this peer is better than what there is.
bool Uplink::may_serve(const Peer& peer) const {
  return !stopped_ && (!connected() || (on_last_resort() && peer.standing != Standing::last_resort));
}

net::Task<void> Uplink::attempt(std::shared_ptr<Peer> peer) {
  peer->state = "connecting";
  auto address = peer->address;
  auto dialled = co_await dialer_->dial(std::move(address));
  peer->dialling = false;
  --attempts_;
  if (dialled && may_serve(*peer)) {
    use(peer, std::move(*dialled));
  } else if (dialled) {
    dialled->session->close();
    peer->state = "idle";
  } else {
    peer->state = "failed";
    peer->problem = explain_dial_error(dialled.error(), peer->address, peer->standing);
    if (!connected()) {
      problem_ = dialled.error();
      failed_at_ = std::chrono::steady_clock::now();
    }
  }
  moved_.notify();
}

void Uplink::use(const std::shared_ptr<Peer>& peer, session::Dialled dialled) {
  // A session that is closing has not told of its end yet.
  if (used_ && used_ != peer && used_->state == "connected") used_->state = "idle";
  if (connected()) {
    boost::asio::co_spawn(
        retry_.get_executor(), [self = shared_from_this(), left = session_] { return self->retire(left); },
        boost::asio::detached);
  }
  session_ = std::move(dialled.session);
  used_ = peer;
  session_->on_end([weak = weak_from_this(), peer, ended = session_.get()] {
    const auto self = weak.lock();
    // One that was left for a better one is nobody's any more.
    if (!self || self->session_.get() != ended) return;
    peer->state = "idle";
    // Here, not where it is waited for: a request may come before that is resumed.
    self->resting_ = self->session_->reason().is(session::Errc::idle);
    self->retry_.cancel();
  });
  peer->state = "connected";
  peer->problem.clear();
  peer->round_trip = dialled.round_trip;
  since_ = std::chrono::system_clock::now();
  problem_.reset();
}

/// Its streams may end as they would have.
net::Task<void> Uplink::retire(std::shared_ptr<session::Session> session) {
  constexpr std::chrono::seconds kStep{1};
  const auto self = shared_from_this();
  const auto end = std::chrono::steady_clock::now() + UplinkLimits::retirement;
  boost::asio::steady_timer step(retry_.get_executor());
  while (!stopped_ && session->usable() && session->stream_count() > 0 &&
         std::chrono::steady_clock::now() < end) {
    step.expires_after(kStep);
    (void)co_await step.async_wait(kAwait);
  }
  session->close();
}

net::Task<base::Result<std::shared_ptr<session::Session>>> Uplink::session() {
  const auto self = shared_from_this();
  if (connected()) co_return session_;
  // That nobody has an exit may change with what is asked of the directories just now: worth the wait.
  const auto is_final = [this] {
    return problem_ && !dialling_ && !problem_->is(session::Errc::protocol_refused);
  };
  if (is_final() && std::chrono::steady_clock::now() - failed_at_ < UplinkLimits::fresh_failure)
    co_return tl::unexpected(*problem_);
  resting_ = false;
  retry_.cancel();
  const auto deadline = std::chrono::steady_clock::now() + UplinkLimits::request;
  boost::asio::steady_timer limit(retry_.get_executor(), deadline);
  limit.async_wait([weak = weak_from_this()](const boost::system::error_code& error) {
    if (const auto alive = weak.lock(); alive && !error) alive->announce();
  });
  // Also woken by the ends of rounds that began before, and of other requests' time.
  const auto asked = std::chrono::steady_clock::now();
  while (!stopped_ && std::chrono::steady_clock::now() < deadline) {
    (void)co_await attempted_.async_wait(kAwait);
    if (connected()) co_return session_;
    if (is_final() && failed_at_ >= asked) co_return tl::unexpected(*problem_);
  }
  if (problem_) co_return tl::unexpected(*problem_);
  co_return base::fail(net::Errc::timed_out);
}

std::string explain_dial_error(const base::Error& error, const session::RelayAddress& relay,
                               Standing standing) {
  const bool listed = standing == Standing::listed;
  const std::string_view elsewhere =
      listed ? "another of the list is tried" : "ask for a new invite if this lasts";
  const auto where = fmt::format("{}:{}", relay.host, relay.port);
  if (error.is(htx::Errc::not_recognised) || error.is(htx::Errc::alert) ||
      error.is(htx::Errc::bad_server_hello) || error.is(cover_site::Errc::not_recognised)) {
    return fmt::format(
        "The relay at {} did not recognise this client: check that this computer's clock is right (it says "
        "{:%F %H:%M} "
        "UTC, and may be off by 10 minutes at most){}.",
        where, fmt::gmtime(std::chrono::system_clock::now()),
        listed ? "; another of the list is tried" : " and that the invite is the relay's newest one");
  }
  using crypto::CertificateErrc;
  if (error.is(CertificateErrc::untrusted) || error.is(CertificateErrc::wrong_name) ||
      error.is(CertificateErrc::expired) || error.is(CertificateErrc::not_yet_valid))
    return fmt::format(
        "The certificate that {} shows is not trusted ({}): somebody may be listening in, or the relay's "
        "operator has let it run out; {}.",
        where, error.message(), elsewhere);
  if (error.is(session::Errc::protocol_refused))
    return fmt::format("The peer at {} has no exit: it serves as a directory or a relay only.", where);
  if (error.is(net::Errc::refused))
    return fmt::format("Nothing answers at {}: the relay is not running, or its address has changed; {}.",
                       where, elsewhere);
  if (error.is(net::Errc::no_such_host))
    return fmt::format("The relay's name {} cannot be found: check this computer's Internet connection; {}.",
                       relay.host, elsewhere);
  if (error.is(net::Errc::timed_out) || error.is(net::Errc::host_unreachable) ||
      error.is(net::Errc::network_unreachable) || error.is(session::Errc::handshake_timed_out))
    return fmt::format(
        "The relay at {} cannot be reached: check this computer's Internet connection; if other sites "
        "work, the relay is down or blocked, and {}.",
        where, listed ? "another of the list is tried" : "another invite helps");
  return fmt::format("The connection to the relay at {} failed: {}.", where, error.message());
}

}  // namespace qnet::node
