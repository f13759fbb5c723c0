#include "network/path/path_problems.hpp"

#include <algorithm>

#include "network/path/error.hpp"
#include "network/path/limits.hpp"
#include "network/path/pool_limits.hpp"

namespace qnet::path {

namespace {

std::string as_sentence(std::string text) {
  if (text.empty()) return text;
  if (text.front() >= 'a' && text.front() <= 'z') text.front() = static_cast<char>(text.front() - 'a' + 'A');
  return text + ".";
}

const char* what_it_means(Bias bias) {
  switch (bias) {
    case Bias::none: break;
    case Bias::notice: return "lets fewer circuits through than others do. It may be overloaded.";
    case Bias::warning: return "lets few circuits through. It is overloaded, or it hinders them on purpose.";
    case Bias::alarm:
      return "lets hardly any circuit through. It may let through only those that its accomplices can watch.";
  }
  return "";
}

/// Adds it, unless it shares a family or a network with one that is there, or is one of them.
void add_if_apart(const RelayTable& relays, std::vector<std::size_t>& apart, std::size_t place) {
  if (std::ranges::all_of(apart, [&](std::size_t one) { return relays.may_share_circuit(one, place); }))
    apart.push_back(place);
}

void add_if_apart(const RelayTable& relays, std::vector<std::size_t>& apart,
                  const std::vector<peer::PeerId>& hops) {
  for (const auto& hop : hops)
    if (const auto place = relays.find(hop)) add_if_apart(relays, apart, *place);
}

/// How many first hops must refuse. In a small network, all that there can be behind this guard.
std::size_t enough_refusals(const RelayTable& relays, const peer::PeerId& guard) {
  std::vector<std::size_t> apart;
  const auto itself = relays.find(guard);
  for (std::size_t i = 0; i < relays.relays().size() && apart.size() < PoolLimits::refusals; ++i) {
    const bool hop = relays.weights(Position::inner)[i] > 0 || relays.weights(Position::exit)[i] > 0;
    if (hop && (!itself || relays.may_share_circuit(*itself, i))) add_if_apart(relays, apart, i);
  }
  return std::max(apart.size(), PoolLimits::fewest_refusals);
}

}  // namespace

void PathProblems::bias(const peer::PeerId& guard, Bias bias) {
  std::erase_if(suspects_, [&](const Suspect& suspect) { return suspect.guard == guard; });
  if (bias != Bias::none) suspects_.push_back({guard, bias});
}

/// Where it was full, the guard of longest ago makes room: its life is over.
PathProblems::Behind& PathProblems::behind(const peer::PeerId& guard) {
  const auto place = std::ranges::find(behind_, guard, &Behind::guard);
  if (place != behind_.end()) return *place;
  if (behind_.size() >= GuardLimits::ever) behind_.erase(behind_.begin());
  return behind_.emplace_back(Behind{guard});
}

/// Relays that refuse on purpose must not take a client from its guard. So they have to be many, of as many
/// networks and families, all one after another; a time that runs gets no longer; and after it they have to
/// refuse anew.
bool PathProblems::refused(const RelayTable& relays, const peer::PeerId& guard, const peer::PeerId& first_hop,
                           SteadyTime now) {
  auto& place = behind(guard);
  if (place.used_last_until && now >= *place.used_last_until) {
    place.used_last_until.reset();
    place.hops.clear();
  }
  const auto enough = enough_refusals(relays, guard);
  std::vector<std::size_t> apart;
  add_if_apart(relays, apart, place.hops);
  const auto before = apart.size();
  add_if_apart(relays, apart, {first_hop});
  if (apart.size() > before && place.hops.size() < PoolLimits::refusals) place.hops.push_back(first_hop);
  place.all_refuse = apart.size() >= enough;
  const bool worked = place.built && now - *place.built < PoolLimits::works_lately;
  if (place.all_refuse && !worked && !place.used_last_until)
    place.used_last_until = now + PoolLimits::refusing_guard;
  cause_is_here_ = cause_is_here(relays, enough);
  return cause_is_here_;
}

bool PathProblems::all_refuse_through(const peer::PeerId& guard, SteadyTime now) const {
  const auto place = std::ranges::find(behind_, guard, &Behind::guard);
  return place != behind_.end() && place->used_last_until && now < *place->used_last_until;
}

/// One guard alone can answer in the place of all hops.
bool PathProblems::cause_is_here(const RelayTable& relays, std::size_t enough) const {
  std::vector<std::size_t> apart;
  for (const auto& one : behind_) add_if_apart(relays, apart, one.hops);
  return apart.size() >= enough &&
         std::ranges::count_if(behind_, [](const Behind& one) { return !one.hops.empty(); }) > 1;
}

void PathProblems::failed(base::Error error) {
  const bool of_the_wish = error.is(Errc::bad_wish) || error.is(Errc::no_exit_in_country) ||
                           error.is(Errc::no_exit_for_port) || error.is(Errc::exits_full);
  if (!of_the_wish) failed_ = std::move(error);
}

void PathProblems::built(const peer::PeerId& guard, SteadyTime now) {
  auto& through = behind(guard);
  for (auto& one : behind_) {
    one.hops.clear();
    one.all_refuse = false;
    if (cause_is_here_) one.used_last_until.reset();
  }
  through.used_last_until.reset();
  through.built = now;
  cause_is_here_ = false;
  failed_.reset();
}

std::string PathProblems::sentence() const {
  if (guard_file_) return as_sentence(guard_file_->message());
  if (cause_is_here_)
    return "All relays refuse circuits of this client. Its clock is wrong, or its list of relays is old.";
  for (const auto& one : behind_)
    if (one.all_refuse)
      return "All relays refuse circuits through the guard " + one.guard.to_text() +
             ". It answers in their place, or this client's clock is wrong, or its list of relays is old.";
  const auto worst = std::ranges::max_element(suspects_, {}, &Suspect::bias);
  const bool grave = worst != suspects_.end() && worst->bias >= Bias::warning;
  if (failed_ && !grave) return as_sentence(failed_->message());
  if (worst == suspects_.end()) return {};
  return "The guard " + worst->guard.to_text() + " " + what_it_means(worst->bias);
}

}  // namespace qnet::path
