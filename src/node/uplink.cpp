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

namespace qnet::node {

namespace {

constexpr auto kAwait = boost::asio::as_tuple(boost::asio::use_awaitable);

}  // namespace

/// One round: several may be on their way, one wins.
struct Uplink::Race {
  explicit Race(const boost::asio::any_io_executor& executor) : moved(executor) {}
  net::Signal moved;
  std::size_t running = 0;
  bool won = false;
};

Uplink::Uplink(const boost::asio::any_io_executor& executor, Candidates candidates,
               std::shared_ptr<const discovery::Dialer> dialer)
    : candidates_(std::move(candidates)), dialer_(std::move(dialer)), retry_(executor), attempted_(executor) {
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
  if (session_) session_->close();
  retry_.cancel();
  attempted_.cancel();
}

void Uplink::announce() { attempted_.cancel(); }

void Uplink::end_round() {
  dialling_ = false;
  announce();
}

net::Task<void> Uplink::keep_connected() {
  auto wait = UplinkLimits::first_retry;
  while (!stopped_) {
    if (co_await dial_any()) {
      const auto began = std::chrono::steady_clock::now();
      // The session's own end cancels this pause.
      while (connected() && !stopped_) co_await pause(std::chrono::hours(1));
      since_ = std::chrono::system_clock::now();
      const auto lived = std::chrono::steady_clock::now() - began;
      if (lived < UplinkLimits::shortest_rest) resting_ = false;
      const bool rested = resting_;
      while (resting_ && !stopped_) co_await pause(std::chrono::hours(1));
      if (rested || lived >= UplinkLimits::proven) {
        wait = UplinkLimits::first_retry;
        continue;
      }
      if (!stopped_) {
        problem_ = session_->reason();
        failed_at_ = std::chrono::steady_clock::now();
      }
    }
    // Jitter, so that a relay that comes back is not met by all of its clients in one moment.
    co_await pause(
        wait + std::chrono::milliseconds(dialer_->random().below(static_cast<std::uint32_t>(wait.count()))));
    wait = std::min<std::chrono::milliseconds>(wait * 2, UplinkLimits::last_retry);
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
  for (auto& address : candidates_()) {
    const auto known = std::ranges::find_if(peers_, [&](const auto& peer) {
      return peer->address.noise_key == address.noise_key && peer->address.host == address.host &&
             peer->address.port == address.port;
    });
    next.push_back(known == peers_.end() ? std::make_shared<Peer>() : *known);
    next.back()->address = std::move(address);
  }
  peers_ = std::move(next);
}

net::Task<bool> Uplink::dial_any() {
  dialling_ = true;
  refresh_candidates();
  const auto race = std::make_shared<Race>(retry_.get_executor());
  co_await run_race(race);
  end_round();
  co_return race->won;
}

net::Task<void> Uplink::run_race(std::shared_ptr<Race> race) {
  // The list may change while they run.
  const auto peers = peers_;
  for (const auto& peer : peers) {
    if (stopped_ || race->won) co_return;
    const auto before = race->running++;
    boost::asio::co_spawn(
        retry_.get_executor(), [self = shared_from_this(), peer, race] { return self->attempt(peer, race); },
        boost::asio::detached);
    const net::Deadline next(retry_.get_executor(), UplinkLimits::stagger, [race] { race->moved.notify(); });
    while (!race->won && race->running > before && !next.expired()) co_await race->moved.wait();
  }
  while (!race->won && race->running > 0 && !stopped_) co_await race->moved.wait();
}

net::Task<void> Uplink::attempt(std::shared_ptr<Peer> peer, std::shared_ptr<Race> race) {
  peer->state = "connecting";
  auto dialled = co_await dialer_->dial(peer->address);
  --race->running;
  if (!dialled) {
    peer->state = "failed";
    peer->problem = explain_dial_error(dialled.error(), peer->address);
    problem_ = dialled.error();
    failed_at_ = std::chrono::steady_clock::now();
  } else if (race->won || stopped_) {
    dialled->session->close();
    peer->state = "idle";
  } else {
    race->won = true;
    use(peer, std::move(*dialled));
  }
  race->moved.notify();
}

void Uplink::use(const std::shared_ptr<Peer>& peer, session::Dialled dialled) {
  session_ = std::move(dialled.session);
  session_->on_end([weak = weak_from_this(), peer] {
    if (const auto self = weak.lock()) {
      peer->state = "idle";
      // Here, not where it is waited for: a request may come before that is resumed.
      self->resting_ = self->session_->reason().is(session::Errc::idle);
      self->retry_.cancel();
    }
  });
  peer->state = "connected";
  peer->problem.clear();
  peer->round_trip = dialled.round_trip;
  since_ = std::chrono::system_clock::now();
  problem_.reset();
}

net::Task<base::Result<std::shared_ptr<session::Session>>> Uplink::session() {
  const auto self = shared_from_this();
  if (connected()) co_return session_;
  if (problem_ && !dialling_ && std::chrono::steady_clock::now() - failed_at_ < UplinkLimits::fresh_failure)
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
    if (problem_ && failed_at_ >= asked && !dialling_) co_return tl::unexpected(*problem_);
  }
  if (problem_) co_return tl::unexpected(*problem_);
  co_return base::fail(net::Errc::timed_out);
}

std::string explain_dial_error(const base::Error& error, const session::RelayAddress& relay) {
  const auto where = fmt::format("{}:{}", relay.host, relay.port);
  if (error.is(htx::Errc::not_recognised) || error.is(htx::Errc::alert) ||
      error.is(htx::Errc::bad_server_hello) || error.is(cover_site::Errc::not_recognised)) {
    return fmt::format(
        "The relay at {} did not recognise this client: check that this computer's clock is right (it says "
        "{:%F %H:%M} "
        "UTC, and may be off by 10 minutes at most) and that the invite is the relay's newest one.",
        where, fmt::gmtime(std::chrono::system_clock::now()));
  }
  using crypto::CertificateErrc;
  if (error.is(CertificateErrc::untrusted) || error.is(CertificateErrc::wrong_name) ||
      error.is(CertificateErrc::expired) || error.is(CertificateErrc::not_yet_valid))
    return fmt::format(
        "The certificate that {} shows is not trusted ({}): somebody may be listening in, or the relay's "
        "operator has let it run out; ask for a new invite if this lasts.",
        where, error.message());
  if (error.is(net::Errc::refused))
    return fmt::format(
        "Nothing answers at {}: the relay is not running, or its address has changed; ask for a new "
        "invite if this lasts.",
        where);
  if (error.is(net::Errc::no_such_host))
    return fmt::format(
        "The relay's name {} cannot be found: check this computer's Internet connection, or ask for a "
        "new invite.",
        relay.host);
  if (error.is(net::Errc::timed_out) || error.is(net::Errc::host_unreachable) ||
      error.is(net::Errc::network_unreachable) || error.is(session::Errc::handshake_timed_out))
    return fmt::format(
        "The relay at {} cannot be reached: check this computer's Internet connection; if other sites "
        "work, the relay is down or blocked, and another invite helps.",
        where);
  return fmt::format("The connection to the relay at {} failed: {}.", where, error.message());
}

}  // namespace qnet::node
