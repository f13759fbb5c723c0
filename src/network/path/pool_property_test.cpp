// The pool under random facts for hours: what never happens.
#include <map>

#include <gtest/gtest.h>

#include "network/path/testing/pool_world.hpp"

namespace qnet::path {
namespace {

using namespace std::chrono_literals;
using testing::PoolWorld;
using State = PoolCircuit::State;

class PoolLife {
 public:
  explicit PoolLife(std::uint64_t seed) : dice_(seed * 7919), world_(seed) { world_.start(3); }

  void step() {
    switch (below(12)) {
      case 0:
      case 1:
      case 2: ask(); break;
      case 3:
      case 4:
        if (below(2) == 0) begin_one();
        build_one();
        break;
      case 5: fail_one(); break;
      case 6: end_one(); break;
      case 7: answer_one(); break;
      case 8: release_one(); break;
      case 9: look_at_one(); break;
      case 10: change_something(); break;
      default: world_.wait(std::chrono::milliseconds(below(below(4) == 0 ? 200'000 : 3000)));
    }
    note_answers();
    check();
  }
  [[nodiscard]] std::size_t served() const { return served_; }

 private:
  std::uint32_t below(std::uint32_t bound) { return dice_.below(bound); }

  void ask() {
    CircuitWish wish;
    wish.hops = below(10) == 0 ? 2 + below(4) : 3;
    wish.port = std::array<std::uint16_t, 4>{443, 443, 80, 22}.at(below(4));
    if (below(8) == 0) wish.countries = {below(2) == 0 ? "SE" : "DE"};
    wish.isolation = std::to_string(below(3) == 0 ? below(40) : below(3));
    if (below(10) == 0) wish.not_exits = {testing::peer_of(below(5))};
    wish.early = below(3) != 0;
    const auto number = world_.request(wish);
    wishes_.emplace(number, std::move(wish));
  }
  template <class Map>
  std::optional<typename Map::key_type> any(const Map& map) {
    if (map.empty()) return std::nullopt;
    return std::next(map.begin(), below(static_cast<std::uint32_t>(map.size())))->first;
  }
  void build_one() {
    if (const auto circuit = any(world_.building))
      world_.build(*circuit, below(5), below(2) == 0 ? "SE" : "DE");
  }
  /// The request that travels with its first message owns it, also when it serves another one in the end.
  void begin_one() {
    const auto circuit = any(world_.building);
    if (!circuit) return;
    const auto carried = world_.pool.take_early(*circuit, world_.now);
    world_.fetch();
    if (!carried) return;
    EXPECT_TRUE(early_.insert(*carried).second) << "it travels once";
    owners_.emplace(*circuit, wishes_.at(*carried).isolation);
  }
  void fail_one() {
    constexpr std::array kWhy{Errc::timed_out, Errc::no_guard, Errc::no_exit_for_port};
    if (const auto circuit = any(world_.building)) world_.fail(*circuit, kWhy.at(below(3)));
  }
  std::optional<CircuitNumber> any_standing() {
    std::vector<CircuitNumber> standing;
    for (const auto& one : world_.pool.circuits())
      if (one.state != State::building) standing.push_back(one.number);
    if (standing.empty()) return std::nullopt;
    return standing.at(below(static_cast<std::uint32_t>(standing.size())));
  }
  void end_one() {
    const auto circuit = any_standing();
    if (!circuit || below(3) != 0) return;
    world_.pool.ended(*circuit, world_.now);
    world_.fetch();
  }
  void answer_one() {
    if (const auto circuit = any_standing()) world_.answer(*circuit);
  }
  void release_one() {
    const auto circuit = any_standing();
    if (circuit && world_.circuit(*circuit)->uses > 0) world_.release(*circuit, below(2) == 0);
  }
  void look_at_one() {
    const auto circuit = any_standing();
    if (!circuit) return;
    world_.pool.look(*circuit, {world_.now - std::chrono::milliseconds(below(4000)), below(3), below(5) == 0},
                     world_.now);
    world_.wait(0ms);
  }
  void change_something() {
    switch (below(12)) {
      case 0:
        if (below(2) == 0)
          world_.pool.renew(world_.now);
        else
          world_.pool.network_changed(world_.now);
        break;
      case 1: world_.pool.set_hops(1 + below(4), world_.now); break;
      case 2: world_.pool.reconsider(world_.now); break;
      default:
        if (const auto circuit = any_standing()) {
          if (below(2) == 0)
            world_.pool.declined(*circuit, Decline::full, 443, world_.now);
          else
            world_.pool.retire(*circuit, world_.now);
        }
    }
    world_.fetch();
  }

  void note_answers() {
    for (const auto& [number, answer] : world_.answers) {
      const auto wish = wishes_.extract(number);
      if (wish.empty()) continue;
      EXPECT_LE(world_.now - world_.asked.at(number), PoolLimits::request + 200s);
      if (!answer) continue;
      ++served_;
      const auto [owner, first] = owners_.emplace(*answer, wish.mapped().isolation);
      EXPECT_EQ(owner->second, wish.mapped().isolation) << "two isolations on one circuit";
      const auto* const circuit = world_.circuit(*answer);
      if (circuit == nullptr) continue;  // it has ended since
      const auto& ports = circuit->exit->ports;
      EXPECT_NE(std::ranges::find(ports, wish.mapped().port), ports.end());
      EXPECT_EQ(circuit->wish.hops, wish.mapped().hops);
      const auto built_for = circuit->wish.port.value_or(0);
      EXPECT_TRUE(is_usual_port(built_for) || built_for == wish.mapped().port) << "steered by a port";
      EXPECT_TRUE(circuit->wish.countries.empty() || circuit->wish.countries == wish.mapped().countries);
      for (const auto& exit : wish.mapped().not_exits) EXPECT_NE(exit, circuit->exit->peer);
    }
  }
  void check() {
    EXPECT_LE(world_.pool.circuits().size(), PoolLimits::circuits);
    EXPECT_LE(world_.building.size(), PoolLimits::builds_and_late);
    EXPECT_EQ(world_.pool.waiting(), wishes_.size());
    for (const auto& [number, wish] : wishes_)
      EXPECT_LT(world_.now - world_.asked.at(number), PoolLimits::request);
    const auto next = world_.pool.next_deadline();
    EXPECT_TRUE(!next || *next > world_.now);
    EXPECT_TRUE(wishes_.empty() || next) << "a request that waits is not forgotten";
    for (const auto& one : world_.pool.circuits()) {
      EXPECT_FALSE(world_.closed.contains(one.number));
      EXPECT_TRUE(one.state != State::retired || one.used_now()) << "nobody can use it any more";
    }
  }

  base::testing::SeededRandom dice_;
  PoolWorld world_;
  std::map<RequestNumber, CircuitWish> wishes_;  // of those that wait
  std::set<RequestNumber> early_;                // that have travelled with a first message
  std::map<CircuitNumber, std::string> owners_;  // of circuits that were used
  std::size_t served_ = 0;
};

TEST(PoolProperties, hold_in_a_dozen_random_lives) {
  std::size_t served = 0;
  for (std::uint64_t seed = 1; seed <= 12 && !::testing::Test::HasFailure(); ++seed) {
    SCOPED_TRACE(seed);
    PoolLife life(seed);
    for (int i = 0; i < 2000 && !::testing::Test::HasFailure(); ++i) life.step();
    served += life.served();
  }
  EXPECT_GT(served, 1500U) << "these lives were about something";
}

}  // namespace
}  // namespace qnet::path
