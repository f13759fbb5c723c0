#include "network/path/avoidance.hpp"

#include <algorithm>
#include <unordered_map>

#include "network/directory/peer_key.hpp"

namespace qnet::path {

namespace {

std::chrono::milliseconds time_after(unsigned failures) {
  auto time = AvoidanceLimits::first;
  for (unsigned i = 1; i < failures && time < AvoidanceLimits::longest; ++i) time *= 2;
  return std::min(time, AvoidanceLimits::longest);
}

}  // namespace

bool Avoidance::same(const Failure& failure, const Failure& other) {
  return (failure.one == other.one && failure.other == other.other) ||
         (failure.other == other.one && other.other == failure.one);
}

void Avoidance::note(Failures& failures, Failure failure, bool certain, SteadyTime now) const {
  const auto found =
      std::ranges::find_if(failures, [&](const Failure& known) { return same(known, failure); });
  if (found != failures.end()) {
    const auto forgiven = static_cast<std::uint64_t>((now - found->last) / AvoidanceLimits::forgiven);
    failure.count = found->count > forgiven ? found->count - static_cast<unsigned>(forgiven) : 0;
    failure.certain_until = found->certain_until;
    failure.search = found->search;
    failure.searched_until = found->searched_until;
    failures.erase(found);
  }
  failure.count = std::min(failure.count + 1, 32U);  // far beyond the longest time
  failure.last = now;
  failure.until = now + time_after(failure.count);
  if (certain) {
    failure.certain_until = failure.until;
    failure.search = search_;
    failure.searched_until = now + AvoidanceLimits::search;
  }
  failures.push_back(failure);
  if (failures.size() > AvoidanceLimits::remembered) failures.pop_front();
}

void Avoidance::pair_failed(const peer::PeerId& one, const peer::PeerId& other, SteadyTime now) {
  note(pairs_, {.one = one, .other = other}, true, now);
}

void Avoidance::pair_suspected(const peer::PeerId& one, const peer::PeerId& other, SteadyTime now) {
  note(pairs_, {.one = one, .other = other}, false, now);
}

void Avoidance::relay_failed(const peer::PeerId& relay, SteadyTime now) {
  note(relays_, {.one = relay, .other = std::nullopt}, true, now);
}

/// Of a relay's own failures none is forgotten here: it may work for its accomplices alone.
void Avoidance::pair_worked(const peer::PeerId& one, const peer::PeerId& other) {
  const Failure worked{.one = one, .other = other};
  std::erase_if(pairs_, [&](const Failure& failure) { return same(failure, worked); });
}

std::vector<peer::PeerId> Avoidance::relays(SteadyTime now, Counted counted) const {
  std::vector<peer::PeerId> found;
  if (counted == Counted::searched) return found;
  for (const auto& failure : relays_)
    if (now < failure.until) found.push_back(failure.one);
  if (counted == Counted::certain) return found;
  // A pair is remembered once, so each time is another neighbour.
  std::unordered_map<directory::PeerKey, std::size_t, directory::PeerKeyHash> times;
  const auto count = [&](const peer::PeerId& peer) {
    if (++times[peer.key()] == AvoidanceLimits::neighbours) found.push_back(peer);
  };
  for (const auto& failure : pairs_) {
    if (now >= failure.until) continue;
    count(failure.one);
    count(*failure.other);
  }
  return found;
}

bool Avoidance::counts(const Failure& failure, Counted counted, SteadyTime now) const {
  if (failure.search == search_ && now < failure.searched_until) return true;
  if (counted == Counted::searched) return false;
  return now < (counted == Counted::all ? failure.until : failure.certain_until.value_or(now));
}

std::vector<peer::PeerId> Avoidance::neighbours(const peer::PeerId& relay, SteadyTime now,
                                                Counted counted) const {
  std::vector<peer::PeerId> found;
  for (const auto& failure : pairs_) {
    if (!counts(failure, counted, now)) continue;
    if (failure.one == relay) found.push_back(*failure.other);
    if (failure.other == relay) found.push_back(failure.one);
  }
  return found;
}

}  // namespace qnet::path
