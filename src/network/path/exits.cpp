#include "network/path/exits.hpp"

#include <algorithm>

#include "network/path/weights.hpp"

namespace qnet::path {

namespace {

bool holds(const std::vector<peer::PeerId>& peers, const peer::PeerId& peer) {
  return std::ranges::find(peers, peer) != peers.end();
}

bool is_in(const RelayFacts& relay, const std::vector<std::string>& countries) {
  return countries.empty() || std::ranges::find(countries, relay.country) != countries.end();
}

std::string describe_wish(const Wish& wish) {
  auto text = "port " + std::to_string(wish.port.value_or(0));
  return wish.countries.empty() ? text : text + " in " + joined(wish.countries);
}

}  // namespace

std::string joined(const std::vector<std::string>& countries) {
  std::string text;
  for (const auto& country : countries) text += (text.empty() ? "" : ", ") + country;
  return text;
}

base::Result<std::vector<std::uint32_t>> exits_for(const RelayTable& relays, Position position,
                                                   const Wish& wish) {
  if (wish.countries.size() > ChooseLimits::countries) return base::fail(Errc::bad_wish);
  const auto all = relays.weights(position);
  std::vector<std::uint32_t> weights(all.begin(), all.end());
  bool there = false;
  bool fits = false;
  for (std::size_t i = 0; i < weights.size(); ++i) {
    if (weights[i] == 0) continue;
    const auto& relay = relays[i];
    const bool wanted =
        !holds(wish.never, relay.peer) && !holds(wish.not_exits, relay.peer) && !holds(wish.full, relay.peer);
    const bool right_country = wanted && is_in(relay, wish.countries);
    const bool serves = right_country && (!wish.port || relay.serves(*wish.port));
    there = there || right_country;
    if (!serves) weights[i] = 0;
    fits = fits || weights[i] > 0;
  }
  if (fits) return weights;
  if (relays.count(position) == 0) return base::fail(Errc::no_exit);
  if (there) return base::fail(Errc::no_exit_for_port, describe_wish(wish));
  if (wish.countries.empty()) return base::fail(Errc::no_exit);
  return base::fail(Errc::no_exit_in_country, joined(wish.countries));
}

base::Result<std::vector<peer::PeerId>> choose_exits(const RelayTable& relays, const Wish& wish,
                                                     std::size_t most, base::RandomSource& random) {
  auto weights = exits_for(relays, Position::fast_exit, wish);
  if (!weights) return base::forward_error(weights);
  std::vector<peer::PeerId> exits;
  while (exits.size() < most) {
    const auto drawn = draw(*weights, random);
    if (!drawn) break;
    exits.push_back(relays[*drawn].peer);
    (*weights)[*drawn] = 0;
  }
  return exits;
}

}  // namespace qnet::path
