// Which guards a client has, and which of them it uses now: no I/O, no clock (docs/spec/path.md, "Guards").
//
// Told are facts, each with the time; the answer to each fact is in choice(), due() and sample(). Who drives
// it calls update() with each new list, after each failed(), and at next_deadline(), and dials what is due()
// then.
#pragma once

#include <chrono>
#include <optional>
#include <vector>

#include "foundation/base/random.hpp"
#include "network/path/guard_sample.hpp"
#include "network/path/relay_table.hpp"

namespace qnet::path {

using directory::SteadyTime;

/// Dates of the file are wall time; pauses are steady time, which nobody sets.
struct Now {
  WallTime wall{};
  SteadyTime steady{};
};

struct GuardOffer {
  peer::PeerId peer;
  /// How many dials have failed in a row. Each is made another way: at another address, or with another
  /// template, in turn.
  unsigned attempt = 0;
  bool primary = false;
};

/// What choose() needs of the guards.
struct GuardChoice {
  std::vector<GuardOffer> usable;      ///< the best first; empty when none is to be used now
  std::vector<peer::PeerId> reserved;  ///< never middles of this client: its primary guards, and any in use
};

/// What a person may be told of one guard.
struct GuardStatus {
  GuardRecord record;
  bool primary = false;
  bool reachable = false;  ///< its last dial went well
  bool down = false;       ///< every way to dial it has failed on a network that works, or it is not listed
};

class Guards {
 public:
  /// `sample` is what was kept; empty at the first start. `random` must outlive it.
  Guards(GuardSample sample, base::RandomSource& random);

  /// Removes the guards that the rules remove, and draws those that they allow. `relays`: of the last list
  /// that most operators agreed on. `clock_fits`: the list may be of `now`. Where it is not, the clock is
  /// wrong or the list is old, and nobody is removed, drawn or dated.
  void update(const RelayTable& relays, Now now, bool clock_fits = true);

  /// A dial to this guard is under way, and failed() or answered() follows. Circuits that want the same guard
  /// wait for the same dial.
  void begun(const peer::PeerId& guard);
  /// Without begun() before it, it is ignored.
  void failed(const peer::PeerId& guard, Now now);
  /// Its session serves. Whether its last dial had failed.
  bool answered(const peer::PeerId& guard, Now now);
  /// Anything beside a guard has answered: an operator, a relay, a web server. A failure counts against a
  /// guard only when something does soon after it: so ask somebody after each failure, and tell it within
  /// GuardLimits::proof. One answer proves the last failure of each guard.
  void network_answered(Now now);
  /// Another network, or a machine that has slept: what failed before may answer now.
  void network_changed();
  /// A circuit through this guard, which answered itself, reached its exit or did not. Returns whether the
  /// guard fails unusually often.
  Bias circuit_ended(const peer::PeerId& guard, bool reached_exit);
  /// One that had reached its exit was ended while it was used, and not by this client.
  Bias circuit_cut(const peer::PeerId& guard);

  [[nodiscard]] GuardChoice choice(Now now) const;
  /// The guards to dial now although no circuit asks, so that they are used again as soon as they answer.
  [[nodiscard]] std::vector<GuardOffer> due(Now now) const;
  [[nodiscard]] std::optional<SteadyTime> next_deadline() const;
  /// When there are no usable guards: before this time there will be none, unless another fact is told.
  /// Nothing while that may change at any moment.
  [[nodiscard]] std::optional<SteadyTime> next_chance() const;
  /// Its last dial has failed, and none has gone well since.
  [[nodiscard]] bool fails(const peer::PeerId& guard) const;

  /// To be kept whenever it has changed: it is compared, cheap and small.
  [[nodiscard]] GuardSample sample() const;
  [[nodiscard]] std::vector<GuardStatus> status() const;

 private:
  struct Guard {
    GuardRecord record;
    bool listed = false;
    bool reachable = false;
    bool dialled = false;   // a dial is under way
    unsigned failures = 0;  // in a row
    unsigned proven = 0;    // of those, the ones soon after which something else answered
    bool unproven = false;  // nothing has answered since the last one
    SteadyTime last_failure{};
    SteadyTime failing_since{};
    SteadyTime next_try{};      // of one that fails
    std::optional<Now> seen{};  // in this run for the first time, by a clock that fits
  };

  [[nodiscard]] Guard* find(const peer::PeerId& peer);
  [[nodiscard]] static bool is_down(const Guard& guard);
  [[nodiscard]] static bool is_fine(const Guard& guard) { return guard.listed && guard.failures == 0; }
  [[nodiscard]] static bool is_due(const Guard& guard, Now now) {
    return guard.listed && guard.failures > 0 && guard.next_try <= now.steady;
  }
  [[nodiscard]] bool is_primary(const Guard& guard) const;
  [[nodiscard]] bool has_place() const;
  [[nodiscard]] bool network_lives(Now now) const;
  [[nodiscard]] std::vector<const Guard*> primaries() const;
  [[nodiscard]] std::vector<const Guard*> others() const;
  [[nodiscard]] std::vector<const Guard*> wanted() const;
  [[nodiscard]] std::chrono::seconds growth_pause() const;
  [[nodiscard]] std::chrono::milliseconds pause_after_failure(const Guard& guard, Now now) const;

  void note_listed(const RelayTable& relays, std::optional<WallTime> now);
  void remove_by_rule(Now now);
  [[nodiscard]] static std::chrono::seconds life_left(const Guard& guard, Now now);
  bool draw_one(const RelayTable& relays, Now now);
  void grow(const RelayTable& relays, Now now);

  base::RandomSource& random_;
  std::vector<Guard> guards_;  // in the order in which they were drawn
  std::vector<WallTime> spent_;
  std::optional<WallTime> grown_;
  std::optional<SteadyTime> evidence_;    // when anything has answered last
  std::optional<SteadyTime> grown_here_;  // as grown_, in this run
  std::optional<SteadyTime> grow_at_;     // when another guard may be drawn, if it is wanted
  std::size_t primary_ = 1;
  std::size_t largest_ = 1;
};

}  // namespace qnet::path
