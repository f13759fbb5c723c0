// How much a relay gives to those who measure it, so that nobody can make it send, and nobody can keep it
// from the others. No I/O.
#pragma once

#include <chrono>
#include <cstdint>
#include <functional>
#include <list>
#include <map>
#include <memory>
#include <mutex>
#include <variant>

#include "foundation/crypto/x25519.hpp"
#include "overlay/measure/limits.hpp"

namespace qnet::measure {

/// Who asks, by the Noise key that it has shown.
enum class Standing : std::uint8_t {
  stranger,   ///< gets nothing
  relay,      ///< of the list
  directory,  ///< of one of this relay's own operators
};

struct Asker {
  crypto::X25519Public key{};
  Standing standing = Standing::stranger;
  /// Where it comes from, as ip::network_guess says; 0 when that is not known. Relays of one network count as
  /// one: keys cost nothing.
  std::uint64_t network = 0;
};

/// Of one relay, on all its cores: takes a lock for each transfer. One transfer goes on at a time, and one
/// more for other relays, which may be slow to take it. The others wait in the order in which they came.
class Allowance {
 public:
  using TimePoint = std::chrono::steady_clock::time_point;
  using Clock = std::function<TimePoint()>;
  /// Held for as long as the bytes are on their way, or a place in the line is wanted.
  using Slot = std::shared_ptr<const void>;
  struct Taken {
    Slot slot{};   ///< null for who gets nothing now
    Slot place{};  ///< in the line: it may ask again, with this, when it is called
    /// For how long it may have the slot.
    std::chrono::steady_clock::duration most{};
  };

  explicit Allowance(Clock clock = &std::chrono::steady_clock::now);

  /// Where another transfer is under way, `free` is called when it is this one's turn: on any thread, and
  /// perhaps more than once. `place` is what it was given before, if it has waited.
  [[nodiscard]] Taken take(const Asker& asker, std::uint64_t bytes, std::function<void()> free,
                           const Slot& place = nullptr);

 private:
  /// A directory, or all relays of one network. A relay of no known network is one by itself.
  using Party = std::variant<crypto::X25519Public, std::uint64_t>;
  struct Given {
    std::uint64_t bytes = 0;
    unsigned transfers = 0;
    std::chrono::steady_clock::duration held{};
  };
  struct Waiting {
    Party party;
    std::function<void()> free;
  };
  struct Line {
    bool taken = false;
    std::list<Waiting> waiting;  // the first has the next turn
    std::map<Party, Given> to;   // in this window
  };
  struct State {
    std::mutex mutex;
    Clock clock;
    Given to_relays;
    TimePoint since{};
    Line relays;
    Line directories;
  };
  [[nodiscard]] static Slot join(const std::shared_ptr<State>& state, Line& line, const Party& party,
                                 std::function<void()> free);
  [[nodiscard]] static Slot hold(const std::shared_ptr<State>& state, Line& line, const Party& party);
  static void leave(State& state, Line& line, std::list<Waiting>::iterator place);
  static void give_back(State& state, Line& line, const Party& party, TimePoint since);

  std::shared_ptr<State> state_;  // slots may outlive this
};

}  // namespace qnet::measure
