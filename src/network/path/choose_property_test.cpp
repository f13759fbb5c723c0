// Circuits in random networks: what no choice ever gives, whatever the network, the guards and the wish are.
#include <algorithm>

#include <gtest/gtest.h>

#include "foundation/base/testing/seeded_random.hpp"
#include "network/path/choose.hpp"
#include "network/path/testing/networks.hpp"

namespace qnet::path {
namespace {

using base::testing::SeededRandom;

constexpr SteadyTime kNow{std::chrono::hours(1000)};

class World {
 public:
  explicit World(std::uint64_t seed)
      : dice_(seed), relays_(testing::random_network(dice_, 3 + below(60))), guards_({}, dice_) {
    guards_.update(relays_, {WallTime(std::chrono::days(20'000)), kNow});
    for (std::uint32_t i = below(10); i > 0; --i) {
      avoidance_.relay_failed(some_peer(), kNow);
      avoidance_.pair_failed(some_peer(), some_peer(), kNow);
    }
  }

  void choose_one() {
    const auto wish = random_wish();
    const auto guards = guards_.choice({WallTime{}, kNow});
    const auto hops = choose({relays_, guards, avoidance_, kNow}, wish, dice_);
    if (!hops) return check_refusal(hops.error(), wish, guards);
    ++chosen;
    ASSERT_EQ(hops->peers.size(), wish.hops);
    check_pairs(*hops);
    check_places(*hops, wish, guards);
  }

  std::size_t chosen = 0;
  std::size_t refused = 0;

 private:
  std::uint32_t below(std::uint32_t bound) { return dice_.below(bound); }
  peer::PeerId some_peer() {
    return relays_[below(static_cast<std::uint32_t>(relays_.relays().size()))].peer;
  }

  Wish random_wish() {
    Wish wish;
    wish.hops = 2 + below(4);
    if (below(2) == 0) wish.port = below(3) == 0 ? std::uint16_t{993} : std::uint16_t{443};
    if (below(3) == 0) wish.countries = {"SE", "IS"};
    if (below(4) == 0) wish.never = {some_peer()};
    return wish;
  }

  [[nodiscard]] const RelayFacts& at(const peer::PeerId& peer) const {
    return relays_[relays_.find(peer).value()];
  }

  /// Written out, not by the functions that are tested.
  static bool near(const RelayFacts& one, const RelayFacts& other) {
    if (one.peer == other.peer || (one.family && other.family && *one.family == *other.family)) return true;
    for (const auto& a : one.addresses)
      for (const auto& b : other.addresses)
        if (a.is_v4() == b.is_v4() &&
            std::equal(a.bytes().begin(), a.bytes().begin() + (a.is_v4() ? 2 : 4), b.bytes().begin()))
          return true;
    return false;
  }

  void check_pairs(const Hops& hops) const {
    for (std::size_t i = 0; i < hops.peers.size(); ++i)
      for (std::size_t j = 0; j < i; ++j)
        EXPECT_FALSE(near(at(hops.peers[i]), at(hops.peers[j]))) << "hops " << j << " and " << i;
  }
  void check_places(const Hops& hops, const Wish& wish, const GuardChoice& guards) const {
    const auto& exit = at(hops.peers.back());
    EXPECT_TRUE(exit.exits);
    EXPECT_TRUE(!wish.port || exit.serves(*wish.port));
    EXPECT_TRUE(wish.countries.empty() || exit.country == "SE" || exit.country == "IS");
    EXPECT_TRUE(std::ranges::any_of(
        guards.usable, [&](const GuardOffer& offer) { return offer.peer == hops.peers.front(); }));
    for (const auto& peer : hops.peers) {
      EXPECT_TRUE(at(peer).circuit_key && at(peer).network_known);
      EXPECT_EQ(std::ranges::count(wish.never, peer), 0);
    }
    for (std::size_t i = 0; i + 1 < hops.peers.size(); ++i) EXPECT_TRUE(at(hops.peers[i]).relays);
    for (std::size_t i = 1; i + 1 < hops.peers.size(); ++i)
      EXPECT_EQ(std::ranges::count(guards.reserved, hops.peers[i]), 0) << "a middle that is a guard";
  }

  /// A refusal is true: trying all circuits of three hops finds none.
  void check_refusal(const base::Error& error, const Wish& wish, const GuardChoice& guards) {
    ++refused;
    ASSERT_FALSE(error.message().empty());
    if (wish.hops != 3) return;
    for (const auto& offer : guards.usable)
      for (const auto& middle : relays_.relays())
        for (const auto& exit : relays_.relays()) {
          Hops hops{{offer.peer, middle.peer, exit.peer}};
          const bool possible = is_possible(hops, wish, guards);
          ASSERT_FALSE(possible) << error.message();
        }
  }
  [[nodiscard]] bool is_possible(const Hops& hops, const Wish& wish, const GuardChoice& guards) const {
    const auto& guard = at(hops.peers[0]);
    const auto& middle = at(hops.peers[1]);
    const auto& exit = at(hops.peers[2]);
    const bool apart = !near(guard, middle) && !near(middle, exit) && !near(guard, exit);
    const bool able = middle.relays && exit.exits && middle.circuit_key && exit.circuit_key &&
                      middle.network_known && exit.network_known;
    const bool wanted = (!wish.port || exit.serves(*wish.port)) &&
                        (wish.countries.empty() || exit.country == "SE" || exit.country == "IS");
    const bool allowed = std::ranges::count(guards.reserved, middle.peer) == 0 &&
                         std::ranges::none_of(hops.peers, [&](const peer::PeerId& peer) {
                           return std::ranges::count(wish.never, peer) > 0;
                         });
    return apart && able && wanted && allowed;
  }

  SeededRandom dice_;
  RelayTable relays_;
  Guards guards_;
  Avoidance avoidance_;
};

TEST(ChooseProperties, hold_in_three_hundred_random_networks) {
  std::size_t chosen = 0;
  std::size_t refused = 0;
  for (std::uint64_t seed = 1; seed <= 300 && !::testing::Test::HasFailure(); ++seed) {
    SCOPED_TRACE(seed);
    World world(seed);
    for (int i = 0; i < 60 && !::testing::Test::HasFailure(); ++i) world.choose_one();
    chosen += world.chosen;
    refused += world.refused;
  }
  EXPECT_GT(chosen, 3000U) << "these networks were about something";
  EXPECT_GT(refused, 1000U);
}

}  // namespace
}  // namespace qnet::path
