#include "network/path/choose.hpp"

#include <algorithm>

#include "network/path/exits.hpp"
#include "network/path/weights.hpp"

namespace qnet::path {

namespace {

/// Which hops of circuits under way are left out, as far as they have not answered: another circuit through
/// them would wait for the same answer.
enum class Busy {
  all,      ///< all of these
  awaited,  ///< the one that is to answer next: those behind it were not asked yet
  none,
};

/// One way to choose: how strict it is.
struct Strictness {
  /// What has failed lately, as far as it is left out.
  std::optional<Avoidance::Counted> avoids;
  bool spares_guards;  ///< a guard of this client is no exit either
  Busy busy;
};

/// From the strictest on. An attempt at what has failed is better than none, and one at what is only under
/// suspicion comes first, then what has failed before this search. A client whose guard is the only exit for
/// its wish uses it behind another guard.
constexpr std::array kLevels{Strictness{Avoidance::Counted::all, true, Busy::all},
                             Strictness{Avoidance::Counted::certain, true, Busy::all},
                             Strictness{Avoidance::Counted::all, true, Busy::awaited},
                             Strictness{Avoidance::Counted::certain, true, Busy::awaited},
                             Strictness{Avoidance::Counted::all, true, Busy::none},
                             Strictness{Avoidance::Counted::certain, true, Busy::none},
                             Strictness{Avoidance::Counted::searched, true, Busy::awaited},
                             Strictness{Avoidance::Counted::searched, true, Busy::none},
                             Strictness{std::nullopt, true, Busy::none},
                             Strictness{std::nullopt, false, Busy::none}};

using Weights = std::vector<std::uint32_t>;

/// A search by lot: what leads to no circuit is drawn no more, and the search goes back a step.
class Search {
 public:
  Search(const Known& known, const Wish& wish, base::RandomSource& random)
      : known_(known), relays_(known.relays), wish_(wish), random_(random) {}

  std::optional<Hops> run(Weights exits, const Strictness& strictness) {
    strictness_ = strictness;
    work_ = ChooseLimits::work;
    const auto inner = relays_.weights(Position::inner);
    middles_.assign(inner.begin(), inner.end());
    strike(middles_, wish_.never);
    // Failures of circuits never take a client from its guards: only Guards judges those.
    guards_ = middles_;
    if (strictness_.avoids) {
      const auto avoided = known_.avoidance.relays(known_.now, *strictness_.avoids);
      strike(middles_, avoided);
      strike(exits, avoided);
    }
    strike_busy(middles_);
    strike_busy(exits);
    strike(middles_, known_.guards.reserved);
    if (strictness_.spares_guards) strike(exits, known_.guards.reserved);

    while (const auto exit = next(exits)) {
      for (const auto& offer : known_.guards.usable) {
        const auto guard = relays_.find(offer.peer);
        if (!guard || !may_be_guard(*guard, *exit)) continue;
        chosen_ = {*guard};
        exit_ = *exit;
        if (add_middles()) return hops(offer.attempt);
        // That all middles behind a guard are being tried takes no client from it.
        if (strictness_.busy != Busy::none) break;
      }
    }
    return std::nullopt;
  }

  /// Whether any exit goes with any guard.
  [[nodiscard]] bool any_pair(const Weights& exits) const {
    for (std::size_t i = 0; i < exits.size(); ++i) {
      if (exits[i] == 0) continue;
      for (const auto& offer : known_.guards.usable) {
        const auto guard = relays_.find(offer.peer);
        if (guard && relays_.may_share_circuit(*guard, i)) return true;
      }
    }
    return false;
  }

 private:
  /// Draws one and takes it out.
  std::optional<std::size_t> next(Weights& weights) {
    if (work_ < weights.size()) return std::nullopt;
    work_ -= weights.size();
    const auto drawn = draw(weights, random_);
    if (drawn) weights[*drawn] = 0;
    return drawn;
  }
  void strike(Weights& weights, std::span<const peer::PeerId> peers) const {
    for (const auto& peer : peers)
      if (const auto place = relays_.find(peer)) weights[*place] = 0;
  }
  void strike_busy(Weights& weights) const {
    if (strictness_.busy == Busy::none) return;
    for (const auto& [hops, established] : known_.underway) {
      const auto first = std::min(established + 1, hops.size());
      const auto last = strictness_.busy == Busy::all ? hops.size() : std::min(first + 1, hops.size());
      strike(weights, std::span(hops).subspan(first, last - first));
    }
  }
  void strike_neighbours_of(std::size_t place, Weights& weights) const {
    if (strictness_.avoids)
      strike(weights, known_.avoidance.neighbours(relays_[place].peer, known_.now, *strictness_.avoids));
  }

  [[nodiscard]] bool may_be_guard(std::size_t guard, std::size_t exit) const {
    if (guards_[guard] == 0 || !relays_.may_share_circuit(guard, exit)) return false;
    if (wish_.hops > ChooseLimits::fewest_hops) return true;
    auto beside = guards_;  // they are neighbours
    strike_neighbours_of(exit, beside);
    return beside[guard] > 0;
  }

  bool add_middles() {  // NOLINT(misc-no-recursion): once for each middle
    if (chosen_.size() + 1 == wish_.hops) return true;
    auto weights = middles_;
    strike_neighbours_of(chosen_.back(), weights);
    if (chosen_.size() + 2 == wish_.hops) strike_neighbours_of(exit_, weights);
    while (const auto middle = next(weights)) {
      // To look at the drawn ones alone gives the same chances as to take the others out before.
      if (!goes_with_chosen(*middle)) continue;
      chosen_.push_back(*middle);
      if (add_middles()) return true;
      chosen_.pop_back();
    }
    return false;
  }
  [[nodiscard]] bool goes_with_chosen(std::size_t place) const {
    return relays_.may_share_circuit(place, exit_) && std::ranges::all_of(chosen_, [&](std::size_t hop) {
             return relays_.may_share_circuit(place, hop);
           });
  }

  [[nodiscard]] Hops hops(unsigned attempt) const {
    Hops found{{}, attempt};
    for (const auto place : chosen_) found.peers.push_back(relays_[place].peer);
    found.peers.push_back(relays_[exit_].peer);
    return found;
  }

  const Known& known_;
  const RelayTable& relays_;
  const Wish& wish_;
  base::RandomSource& random_;
  Strictness strictness_{};
  std::size_t work_ = 0;
  Weights guards_;                   // of those that may be the guard, if it is offered
  Weights middles_;                  // of those that may be middles
  std::vector<std::size_t> chosen_;  // the guard, and middles
  std::size_t exit_ = 0;
};

base::Result<Hops> choose_from_all(const Known& known, const Wish& wish, base::RandomSource& random) {
  if (wish.hops < ChooseLimits::fewest_hops || wish.hops > ChooseLimits::most_hops)
    return base::fail(Errc::bad_wish);
  const auto exits = exits_for(known.relays, Position::exit, wish);
  if (!exits) return tl::unexpected(exits.error());
  if (known.guards.usable.empty()) return base::fail(Errc::no_guard);
  Search search(known, wish, random);
  for (const auto& level : kLevels) {
    if (level.busy != Busy::none && known.underway.empty()) continue;
    if (auto found = search.run(*exits, level)) return std::move(*found);
  }
  return base::fail(search.any_pair(*exits) ? Errc::too_few_relays : Errc::guards_too_near);
}

}  // namespace

base::Result<Hops> choose(const Known& known, const Wish& wish, base::RandomSource& random) {
  auto found = choose_from_all(known, wish, random);
  if (found || wish.full.empty()) return found;
  auto later = wish;
  later.full.clear();
  if (choose_from_all(known, later, random)) return base::fail(Errc::exits_full, joined(wish.countries));
  return found;
}

}  // namespace qnet::path
