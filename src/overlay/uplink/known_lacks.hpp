// What exits have said that they lack, so that they are not asked again for the same at once. No I/O, no
// clock.
#pragma once

#include <cstdint>
#include <deque>
#include <optional>

#include "overlay/uplink/policy.hpp"

namespace qnet::uplink {

/// Holds ports and exits, and no destination. At most UplinkLimits::known_lacks facts: the oldest is
/// forgotten for a new one, which costs one more question.
class KnownLacks {
 public:
  using Exit = crypto::X25519Public;

  void is_full(const Exit& exit, TimePoint now);
  void serves_not(const Exit& exit, std::uint16_t port, TimePoint now);
  /// The peer is no exit.
  void is_none(const Exit& exit, TimePoint now);

  /// Whether the exit may be asked for this port: nothing is known that speaks against it.
  [[nodiscard]] bool may_serve(const Exit& exit, std::uint16_t port, TimePoint now) const;
  [[nodiscard]] bool full(const Exit& exit, TimePoint now) const;
  /// Some port, whichever.
  [[nodiscard]] bool lacks_a_port(const Exit& exit, TimePoint now) const;

 private:
  enum class Kind : std::uint8_t { places, port, exit };
  struct Fact {
    Exit exit{};
    Kind kind{};
    std::uint16_t port = 0;  // of the kind that has one
    TimePoint until;
  };
  void remember(Fact fact, TimePoint now);
  template <class Condition>
  [[nodiscard]] bool knows(const Exit& exit, TimePoint now, Condition condition) const;

  std::deque<Fact> facts_;  // by the time when they were told
};

}  // namespace qnet::uplink
