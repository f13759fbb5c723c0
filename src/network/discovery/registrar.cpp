#include "network/discovery/registrar.hpp"

#include <algorithm>

#include <spdlog/spdlog.h>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>

#include "foundation/net/wait_watching_clock.hpp"
#include "network/directory/clock.hpp"

namespace qnet::discovery {

namespace asio = boost::asio;
using directory::Answer;
using directory::milliseconds_now;
using directory::Purpose;
using directory::Query;
using directory::Status;
using directory::wall_now;
using std::chrono::milliseconds;

struct Registrar::Operator {
  Operator(const asio::any_io_executor& executor, std::optional<peer::Invite> at, std::string called)
      : invite(std::move(at)), name(std::move(called)), timer(executor) {}
  std::optional<peer::Invite> invite;  // nothing for the directory in this process
  std::string name;
  Heartbeat heartbeat;
  std::shared_ptr<session::Session> session;
  asio::steady_timer timer;
  bool complained = false;  // since it was last in touch
};

Registrar::Registrar(const asio::any_io_executor& executor, RegistrarConfig config,
                     std::shared_ptr<const session::Dialer> dialer)
    : executor_(executor), config_(std::move(config)), dialer_(std::move(dialer)) {
  for (const auto& invite : config_.operators) {
    const bool known =
        std::ranges::any_of(operators_, [&](const auto& one) { return one->invite->peer == invite.peer; });
    if (known || invite.peer == config_.identity.peer_id()) continue;
    if (operators_.size() >= RegistrarLimits::operators) break;
    operators_.push_back(std::make_shared<Operator>(executor, invite, invite.address.to_text()));
  }
  if (config_.own_directory)
    operators_.insert(operators_.begin(), std::make_shared<Operator>(executor, std::nullopt, "this peer"));
}

void Registrar::start() {
  for (const auto& to : operators_)
    asio::co_spawn(executor_, [self = shared_from_this(), to] { return self->keep(to); }, asio::detached);
}

void Registrar::stop(const std::shared_ptr<const void>& farewell) {
  if (std::exchange(stopped_, true)) return;
  for (const auto& to : operators_) {
    to->timer.cancel();
    asio::co_spawn(
        executor_, [self = shared_from_this(), to, farewell] { return self->say_goodbye(to, farewell); },
        asio::detached);
  }
}

std::vector<Registrar::Directory> Registrar::directories() const {
  std::vector<Directory> all;
  for (const auto& to : operators_)
    all.push_back({to->name, to->heartbeat.listed(), to->heartbeat.problem()});
  return all;
}

/// Signs anew when the descriptor has changed or half its life has passed. False when this relay has no
/// address now.
bool Registrar::refresh_descriptor() {
  auto now = config_.describe();
  if (!now) return false;
  // If the clock was a little ahead when the last descriptor was signed, the next one must not be older:
  // directories would take it for a replay.
  const auto latest = wall_now() + directory::RegistrationLimits::clock_skew;
  now->issued = wall_now();
  if (descriptor_) {
    const auto& old = descriptor_->descriptor();
    const bool fresh = old.expires - wall_now() > RegistrarLimits::descriptor / 2 && old.issued <= latest;
    if (fresh && directory::says_the_same(*now, old)) return true;
    if (old.issued <= latest) now->issued = std::max(now->issued, old.issued);
    if (now->addresses != old.addresses)
      for (const auto& to : operators_)
        if (to->session) to->session->close();  // it has an address that this machine no longer has
  }
  now->expires = now->issued + RegistrarLimits::descriptor;
  descriptor_ = directory::SignedDescriptor::sign(*now, config_.identity);
  return true;
}

/// News that a directory is told at once: an address or circuit keys that have changed.
bool Registrar::has_news(const Operator& to) {
  return to.heartbeat.in_touch() && refresh_descriptor() &&
         to.heartbeat.must_send_whole(descriptor_->digest());
}

net::Task<void> Registrar::keep(std::shared_ptr<Operator> to) {
  const auto self = shared_from_this();
  while (!stopped_) {
    const auto next = co_await tell(*to);
    if (!next.at_once && !stopped_)
      co_await net::wait_watching_clock(to->timer, next.pause,
                                        [this, &to] { return stopped_ || has_news(*to); });
  }
}

net::Task<Heartbeat::Next> Registrar::tell(Operator& to) {
  auto& random = dialer_->random();
  if (!refresh_descriptor()) co_return to.heartbeat.nothing_to_tell(random);
  const auto digest = descriptor_->digest();
  const bool whole = to.heartbeat.must_send_whole(digest);
  const auto answer = co_await send(to, Purpose::alive, whole);
  const auto next = answer
                        ? to.heartbeat.answered(*answer, digest, whole, sequence_, milliseconds_now(), random)
                        : to.heartbeat.failed(answer.error().message(), random);
  if (!next.at_once) complain(to);
  co_return next;
}

/// One line for a series of failures, not one for each attempt.
void Registrar::complain(Operator& to) {
  if (to.heartbeat.in_touch()) {
    to.complained = false;
  } else if (!stopped_ && !std::exchange(to.complained, true)) {
    spdlog::warn("the directory at {} cannot be told of this peer: {}", to.name, to.heartbeat.problem());
  }
}

net::Task<base::Result<Answer>> Registrar::send(Operator& to, Purpose purpose, bool whole) {
  directory::Registration registration{
      config_.identity.peer_id(), wall_now(),  sequence_.next(milliseconds_now()), purpose,
      descriptor_->digest(),      std::nullopt};
  if (whole) registration.descriptor = descriptor_;
  Query query{Query::Kind::registration, registration.sign(config_.identity)};
  if (!to.invite) co_return co_await config_.own_directory(std::move(query.payload));
  auto answer = co_await exchange(to, purpose, std::move(query));
  // A session that gave no answer is not used again, even if TCP thinks that it is alive.
  if (!answer && to.session) std::exchange(to.session, nullptr)->close();
  co_return answer;
}

net::Task<base::Result<Answer>> Registrar::exchange(Operator& to, Purpose purpose, Query query) {
  if (!to.session || !to.session->usable()) {
    auto address = to.invite->relay_address();
    auto dialled = co_await dialer_->dial(std::move(address));
    if (!dialled) co_return base::forward_error(dialled);
    if (stopped_ && purpose == Purpose::alive) {
      dialled->session->close();
      co_return base::fail(session::Errc::ended);
    }
    to.session = std::move(dialled->session);
  }
  co_return co_await ask(to.session, std::move(query));
}

net::Task<void> Registrar::report(std::vector<directory::RelayRate> rates) {
  const auto self = shared_from_this();
  const directory::RateReport report{config_.identity.peer_id(), wall_now(), std::move(rates)};
  const Query query{Query::Kind::rates, report.sign(config_.identity)};
  for (const auto& to : operators_) {
    const auto session = to->session;
    if (stopped_ || !to->heartbeat.listed() || !session || !session->usable()) continue;
    auto copy = query;
    (void)co_await ask(session, std::move(copy));
  }
}

net::Task<void> Registrar::say_goodbye(std::shared_ptr<Operator> to,
                                       std::shared_ptr<const void> /*farewell*/) {
  const auto self = shared_from_this();
  if (descriptor_ && to->heartbeat.known()) (void)co_await send(*to, Purpose::goodbye, false);
  if (to->session) to->session->close();
}

}  // namespace qnet::discovery
