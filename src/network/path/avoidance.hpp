// Relays, and pairs of neighbours, that circuits have failed at: they are left out for a growing time. No
// I/O, no clock.
//
// Which of two neighbours has failed is never known: one may have refused, the other may not have answered.
// So a failure is held against the pair, and against a relay only when it is in failed pairs with several
// others.
#pragma once

#include <chrono>
#include <cstdint>
#include <deque>
#include <optional>
#include <vector>

#include "network/directory/limits.hpp"
#include "network/path/limits.hpp"
#include "overlay/peer/peer_id.hpp"

namespace qnet::path {

using directory::SteadyTime;

/// Holds peers of the public list, for as long as the program runs, and at most AvoidanceLimits::remembered
/// relays and as many pairs.
class Avoidance {
 public:
  /// Which failures count: all, or those alone of which the place is known. A circuit that ends, or falls
  /// silent, does not say where: its pairs are under suspicion, and so is a relay with many failed
  /// neighbours. Where most relays are gone, that soon hits those that live. Or of those the ones of this
  /// search alone: of what has failed, the others may be there again.
  enum class Counted { all, certain, searched };

  /// A circuit failed between these two neighbours: the one behind did not answer the one before it.
  void pair_failed(const peer::PeerId& one, const peer::PeerId& other, SteadyTime now);
  /// It failed at this pair, or at another one of its circuit.
  void pair_suspected(const peer::PeerId& one, const peer::PeerId& other, SteadyTime now);
  /// This relay alone is the cause: it had answered, and then fell silent, starved a circuit or broke the
  /// protocol in its own layer.
  void relay_failed(const peer::PeerId& relay, SteadyTime now);
  /// A circuit was built: the search for a path, in which no certain failure was tried twice, is over. Now
  /// each of its failures counts for its own time alone.
  void found_path() { ++search_; }
  /// A circuit carried data across both.
  void pair_worked(const peer::PeerId& one, const peer::PeerId& other);

  /// The relays that are no hop now.
  [[nodiscard]] std::vector<peer::PeerId> relays(SteadyTime now, Counted counted = Counted::all) const;
  /// The relays that are not to be a neighbour of this one now.
  [[nodiscard]] std::vector<peer::PeerId> neighbours(const peer::PeerId& relay, SteadyTime now,
                                                     Counted counted = Counted::all) const;

 private:
  struct Failure {
    peer::PeerId one;
    std::optional<peer::PeerId> other;  // none: the relay alone
    unsigned count = 0;
    SteadyTime last{};
    SteadyTime until{};
    std::optional<SteadyTime> certain_until{};
    std::uint64_t search = 0;  // in which it was certain last
    SteadyTime searched_until{};
  };
  using Failures = std::deque<Failure>;  // the one that failed longest ago first

  void note(Failures& failures, Failure failure, bool certain, SteadyTime now) const;
  [[nodiscard]] bool counts(const Failure& failure, Counted counted, SteadyTime now) const;
  [[nodiscard]] static bool same(const Failure& failure, const Failure& other);

  Failures relays_;
  Failures pairs_;
  std::uint64_t search_ = 1;
};

}  // namespace qnet::path
