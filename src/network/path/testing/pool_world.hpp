// A pool whose circuits are built at a word: what it asked for, and what became of it.
#pragma once

#include <map>
#include <set>

#include <gtest/gtest.h>

#include "foundation/base/testing/seeded_random.hpp"
#include "network/path/pool.hpp"
#include "network/path/testing/networks.hpp"

namespace qnet::path::testing {

inline constexpr CircuitNumber kNone{0};

class PoolWorld {
 public:
  explicit PoolWorld(std::uint64_t seed = 1) : random(seed), pool(random) {}

  void start(std::size_t default_hops) {
    pool.start(default_hops, now);
    fetch();
  }
  RequestNumber request(CircuitWish wish = {}) {
    const auto number = pool.request(std::move(wish), now);
    asked[number] = now;
    fetch();
    return number;
  }
  /// The `exit`th relay, in that country, with ports 80 and 443 and the one that it is built for.
  void choose(CircuitNumber circuit, std::uint32_t exit = 1, std::string country = "SE") {
    std::vector<std::uint16_t> ports{80, 443};
    const auto asked_for = building.find(circuit);
    if (asked_for != building.end() && asked_for->second.wish.port)
      ports.push_back(*asked_for->second.wish.port);
    pool.chosen(circuit, {peer_of(exit), std::move(country), std::move(ports)}, PoolLimits::late, now);
    fetch();
  }
  void build(CircuitNumber circuit, std::uint32_t exit = 1, std::string country = "SE") {
    choose(circuit, exit, std::move(country));
    building.erase(circuit);
    pool.built(circuit, now);
    fetch();
  }
  /// Of the first request; its exit is the 7th relay, in SE, and has answered.
  CircuitNumber build_for(CircuitWish wish) {
    const auto first = request(std::move(wish));
    build(building.begin()->first, 7, "SE");
    answer(got(first));
    return got(first);
  }
  /// All that are asked for, until there are no more.
  void build_all() {
    for (int i = 0; !building.empty(); ++i) {
      ASSERT_LT(i, 100) << "it builds without end";
      build(building.begin()->first);
    }
  }
  void fail(CircuitNumber circuit, Errc why, std::optional<SteadyTime> again = {}, bool learned = false) {
    building.erase(circuit);
    pool.failed(circuit, why, now, again, learned);
    fetch();
  }
  void answer(CircuitNumber circuit) {
    pool.answered(circuit, now);
    fetch();
  }
  void release(CircuitNumber circuit, bool waited = false) {
    pool.released(circuit, waited, now);
    fetch();
  }
  /// Lets time pass, with all that is due meanwhile.
  void wait(std::chrono::milliseconds time) {
    const auto end = now + time;
    for (auto next = pool.next_deadline(); next && *next <= end; next = pool.next_deadline()) {
      ASSERT_GT(*next, now) << "it would turn without end";
      now = *next;
      pool.advance(now);
      fetch();
    }
    now = end;
    pool.advance(now);
    fetch();
  }
  void fetch() {
    while (auto action = pool.next_action()) std::visit([this](const auto& one) { take(one); }, *action);
  }

  [[nodiscard]] const PoolCircuit* circuit(CircuitNumber number) const {
    for (const auto& one : pool.circuits())
      if (one.number == number) return &one;
    return nullptr;
  }
  /// The circuit that this request got.
  [[nodiscard]] CircuitNumber got(RequestNumber number) const {
    const auto found = answers.find(number);
    if (found == answers.end() || !found->second) return CircuitNumber{0};
    return *found->second;
  }
  [[nodiscard]] bool refused(RequestNumber number, Errc why) const {
    const auto found = answers.find(number);
    return found != answers.end() && !found->second && found->second.error().is(why);
  }
  /// Of the circuits that stand, those that nobody has used.
  [[nodiscard]] std::size_t spares() const {
    std::size_t count = 0;
    for (const auto& one : pool.circuits())
      if (one.clean() && one.state == PoolCircuit::State::ready) ++count;
    return count;
  }

  base::testing::SeededRandom random;
  SteadyTime now{std::chrono::hours(1000)};
  Pool pool;
  std::map<CircuitNumber, BuildCircuit> building;  // asked for, and not over yet
  std::size_t begun = 0;
  std::map<RequestNumber, SteadyTime> asked;
  std::map<RequestNumber, base::Result<CircuitNumber>> answers;
  std::set<CircuitNumber> closed;
  std::set<CircuitNumber> blamed;

 private:
  void take(const BuildCircuit& action) {
    ++begun;
    building.emplace(action.circuit, action);
  }
  void take(const CloseCircuit& action) {
    building.erase(action.circuit);
    closed.insert(action.circuit);
  }
  void take(const AnswerRequest& action) {
    EXPECT_TRUE(answers.emplace(action.request, action.circuit).second) << "one answer for each request";
  }
  void take(const BlameExit& action) { blamed.insert(action.circuit); }
};

}  // namespace qnet::path::testing
