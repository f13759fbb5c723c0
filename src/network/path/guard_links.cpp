#include "network/path/guard_links.hpp"

#include <utility>

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>

#include "network/path/error.hpp"
#include "network/path/pool_limits.hpp"
#include "overlay/session/silence.hpp"

namespace qnet::path {

namespace {
SteadyTime steady_now() { return std::chrono::steady_clock::now(); }
}  // namespace

net::Task<base::Result<GuardLinks::SessionPointer>> GuardLinks::session(const peer::PeerId& guard,
                                                                        unsigned attempt,
                                                                        const link::RelayAddress& address) {
  const auto self = shared_from_this();
  if (stopped_) co_return base::fail(Errc::stopped);
  if (connected(guard)) co_return entries_.at(guard.key()).session;
  if (has_failed_early(guard)) co_return base::fail(session::Errc::ended);
  // Before the dial, which may be over when the call returns.
  const auto signal = std::make_shared<net::Signal>(executor_);
  entries_[guard.key()].waiters.push_back(signal);
  dial(guard, attempt, address);
  const net::Deadline limit(executor_, PoolLimits::guard_wait, [signal] { signal->notify(); });
  co_await signal->wait();
  if (stopped_) co_return base::fail(Errc::stopped);
  if (connected(guard)) co_return entries_.at(guard.key()).session;
  if (has_failed_early(guard)) co_return base::fail(session::Errc::ended);
  const auto* const entry = find(guard);
  if (entry != nullptr && entry->dialled) co_return base::fail(Errc::timed_out);
  const auto problem = entry == nullptr ? std::nullopt : entry->problem;
  co_return tl::unexpected(problem.value_or(base::Error(Errc::stopped)));
}

void GuardLinks::dial(const peer::PeerId& guard, unsigned attempt_number, link::RelayAddress address) {
  auto& entry = entries_[guard.key()];
  if (stopped_ || entry.dialled || connected(guard)) return;
  entry.session.reset();
  entry.asked.reset();
  entry.dialled = steady_now();
  hooks_.begun(guard);
  boost::asio::co_spawn(
      executor_,
      [self = shared_from_this(), guard, attempt_number, to = std::move(address)]() mutable {
        return self->attempt(guard, attempt_number, std::move(to));
      },
      boost::asio::detached);
}

net::Task<void> GuardLinks::attempt(peer::PeerId guard, unsigned attempt_number, link::RelayAddress address) {
  const auto self = shared_from_this();
  const auto generation = generation_;
  auto dialled = co_await hooks_.dial(std::move(address), attempt_number);
  if (stopped_ || generation != generation_) {
    if (dialled) dialled->session->close();
    co_return;
  }
  // One that has ended already is none.
  if (dialled && !dialled->session->usable()) dialled = tl::unexpected(dialled->session->reason());
  auto& entry = entries_[guard.key()];
  entry.dialled.reset();
  entry.problem.reset();
  if (dialled) {
    entry.peer_time = dialled->peer_time;
    take(guard, entry, std::move(dialled->session));
    hooks_.stands(guard);
  } else {
    entry.problem = std::move(dialled.error());
    hooks_.over(guard, false);
  }
  wake_waiters(entries_[guard.key()]);
}

/// A guard, or a censor, that lets each handshake pass and ends what follows must not make us dial without a
/// pause. That a circuit was built proves nothing: it may be what ends the session.
void GuardLinks::take(const peer::PeerId& guard, Entry& entry, SessionPointer session) {
  entry.session = std::move(session);
  const auto weak = weak_from_this();
  entry.proof = std::make_unique<net::Deadline>(executor_, PoolLimits::proven, [weak, guard] {
    if (const auto self = weak.lock()) self->end_proof(guard);
  });
  entry.session->on_end([weak, guard, session = entry.session.get()] {
    if (const auto self = weak.lock()) self->ended(guard, session);
  });
}

void GuardLinks::proven(const peer::PeerId& guard, const session::Session* session) {
  const auto* const entry = find(guard);
  if (entry != nullptr && entry->session.get() == session && connected(guard)) end_proof(guard);
}

/// The hook may lead to other dials: no entry is held over it.
void GuardLinks::end_proof(const peer::PeerId& guard) {
  const auto found = entries_.find(guard.key());
  if (stopped_ || found == entries_.end() || !std::exchange(found->second.proof, nullptr)) return;
  hooks_.over(guard, connected(guard));
}

/// Whether its session takes no more circuits, and was not proven: that counts as a failed dial, also when
/// the session has said good-bye and not ended yet.
bool GuardLinks::has_failed_early(const peer::PeerId& guard) {
  const auto* const entry = find(guard);
  if (entry == nullptr || !entry->proof || connected(guard)) return false;
  end_proof(guard);
  return true;
}

void GuardLinks::ended(const peer::PeerId& guard, const session::Session* session) {
  const auto found = entries_.find(guard.key());
  if (found != entries_.end() && found->second.session.get() == session) end_proof(guard);
}

void GuardLinks::wake_waiters(Entry& entry) {
  for (const auto& waiter : std::exchange(entry.waiters, {})) waiter->notify();
}

void GuardLinks::renew() {
  ++generation_;
  for (auto& [key, entry] : std::exchange(entries_, {})) {
    if (entry.session) entry.session->drain();
    wake_waiters(entry);
  }
}

void GuardLinks::stop() {
  stopped_ = true;
  for (auto& [key, entry] : entries_) {
    entry.proof.reset();
    if (const auto session = std::exchange(entry.session, nullptr)) session->close();
    wake_waiters(entry);
  }
  // What they hold may hold this. The dial's hook stays: a coroutine of it may still run.
  hooks_.begun = nullptr;
  hooks_.stands = nullptr;
  hooks_.over = nullptr;
}

/// What is behind it may be dead: only its own answer to a probe says that it is not.
void GuardLinks::asked(const peer::PeerId& guard, bool surely, SteadyTime now) {
  if (!connected(guard)) return;
  auto& entry = entries_.at(guard.key());
  const auto heard = entry.session->last_heard();
  const bool waits = entry.asked && heard < *entry.asked;
  if (waits || (!surely && now - heard < PoolLimits::fresh)) return;
  entry.asked = now;
  entry.session->probe();
  const auto allowed = std::chrono::duration_cast<std::chrono::seconds>(PoolLimits::dead_guard);
  const session::SilenceWatch watch(entry.session, allowed);  // it goes on by itself
}

bool GuardLinks::slow(const peer::PeerId& guard, SteadyTime now) const {
  const auto* const entry = find(guard);
  if (entry == nullptr) return false;
  if (entry->dialled) return now - *entry->dialled >= PoolLimits::slow_guard;
  return entry->session && entry->asked && entry->session->last_heard() < *entry->asked &&
         now - *entry->asked >= PoolLimits::slow_guard;
}

bool GuardLinks::heard_since(const peer::PeerId& guard, SteadyTime time) const {
  return connected(guard) && find(guard)->session->last_heard() >= time;
}

bool GuardLinks::connected(const peer::PeerId& guard) const {
  const auto* const entry = find(guard);
  return entry != nullptr && entry->session && entry->session->usable();
}

void GuardLinks::on_heard(const peer::PeerId& guard, std::function<void()> function) {
  if (connected(guard)) entries_.at(guard.key()).session->on_heard(std::move(function));
}

std::optional<link::PeerTime> GuardLinks::time_told_by(const peer::PeerId& guard) const {
  const auto* const entry = find(guard);
  return entry == nullptr ? std::nullopt : entry->peer_time;
}

const GuardLinks::Entry* GuardLinks::find(const peer::PeerId& guard) const {
  const auto found = entries_.find(guard.key());
  return found == entries_.end() ? nullptr : &found->second;
}

}  // namespace qnet::path
