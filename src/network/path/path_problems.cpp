#include "network/path/path_problems.hpp"

#include <algorithm>

#include "network/path/error.hpp"
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

}  // namespace

void PathProblems::bias(const peer::PeerId& guard, Bias bias) {
  std::erase_if(suspects_, [&](const Suspect& suspect) { return suspect.guard == guard; });
  if (bias != Bias::none) suspects_.push_back({guard, bias});
}

bool PathProblems::refused(const peer::PeerId& guard, const peer::PeerId& first_hop, SteadyTime now) {
  auto place = std::ranges::find(refusing_, guard, &Refusing::guard);
  if (place == refusing_.end()) place = refusing_.insert(place, Refusing{guard});
  auto& hops = place->hops;
  if (std::ranges::find(hops, first_hop) == hops.end() && hops.size() < PoolLimits::refusals)
    hops.push_back(first_hop);
  if (hops.size() >= PoolLimits::refusals) place->used_last_until = now + PoolLimits::refusing_guard;
  return cause_is_here();
}

bool PathProblems::all_refuse_through(const peer::PeerId& guard, SteadyTime now) const {
  const auto place = std::ranges::find(refusing_, guard, &Refusing::guard);
  return place != refusing_.end() && now < place->used_last_until;
}

/// One guard alone can answer in the place of all hops.
bool PathProblems::cause_is_here() const {
  std::vector<peer::PeerId> all;
  std::size_t guards = 0;
  for (const auto& one : refusing_) {
    if (!one.hops.empty()) ++guards;
    for (const auto& hop : one.hops)
      if (std::ranges::find(all, hop) == all.end()) all.push_back(hop);
  }
  return guards > 1 && all.size() >= PoolLimits::refusals;
}

void PathProblems::failed(base::Error error) {
  const bool of_the_wish = error.is(Errc::bad_wish) || error.is(Errc::no_exit_in_country) ||
                           error.is(Errc::no_exit_for_port) || error.is(Errc::exits_full);
  if (!of_the_wish) failed_ = std::move(error);
}

void PathProblems::built(const peer::PeerId& guard) {
  if (cause_is_here()) refusing_.clear();
  std::erase_if(refusing_, [&](const Refusing& one) { return one.guard == guard; });
  for (auto& other : refusing_) other.hops.clear();
  failed_.reset();
}

std::string PathProblems::sentence() const {
  if (guard_file_) return as_sentence(guard_file_->message());
  if (cause_is_here())
    return "All relays refuse circuits of this client. Its clock is wrong, or its list of relays is old.";
  for (const auto& one : refusing_)
    if (one.hops.size() >= PoolLimits::refusals)
      return "All relays refuse circuits through the guard " + one.guard.to_text() +
             ". It answers in their place, or this client's clock is wrong, or its list of relays is old.";
  const auto worst = std::ranges::max_element(suspects_, {}, &Suspect::bias);
  const bool grave = worst != suspects_.end() && worst->bias >= Bias::warning;
  if (failed_ && !grave) return as_sentence(failed_->message());
  if (worst == suspects_.end()) return {};
  return "The guard " + worst->guard.to_text() + " " + what_it_means(worst->bias);
}

}  // namespace qnet::path
