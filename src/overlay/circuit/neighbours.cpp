#include "overlay/circuit/neighbours.hpp"

#include <algorithm>
#include <cstring>

#include <boost/asio/as_tuple.hpp>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>
#include <boost/asio/use_awaitable.hpp>

namespace qnet::circuit {

namespace asio = boost::asio;

namespace {

auto now() { return std::chrono::steady_clock::now(); }

/// Counts a waiter, also when it is cancelled.
class Counted {
 public:
  explicit Counted(std::size_t& count) : count_(count) { ++count_; }
  Counted(const Counted&) = delete;
  Counted& operator=(const Counted&) = delete;
  ~Counted() { --count_; }

 private:
  std::size_t& count_;
};

}  // namespace

std::size_t Neighbours::KeyHash::operator()(const crypto::Ed25519Public& key) const {
  std::size_t value = 0;
  std::memcpy(&value, key.data(), sizeof value);
  return value;
}

net::Task<base::Result<Neighbours::SessionPointer>> Neighbours::reach(peer::PeerId peer, Who asks) {
  const auto self = shared_from_this();
  const auto found = known_.find(peer.key());
  if (found != known_.end() && found->second.session && found->second.session->usable())
    co_return found->second.session;
  auto dial = begin(peer, asks);
  if (!dial) co_return base::forward_error(dial);
  co_return co_await wait_for(std::move(*dial));
}

net::Task<base::Result<Neighbours::SessionPointer>> Neighbours::wait_for(std::shared_ptr<Dial> dial) {
  const Counted counted(dial->waiting);
  if (!dial->result) (void)co_await dial->done.async_wait(asio::as_tuple(asio::use_awaitable));
  // Who is cancelled is woken as well.
  co_return dial->result.value_or(base::fail(Errc::ended));
}

/// The dial that goes to this relay now, or a new one.
base::Result<std::shared_ptr<Neighbours::Dial>> Neighbours::begin(const peer::PeerId& peer, const Who& asks) {
  if (stopped_) return base::fail(Errc::ended);
  const auto found = known_.find(peer.key());
  if (found != known_.end()) {
    const auto& [key, neighbour] = *found;
    const bool room = !neighbour.dial || neighbour.dial->waiting < options_.limits.waiting;
    if (!room) return base::fail(Errc::too_many_neighbours);
    if (neighbour.dial) return neighbour.dial;
    if (now() < neighbour.rests_until) return base::fail(Errc::not_again_yet);
  }
  if (dials_ >= options_.limits.dials) return base::fail(Errc::too_many_neighbours);
  auto place = dials_for_.take(asks, options_.limits.dials_for_one);
  if (!place) return base::fail(Errc::too_many_neighbours);
  // Asked each time: it may have moved, or have left the list.
  auto address = options_.address_of(peer);
  if (!address) return base::fail(Errc::no_next_hop);
  auto* const neighbour = place_for(peer);
  if (neighbour == nullptr) return base::fail(Errc::too_many_neighbours);
  neighbour->session = nullptr;
  auto made = std::make_shared<Dial>(executor_);
  neighbour->dial = made;
  // It may have ended when this returns.
  asio::co_spawn(executor_, dial(peer, std::move(*address), made, std::move(place)), asio::detached);
  return made;
}

/// Null when nobody can make room.
Neighbours::Neighbour* Neighbours::place_for(const peer::PeerId& peer) {
  const auto& limits = options_.limits;
  if (!known_.contains(peer.key()) && known_.size() >= limits.relays) {
    const auto unused = std::ranges::find_if(known_, [](const auto& entry) {
      const auto& [key, one] = entry;
      return !one.dial && (!one.session || one.session->stream_count() == 0);
    });
    if (unused == known_.end()) return nullptr;
    if (unused->second.session) unused->second.session->close();
    known_.erase(unused);
  }
  const base::Backoff pauses(limits.first_pause, limits.last_pause);
  return &known_.try_emplace(peer.key(), Neighbour{nullptr, nullptr, pauses}).first->second;
}

net::Task<void> Neighbours::dial(peer::PeerId peer, link::RelayAddress address, std::shared_ptr<Dial> dial,
                                 std::shared_ptr<const Places::Place> /*place*/) {
  const auto self = shared_from_this();
  const Counted counted(dials_);
  auto made = co_await options_.dial(std::move(address));
  if (made && stopped_) {
    (*made)->close();
    made = base::fail(Errc::ended);
  }
  // It stays there as long as the dial goes on: place_for() takes no such one.
  auto& neighbour = known_.find(peer.key())->second;
  neighbour.dial = nullptr;
  if (made) {
    neighbour.session = *made;
    neighbour.pauses.reset();
    asio::co_spawn(executor_, end_when_idle(*made), asio::detached);
  } else {
    neighbour.rests_until = now() + neighbour.pauses.next(options_.random);
  }
  dial->result.emplace(std::move(made));
  dial->done.cancel();
}

/// A session that its peer has ended is forgotten here as well.
net::Task<void> Neighbours::end_when_idle(SessionPointer session) {
  const auto self = shared_from_this();
  const auto timer = std::make_shared<asio::steady_timer>(executor_);
  session->on_end([timer] { timer->cancel(); });
  const auto idle = base::jittered(options_.limits.idle, options_.limits.idle_jitter, options_.random);
  auto due = now() + idle;
  while (session->alive()) {
    timer->expires_at(due);
    (void)co_await timer->async_wait(asio::as_tuple(asio::use_awaitable));
    // When its last circuit ended, the peer had something to say, or was told and said nothing: close enough.
    due = (session->stream_count() > 0 ? now() : session->last_heard()) + idle;
    if (session->alive() && due <= now()) session->close();
    if (!session->usable()) break;
  }
  std::erase_if(known_, [&](const auto& entry) { return entry.second.session == session; });
}

void Neighbours::stop() {
  stopped_ = true;
  for (const auto& [key, neighbour] : known_)
    if (neighbour.session) neighbour.session->close();
}

}  // namespace qnet::circuit
