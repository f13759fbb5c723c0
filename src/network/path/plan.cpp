#include "network/path/plan.hpp"

namespace qnet::path {

namespace {

/// The keys of all hops but the guard, or the hop that has none.
struct Keys {
  std::vector<circuit::Hop> hops;
  std::optional<peer::PeerId> without;
};

Keys keys_of(const Network& network, const std::vector<peer::PeerId>& hops, WallTime now) {
  Keys keys;
  for (std::size_t i = 1; i < hops.size(); ++i) {
    const auto key = network.circuit_key_of(hops[i], now);
    if (!key) {
      keys.without = hops[i];
      return keys;
    }
    keys.hops.push_back({hops[i], *key});
  }
  return keys;
}

}  // namespace

base::Result<Plan> plan(const Network& network, const GuardChoice& guards, const Avoidance& avoidance,
                        std::span<const Underway> underway, Now now, Wish wish, bool ahead,
                        base::RandomSource& random) {
  if (!network.fits(now.wall)) return base::fail(Errc::list_outdated);
  const Known known{network.table, guards, avoidance, now.steady, underway};
  for (std::size_t n = 0; n < PoolLimits::redraws; ++n) {
    auto hops = choose(known, wish, random);
    if (!hops && ahead && wish.port && hops.error().is(Errc::no_exit_for_port)) {
      wish.port.reset();
      hops = choose(known, wish, random);
    }
    // A fault of the list, and not of the wish, when relays were left out for their keys.
    if (!hops && n > 0 && !hops.error().is(Errc::exits_full)) break;
    if (!hops) return base::forward_error(hops);
    auto address = network.address_of(hops->peers.front(), hops->attempt);
    auto keys = keys_of(network, hops->peers, now.wall);
    if (!address || keys.without) {
      // Its keys are over since the list came, or the operators list what the relay has not signed.
      wish.never.push_back(address ? *keys.without : hops->peers.front());
      continue;
    }
    const auto& exit = network.table[*network.table.find(hops->peers.back())];
    return Plan{std::move(hops->peers), hops->attempt, std::move(*address), std::move(keys.hops),
                ExitFacts{exit.peer, exit.country, exit.exit_ports}};
  }
  return base::fail(Errc::list_outdated);
}

}  // namespace qnet::path
