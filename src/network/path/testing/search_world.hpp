// A client in a network where most relays are gone, in virtual time: the real pool, choice and avoidance, and
// relays that are nothing but a word about how they fail.
#pragma once

#include <map>
#include <set>

#include <gtest/gtest.h>

#include "foundation/base/testing/seeded_random.hpp"
#include "network/path/build_time.hpp"
#include "network/path/choose.hpp"
#include "network/path/pool.hpp"
#include "network/path/testing/networks.hpp"

namespace qnet::path::testing {

/// The first relay is the client's only usable guard, and lives.
class SearchWorld {
 public:
  using Milliseconds = std::chrono::milliseconds;
  enum class Relay { lives, refuses, silent };

  /// How long an answer takes for each hop, and how long a neighbour dials a silent relay.
  static constexpr Milliseconds hop_time{60};
  static constexpr Milliseconds dial_time = std::chrono::seconds(10);

  SearchWorld(std::uint64_t seed, std::vector<RelayFacts> facts, std::vector<Relay> relays)
      : random_(seed), relays_(std::move(facts)), how_(std::move(relays)), pool_(random_) {
    guards_.usable = {{relays_[0].peer, 0, true}};
    guards_.reserved = {relays_[0].peer};
  }
  SearchWorld(const SearchWorld&) = delete;
  SearchWorld& operator=(const SearchWorld&) = delete;
  ~SearchWorld() = default;

  /// What a client has learned that has been running for a while.
  void has_learned() {
    for (std::size_t i = 0; i < BuildTimeLimits::fewest; ++i) build_times_.built_in(4 * hop_time);
  }

  /// From the start until a request is served. A refused one is made again at once.
  Milliseconds search(Milliseconds longest) {
    const auto begun = now_;
    pool_.start(3, now_);
    fetch();
    ask();
    while (!served_ && now_ - begun < longest) step();
    return std::chrono::ceil<Milliseconds>(now_ - begun);
  }

  std::size_t attempts = 0;      // builds that were begun
  std::size_t most_at_once = 0;  // of those, under way
  std::size_t repeated = 0;      // through a pair that had failed before

 private:
  struct Build {
    std::vector<peer::PeerId> hops;
    SteadyTime begun;
    bool timed_out = false;
    std::size_t established = 0;
    bool fails = false;
    [[nodiscard]] std::size_t established_at(SteadyTime now) const {
      return std::min(established, static_cast<std::size_t>((now - begun) / hop_time));
    }
  };

  [[nodiscard]] Relay how(const peer::PeerId& peer) const { return how_.at(*relays_.find(peer)); }
  void ask() {
    asked_ = pool_.request({.port = 443}, now_);
    fetch();
  }
  /// To the next moment at which anything happens.
  void step() {
    auto next = pool_.next_deadline();
    if (!ends_.empty()) next = std::min(next.value_or(ends_.begin()->first), ends_.begin()->first);
    ASSERT_TRUE(next) << "nothing would ever happen";
    now_ = *next;
    while (!ends_.empty() && ends_.begin()->first <= now_) end(ends_.extract(ends_.begin()).mapped());
    pool_.advance(now_);
    fetch();
  }
  void fetch() {
    while (auto action = pool_.next_action())
      std::visit([this](const auto& one) { this->take(one); }, *action);
  }

  void take(const BuildCircuit& action) {
    std::vector<Underway> underway;
    for (const auto& [number, build] : builds_) underway.push_back({build.hops, build.established_at(now_)});
    const auto hops = choose({relays_, guards_, avoidance_, now_, underway}, action.wish, random_);
    if (!hops) return pool_.failed(action.circuit, hops.error(), now_);
    ++attempts;
    Build build{hops->peers, now_};
    Milliseconds takes{0};
    for (std::size_t i = 1; i < build.hops.size() && !build.fails; ++i) {
      takes += hop_time;
      if (how(build.hops[i]) == Relay::silent) takes += dial_time;
      build.fails = how(build.hops[i]) != Relay::lives;
      if (!build.fails) build.established = i;
    }
    build.timed_out = takes > build_times_.time_out();
    build.fails = build.fails || build.timed_out;
    if (build.fails) repeated += failed_.contains(pair_of(build)) ? 1 : 0;
    ends_.emplace(now_ + std::min(takes, build_times_.time_out()), action.circuit);
    pool_.chosen(action.circuit, {build.hops.back(), "SE", {80, 443}}, build_times_.usual(), now_);
    builds_.emplace(action.circuit, std::move(build));
    most_at_once = std::max(most_at_once, builds_.size());
  }
  void take(const CloseCircuit& action) { builds_.erase(action.circuit); }
  void take(const AnswerRequest& action) {
    if (action.request != asked_) return;
    served_ = action.circuit.has_value();
    if (served_) return;
    asked_ = pool_.request({.port = 443}, now_);
  }
  void take(const BlameExit&) {}

  [[nodiscard]] static std::pair<crypto::Ed25519Public, crypto::Ed25519Public> pair_of(const Build& build) {
    return {build.hops[build.established].key(), build.hops[build.established + 1].key()};
  }
  /// As Circuits does it.
  void end(CircuitNumber number) {
    const auto found = builds_.extract(number);
    if (found.empty()) return;
    const auto& build = found.mapped();
    if (!build.fails) {
      build_times_.built_in(std::chrono::ceil<Milliseconds>(now_ - build.begun));
      avoidance_.found_path();
      return pool_.built(number, now_);
    }
    failed_.insert(pair_of(build));
    avoidance_.pair_failed(build.hops[build.established], build.hops[build.established + 1], now_);
    if (build.timed_out)
      build_times_.timed_out();
    else
      build_times_.failed_in_time();
    pool_.failed(number, build.timed_out ? Errc::timed_out : Errc::no_guard, now_, {}, true);
  }

  base::testing::SeededRandom random_;
  RelayTable relays_;
  std::vector<Relay> how_;  // in the order of relays_
  GuardChoice guards_;
  Avoidance avoidance_;
  BuildTimes build_times_;
  Pool pool_;
  SteadyTime now_{std::chrono::hours(1000)};
  std::map<CircuitNumber, Build> builds_;
  std::multimap<SteadyTime, CircuitNumber> ends_;
  std::set<std::pair<crypto::Ed25519Public, crypto::Ed25519Public>> failed_;
  RequestNumber asked_{};
  bool served_ = false;
};

}  // namespace qnet::path::testing
