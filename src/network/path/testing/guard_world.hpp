// A client's guards in a network where a censor decides who answers. It dials as a client does.
#pragma once

#include <functional>

#include "foundation/base/testing/seeded_random.hpp"
#include "network/path/guards.hpp"
#include "network/path/testing/networks.hpp"

namespace qnet::path::testing {

class GuardWorld {
 public:
  static constexpr Now kStart{WallTime(std::chrono::days(20'000)), SteadyTime(std::chrono::hours(1000))};

  explicit GuardWorld(std::vector<RelayFacts> network, std::uint64_t seed, GuardSample kept = {},
                      Now start = kStart)
      : random(seed),
        now(start),
        relays(std::move(network)),
        guards(std::move(kept), random),
        start_(start.wall) {
    guards.update(relays, now);
  }

  /// A circuit is wanted: dials guards as they are offered until one answers. Returns that one.
  std::optional<GuardOffer> connect() {
    for (int dials = 0; dials < 100; ++dials) {
      const auto usable = guards.choice(now).usable;
      if (usable.empty()) return std::nullopt;
      if (dial(usable.front())) return usable.front();
    }
    return std::nullopt;
  }
  /// Lets time pass, and dials what is due.
  void wait(std::chrono::milliseconds time) {
    const auto end = now.steady + time;
    for (auto next = guards.next_deadline(); next && *next <= end; next = guards.next_deadline()) {
      pass(std::max(*next - now.steady, SteadyTime::duration{}));
      for (const auto& offer : guards.due(now)) dial(offer);
      refresh();
    }
    pass(end - now.steady);
    refresh();
  }
  bool dial(const GuardOffer& offer) {
    guards.begun(offer.peer);
    pass(std::chrono::milliseconds(100));
    dialled.push_back(offer);
    const bool well = answers(offer.peer);
    if (well)
      guards.answered(offer.peer, now);
    else
      guards.failed(offer.peer, now);
    if (!well) refresh();
    return well;
  }
  /// The list comes again, or a guard has failed: operators are asked, and the rules look at the guards.
  void refresh() {
    if (network_is_there) guards.network_answered(now);
    guards.update(relays, now, clock_fits());
  }
  /// Sets the clock to so far from the true time. Each list is new, and fits for a day.
  void set_clock(std::chrono::seconds off) {
    off_ = off;
    pass({});
  }
  [[nodiscard]] bool clock_fits() const {
    return off_ >= -ListLimits::clock_behind && off_ < ListLimits::key_use;
  }

  base::testing::SeededRandom random;
  Now now;
  RelayTable relays;
  Guards guards;
  std::function<bool(const peer::PeerId&)> answers = [](const peer::PeerId&) { return true; };
  bool network_is_there = true;
  std::vector<GuardOffer> dialled;

 private:
  void pass(SteadyTime::duration time) {
    steady_part_ += time;
    now.steady += time;
    now.wall = start_ + std::chrono::floor<std::chrono::seconds>(steady_part_) + off_;
  }
  WallTime start_;
  SteadyTime::duration steady_part_{};
  std::chrono::seconds off_{};
};

[[nodiscard]] inline std::vector<RelayFacts> plain_network(std::uint32_t size) {
  std::vector<RelayFacts> relays;
  for (std::uint32_t i = 0; i < size; ++i) relays.push_back(relay_of(i, i % 3 == 0));
  return relays;
}

}  // namespace qnet::path::testing
