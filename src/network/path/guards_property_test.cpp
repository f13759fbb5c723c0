// The guards in random networks under a censor that blocks at random for months: what never happens.
#include <algorithm>
#include <map>
#include <memory>
#include <set>

#include <gtest/gtest.h>

#include "network/path/testing/guard_world.hpp"

namespace qnet::path {
namespace {

using namespace std::chrono_literals;
using testing::GuardWorld;

/// One client's life. Checks each sample against all before it.
class Life {
 public:
  explicit Life(std::uint64_t seed)
      : dice_(seed * 7919),
        network_(testing::random_network(dice_, 20 + below(150))),
        world_(std::make_unique<GuardWorld>(network_, seed)) {
    set_answers();
    check();
  }

  void step() {
    switch (below(10)) {
      case 0: return block(below(101));
      case 1: return block_all_guards();
      case 2: blocked_.clear(); break;
      case 3: world_->network_is_there = below(4) != 0; break;
      case 4: list_anew(); break;
      case 5: restart(); break;
      case 6: world_->guards.network_changed(); break;
      default: {
        const auto down = down_now();
        connect();
        world_->wait(std::chrono::minutes(below(3) == 0 ? below(60 * 24 * 6) : below(90)));
        if (!world_->network_is_there) {
          EXPECT_TRUE(std::ranges::includes(down, down_now())) << "a network that is down says nothing";
        }
      }
    }
    check();
  }
  [[nodiscard]] std::size_t ever() const { return untils_.size(); }
  [[nodiscard]] std::size_t most() const { return most_; }

 private:
  std::uint32_t below(std::uint32_t bound) { return dice_.below(bound); }

  std::set<directory::PeerKey> down_now() {
    std::set<directory::PeerKey> down;
    for (const auto& guard : world_->guards.status())
      if (guard.down && world_->relays.find(guard.record.peer)) down.insert(guard.record.peer.key());
    return down;
  }
  void block(std::uint32_t percent) {
    blocked_.clear();
    for (const auto& relay : network_)
      if (below(100) < percent) blocked_.insert(relay.peer.key());
  }
  void block_all_guards() {
    for (const auto& guard : world_->guards.sample().guards) blocked_.insert(guard.peer.key());
  }
  /// Some relays are missing from the next lists.
  void list_anew() {
    std::vector<RelayFacts> listed;
    for (const auto& relay : world_->relays.relays()) listed_[relay.peer.key()] = world_->now.wall;
    const auto missing = below(30);
    for (const auto& relay : network_)
      if (below(100) >= missing) listed.push_back(relay);
    world_->relays = RelayTable(listed);
    world_->refresh();
  }
  /// The program ends, reads its file and has the same list.
  void restart() {
    const auto kept = GuardSample::parse(world_->guards.sample().encode());
    ASSERT_TRUE(kept) << kept.error().message();
    const bool network_is_there = world_->network_is_there;
    world_ = std::make_unique<GuardWorld>(world_->relays.relays(), below(1'000'000), *kept, world_->now);
    world_->network_is_there = network_is_there;
    set_answers();
    EXPECT_EQ(world_->guards.sample(), *kept);
  }
  void set_answers() {
    world_->answers = [this](const peer::PeerId& peer) {
      return world_->network_is_there && !blocked_.contains(peer.key());
    };
  }
  void connect() {
    const auto used = world_->connect();
    check();
    if (!used) return;
    const auto status = world_->guards.status();
    const auto guard =
        std::ranges::find_if(status, [&](const GuardStatus& one) { return one.record.peer == used->peer; });
    ASSERT_NE(guard, status.end());
    EXPECT_TRUE(guard->reachable);
    EXPECT_TRUE(world_->answers(used->peer));
  }

  void check() {
    const auto now = world_->now;
    const auto sample = world_->guards.sample();
    note_new(sample, now);
    // Each of these was drawn once, whether it is still in the sample or not.
    const auto alive = static_cast<std::size_t>(
        std::ranges::count_if(untils_, [&](const auto& one) { return one.second > now.wall; }));
    ASSERT_LE(alive, GuardLimits::ever);
    most_ = std::max(most_, alive);
    check_removed(sample, now.wall);
    check_offers(now);
    last_ = sample;
  }
  void note_new(const GuardSample& sample, Now now) {
    for (const auto& guard : sample.guards) {
      const std::pair drawn{guard.peer.key(), guard.until};
      if (!untils_.insert(drawn).second) continue;
      EXPECT_GE(guard.until, now.wall + GuardLimits::shortest_life - 24h * 7);
      EXPECT_LE(guard.until, now.wall + GuardLimits::longest_life);
    }
  }
  /// Who is not there any more has outlived its life, or was missing for twenty days; the others keep their
  /// order.
  void check_removed(const GuardSample& sample, WallTime now) {
    std::vector<peer::PeerId> stayed;
    for (const auto& guard : last_.guards) {
      const auto same = [&](const GuardRecord& one) {
        return one.peer == guard.peer && one.until == guard.until;
      };
      if (std::ranges::any_of(sample.guards, same))
        stayed.push_back(guard.peer);
      else
        EXPECT_TRUE(guard.until <= now || is_gone(guard.peer, now));
    }
    for (std::size_t i = 0; i < stayed.size(); ++i) EXPECT_EQ(sample.guards[i].peer, stayed[i]);
  }
  bool is_gone(const peer::PeerId& peer, WallTime now) {
    const auto place = world_->relays.find(peer);
    return !place && now - listed_[peer.key()] >= GuardLimits::unlisted;
  }
  void check_offers(Now now) {
    const auto status = world_->guards.status();
    const bool primaries_down =
        std::ranges::all_of(status, [](const GuardStatus& guard) { return !guard.primary || guard.down; });
    const auto choice = world_->guards.choice(now);
    for (const auto& offer : choice.usable) {
      EXPECT_TRUE(world_->relays.find(offer.peer)) << "a guard that is not listed";
      EXPECT_TRUE(offer.primary || primaries_down) << "beyond a primary guard that may answer";
    }
    for (std::size_t i = 0; i < status.size(); ++i) {
      EXPECT_EQ(status[i].primary, i < 3 && (i == 0 || status[i].primary));
      const auto reserved = std::ranges::find(choice.reserved, status[i].record.peer);
      EXPECT_TRUE(!status[i].primary || reserved != choice.reserved.end());
    }
    // Everything due has been dialled by now: the driver would not turn without end.
    for (const auto& offer : world_->guards.due(now)) world_->guards.begun(offer.peer);
    const auto next = world_->guards.next_deadline();
    EXPECT_TRUE(!next || *next > now.steady);
    for (const auto& offer : choice.usable)
      if (offer.attempt > 0) world_->dial(offer);
  }

  base::testing::SeededRandom dice_;
  std::vector<RelayFacts> network_;
  std::unique_ptr<GuardWorld> world_;
  std::set<directory::PeerKey> blocked_;
  std::map<directory::PeerKey, WallTime> listed_;  // of those that a list since has lacked: until when
  std::set<std::pair<directory::PeerKey, WallTime>> untils_;  // of all that were ever drawn
  GuardSample last_;
  std::size_t most_ = 0;
};

TEST(GuardProperties, hold_in_twenty_random_lives_of_some_months) {
  std::size_t ever = 0;
  std::size_t most = 0;
  for (std::uint64_t seed = 1; seed <= 20 && !::testing::Test::HasFailure(); ++seed) {
    SCOPED_TRACE(seed);
    Life life(seed);
    for (int i = 0; i < 300 && !::testing::Test::HasFailure(); ++i) life.step();
    ever += life.ever();
    most = std::max(most, life.most());
  }
  EXPECT_GT(ever, 20U * 5) << "these lives were about something";
  EXPECT_GT(most, 10U);
}

/// A censor with every tenth relay blocks all others for a while.
struct Attack {
  std::size_t drawn = 0;         ///< guards in the sample afterwards
  bool in_sample = false;        ///< one of the censor's is among them
  bool used = false;             ///< and was used
  bool used_afterwards = false;  ///< still, when nothing is blocked any more
};

bool is_censors(const peer::PeerId& peer) { return peer.key()[3] % 10 == 0; }

Attack attacked_for(std::chrono::hours time, std::uint64_t seed) {
  GuardWorld world(testing::plain_network(200), seed);
  world.answers = is_censors;
  Attack attack;
  for (auto left = time; left > 0h; left -= 1h) {
    if (world.connect()) attack.used = true;
    world.wait(1h);
  }
  for (const auto& guard : world.guards.sample().guards) {
    ++attack.drawn;
    attack.in_sample = attack.in_sample || is_censors(guard.peer);
  }
  const auto first = world.guards.sample().guards[0].peer;
  world.answers = [](const peer::PeerId&) { return true; };
  world.wait(12h);
  const auto used = world.connect();
  attack.used_afterwards = !used || used->peer != first;
  return attack;
}

TEST(GuardProperties,
     a_censor_that_blocks_all_but_its_own_relays_for_a_day_gains_no_more_than_the_rule_gives) {
  std::size_t used = 0;
  std::size_t afterwards = 0;
  constexpr std::size_t kClients = 200;
  for (std::uint64_t seed = 1; seed <= kClients; ++seed) {
    const auto attack = attacked_for(24h, seed);
    EXPECT_LE(attack.drawn, 8U) << seed;
    EXPECT_TRUE(!attack.used || attack.in_sample) << seed;
    used += attack.used ? 1 : 0;
    afterwards += attack.used_afterwards ? 1 : 0;
  }
  // Of eight guards one is the censor's in 1 - 0.9^8 = 57 % of cases; a client that drew until one answered
  // would be at 100 %.
  EXPECT_LT(used, kClients * 62 / 100);
  EXPECT_GT(used, kClients * 30 / 100) << "the attack is a real one";
  EXPECT_EQ(afterwards, 0U) << "who was blocked comes back into use, at its old place";
}

TEST(GuardProperties, a_censor_that_owns_none_of_twenty_gains_nothing_in_ten_days) {
  std::size_t used = 0;
  for (std::uint64_t seed = 1; seed <= 30; ++seed) {
    const auto attack = attacked_for(24h * 10, seed);
    EXPECT_LE(attack.drawn, GuardLimits::ever) << seed;
    EXPECT_EQ(attack.used, attack.in_sample) << seed;
    used += attack.used ? 1 : 0;
  }
  EXPECT_LT(used, 30U) << "in 12 % of cases no guard of twenty is the censor's";
}

}  // namespace
}  // namespace qnet::path
