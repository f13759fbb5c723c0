// A relay's circuit keys: which it has, which its descriptor names, and which may open a circuit's first
// message now. No I/O, no clock; circuit_key_file.hpp keeps them over a restart.
//
// Time is cut into periods of a day. Each period has a key of its own, made a period ahead, so that the
// descriptor names the next one too. It opens first messages for its own period and for one more, for clients
// whose list is a day old; then its secret is wiped. Periods begin at another second of the day for each
// relay, by a hash of its peer id: not all descriptors of the network change in one moment, and nobody has to
// know the moment, as descriptors tell each key's times.
//
// All is by the wall clock. One that is set forwards wipes keys early: clients with an older list fail until
// they ask again. One that is set back keeps secrets for longer, by as much.
#pragma once

#include <array>
#include <chrono>
#include <memory>
#include <optional>
#include <vector>

#include "foundation/base/random.hpp"
#include "foundation/crypto/x25519.hpp"
#include "overlay/peer/peer_id.hpp"

namespace qnet::circuit {

struct CircuitKeyLimits {
  static constexpr std::chrono::hours period{24};
  /// Its own period, and one more.
  static constexpr std::chrono::hours life = 2 * period;
  /// As the HTX handshake allows: a client whose clock is ahead takes the next key so much too early.
  static constexpr std::chrono::minutes early{10};
  /// The previous one, the current, the next, and one more after the clock was set back over a beginning.
  static constexpr std::size_t held = 4;
};

using WallTime = std::chrono::sys_seconds;

/// What a descriptor tells of a key.
struct PublishedKey {
  crypto::X25519Public key{};
  WallTime from{};
  WallTime until{};
  bool operator==(const PublishedKey&) const = default;
};

/// Key pairs that may open a first message; shared, because they are replaced while others use them.
using Keys = std::shared_ptr<const std::vector<crypto::X25519KeyPair>>;

class CircuitKeys {
 public:
  struct Held {
    WallTime from{};  ///< the beginning of its period
    crypto::X25519KeyPair pair;
  };

  explicit CircuitKeys(const peer::PeerId& relay);

  /// Wipes keys that are over and makes those that are missing. Whether anything changed: then what is kept
  /// on a disk has to be written anew.
  bool update(WallTime now, base::RandomSource& random);
  /// When update() has to be called next, by the wall clock; it may be called at any time. Nothing before the
  /// first call.
  [[nodiscard]] std::optional<WallTime> next_deadline() const;

  /// The current key and the next one, as of the last update.
  [[nodiscard]] std::vector<PublishedKey> published() const;
  /// Copies of those that may open a first message now, the newest first: the current, the previous one, and
  /// the next one from 10 minutes before its period. Three at most.
  [[nodiscard]] std::vector<crypto::X25519KeyPair> acceptable(WallTime now) const;

  /// All that there are, in no order. They live until the next update().
  [[nodiscard]] std::vector<const Held*> held() const;
  /// Takes a key that was kept. False when that is none of this relay's periods, when there is one of that
  /// period, or when there are too many.
  [[nodiscard]] bool restore(Held key);

 private:
  [[nodiscard]] WallTime beginning_of_period(WallTime now) const;
  [[nodiscard]] const Held* find(WallTime from) const;
  [[nodiscard]] std::optional<Held>* free_slot();

  std::chrono::seconds offset_;
  std::optional<WallTime> current_;  // the beginning of the period at the last update
  // In place, so that a wiped secret has left nothing elsewhere.
  std::array<std::optional<Held>, CircuitKeyLimits::held> slots_;
};

}  // namespace qnet::circuit
