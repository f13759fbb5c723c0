// How much a relay gives to those who measure it, so that nobody can make it send. No I/O, no clock.
#pragma once

#include <chrono>
#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <mutex>

#include "foundation/crypto/x25519.hpp"
#include "overlay/measure/limits.hpp"

namespace qnet::measure {

/// Who asks, by the Noise key that it has shown.
enum class Standing : std::uint8_t {
  stranger,   ///< gets nothing
  relay,      ///< of the list
  directory,  ///< of one of this relay's own operators
};

/// Of one relay, on all its cores: takes a lock for each transfer. One transfer goes on at a time, and one
/// more for other relays, which may be slow to take it.
class Allowance {
 public:
  using TimePoint = std::chrono::steady_clock::time_point;
  /// Held for as long as the bytes are on their way.
  using Slot = std::shared_ptr<const void>;
  struct Taken {
    Slot slot;           ///< null for who gets nothing now
    bool waits = false;  ///< it may ask again when it is called
  };

  Allowance() : state_(std::make_shared<State>()) {}

  /// Where another transfer is under way, `free` is called when it has ended: once, on any thread.
  [[nodiscard]] Taken take(const crypto::X25519Public& peer, Standing standing, std::uint64_t bytes,
                           TimePoint now, std::function<void()> free);

 private:
  struct Given {
    std::uint64_t bytes = 0;
    unsigned transfers = 0;
  };
  struct Line {
    bool taken = false;
    std::map<crypto::X25519Public, std::function<void()>> waiting;
  };
  struct State {
    std::mutex mutex;
    std::map<crypto::X25519Public, Given> to;  // in this window
    Given to_relays;
    TimePoint since{};
    Line relays;
    Line directories;
  };
  static void give_back(State& state, Line& line);

  std::shared_ptr<State> state_;  // slots may outlive this
};

}  // namespace qnet::measure
