#include "overlay/uplink/detours.hpp"

#include <algorithm>
#include <utility>

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>

#include "foundation/net/deadline.hpp"

namespace qnet::uplink {

namespace {

TimePoint steady_now() { return std::chrono::steady_clock::now(); }

Endpoint endpoint_of(const link::RelayAddress& address) {
  return {address.noise_key, address.host, address.port};
}

bool is_among(const std::vector<link::RelayAddress>& exits, const link::RelayAddress& one) {
  return std::ranges::any_of(exits, [&](const auto& exit) { return endpoint_of(exit) == endpoint_of(one); });
}

}  // namespace

void Detours::stop() {
  if (std::exchange(stopped_, true)) return;
  for (const auto& way : std::exchange(ways_, {}))
    if (way->session) way->session->close();
  left_.stop();
  notify();
}

net::Task<base::Result<std::shared_ptr<session::Session>>> Detours::session(
    const std::vector<link::RelayAddress>& exits, Purpose purpose) {
  const auto self = shared_from_this();
  const auto end = steady_now() + UplinkLimits::request;
  for (;;) {
    if (stopped_) co_return base::fail(Errc::stopped);
    remove_ended();
    if (const auto open = way_to(exits, purpose, true)) co_return open->session;
    const auto dialled = way_to(exits, purpose, false);
    if (steady_now() >= end) co_return base::fail(Errc::timed_out);
    const bool answers_late = dialled && steady_now() - dialled->begun >= UplinkLimits::stagger;
    if ((!dialled || answers_late) && dial_one_of(exits, purpose)) continue;
    if (!dialled && !next_of(exits, purpose)) co_return base::fail(Errc::no_exit);
    const auto until = dialled && !answers_late ? dialled->begun + UplinkLimits::stagger : end;
    co_await wait_for_change(std::min(until, end));
  }
}

std::vector<Detours::Open> Detours::open() const {
  std::vector<Open> all;
  for (const auto& way : ways_)
    if (way->session) all.push_back({way->address, way->session, way->round_trip, way->is_for(0)});
  return all;
}

/// The one that was begun last, whose session is open or is being made.
std::shared_ptr<Detours::Way> Detours::way_to(const std::vector<link::RelayAddress>& exits, Purpose purpose,
                                              bool open) const {
  for (auto way = ways_.rbegin(); way != ways_.rend(); ++way)
    if (((*way)->session != nullptr) == open && (*way)->is_for(purpose) && is_among(exits, (*way)->address))
      return *way;
  return nullptr;
}

/// The first that is worth a dial; null when there is none.
const link::RelayAddress* Detours::next_of(const std::vector<link::RelayAddress>& exits,
                                           Purpose purpose) const {
  const auto now = steady_now();
  const auto next = std::ranges::find_if(exits, [&](const link::RelayAddress& exit) {
    const auto endpoint = endpoint_of(exit);
    return std::ranges::none_of(ways_,
                                [&](const auto& way) {
                                  return way->is_for(purpose) && endpoint_of(way->address) == endpoint;
                                }) &&
           std::ranges::none_of(failed_, [&](const Failure& failure) {
             return failure.endpoint == endpoint && failure.until > now;
           });
  });
  return next == exits.end() ? nullptr : &*next;
}

/// False when nobody is left, or no room for one more. One that another purpose has dialled is not dialled
/// again.
bool Detours::dial_one_of(const std::vector<link::RelayAddress>& exits, Purpose purpose) {
  const auto* const next = next_of(exits, purpose);
  if (next == nullptr) return false;
  const auto known = std::ranges::find_if(
      ways_, [&](const auto& way) { return endpoint_of(way->address) == endpoint_of(*next); });
  if (known != ways_.end()) {
    (*known)->purposes.push_back(purpose);
    return true;
  }
  if (!make_room(exits, purpose)) return false;
  const auto way = std::make_shared<Way>(Way{.address = *next, .begun = steady_now(), .purposes = {purpose}});
  ways_.push_back(way);
  boost::asio::co_spawn(
      executor_, [self = shared_from_this(), way] { return self->attempt(way); }, boost::asio::detached);
  return true;
}

/// A session to an exit that does not help gives its place up; what it carries may end as it would have.
bool Detours::make_room(const std::vector<link::RelayAddress>& exits, Purpose purpose) {
  if (ways_.size() < UplinkLimits::detours) return true;
  const auto useless = std::ranges::find_if(ways_, [&](const auto& way) {
    return way->session && !(way->is_for(purpose) && is_among(exits, way->address));
  });
  if (useless == ways_.end()) return false;
  const auto session = (*useless)->session;
  ways_.erase(useless);
  left_.add(session, UplinkLimits::retirement);
  return true;
}

net::Task<void> Detours::attempt(std::shared_ptr<Way> way) {
  auto dialled = co_await dial_(way->address);
  if (stopped_) {
    if (dialled) dialled->session->close();
    co_return;
  }
  if (dialled && dialled->session->usable()) {
    way->session = dialled->session;
    way->round_trip = dialled->round_trip;
    way->since = steady_now();
    way->session->on_end([weak = weak_from_this()] {
      if (const auto self = weak.lock()) self->remove_ended();
    });
  } else {
    std::erase(ways_, way);
    note_failure(way->address);
  }
  notify();
}

void Detours::note_failure(const link::RelayAddress& exit) {
  const auto now = steady_now();
  std::erase_if(failed_, [&](const Failure& failure) { return failure.until <= now; });
  if (failed_.size() >= UplinkLimits::known_lacks) failed_.pop_front();
  failed_.push_back({endpoint_of(exit), now + UplinkLimits::unreachable});
}

net::Task<void> Detours::wait_for_change(TimePoint until) {
  const auto changed = std::make_shared<net::Signal>(executor_);
  std::erase_if(waiting_, [](const auto& one) { return one.expired(); });
  waiting_.push_back(changed);
  const net::Deadline limit(executor_, until - steady_now(), [&changed] { changed->notify(); });
  co_await changed->wait();
}

/// One that takes no more streams is left to those that it has. One that ended at once has failed.
void Detours::remove_ended() {
  std::erase_if(ways_, [this](const auto& way) {
    if (!way->session || way->session->usable()) return false;
    if (steady_now() - way->since < UplinkLimits::proven) note_failure(way->address);
    return true;
  });
}

void Detours::notify() {
  for (const auto& weak : std::exchange(waiting_, {}))
    if (const auto one = weak.lock()) one->notify();
}

}  // namespace qnet::uplink
