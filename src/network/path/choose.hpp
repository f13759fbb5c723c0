// The hops of one circuit, and the exits of fast mode: pure functions of what is known and of randomness
// (docs/spec/path.md, "The draw").
#pragma once

#include <optional>
#include <span>
#include <string>
#include <vector>

#include "network/path/avoidance.hpp"
#include "network/path/error.hpp"
#include "network/path/guards.hpp"

namespace qnet::path {

struct Wish {
  std::size_t hops = 3;                   ///< guard and exit among them; ChooseLimits
  std::optional<std::uint16_t> port{};    ///< that the exit serves; none for a circuit that is built ahead
  std::vector<std::string> countries{};   ///< of the exit, ISO 3166-1; empty for any
  std::vector<peer::PeerId> never{};      ///< no hop of this circuit: the guards of another leg, say
  std::vector<peer::PeerId> not_exits{};  ///< not its exit: they have declined what it is for
  std::vector<peer::PeerId> full{};       ///< not its exit: they had no place a moment ago
};

struct Hops {
  std::vector<peer::PeerId> peers;  ///< the guard first, the exit last
  unsigned attempt = 0;             ///< of the guard, as it was offered
};

/// A circuit that is being built meanwhile.
struct Underway {
  std::vector<peer::PeerId> hops;  ///< the guard first
  std::size_t established = 0;     ///< how many behind the guard have answered well
};

/// What is known when the choice is made. All must outlive the call only.
struct Known {
  const RelayTable& relays;
  const GuardChoice& guards;
  const Avoidance& avoidance;
  SteadyTime now{};
  std::span<const Underway> underway{};
};

/// The exit is drawn first, then the guard is the first usable one that shares nothing with it, then the
/// middles are drawn. What does not go together is drawn anew. Errors: of Errc all but those of the file;
/// exits_full where an exit of Wish::full would have led to a circuit.
[[nodiscard]] base::Result<Hops> choose(const Known& known, const Wish& wish, base::RandomSource& random);

/// Exits for sessions of one hop: `most` different ones at most, in the order in which they were drawn. Of
/// the wish its port, countries, `never`, `not_exits` and `full` count. Errors: those about exits.
[[nodiscard]] base::Result<std::vector<peer::PeerId>> choose_exits(const RelayTable& relays, const Wish& wish,
                                                                   std::size_t most,
                                                                   base::RandomSource& random);

}  // namespace qnet::path
