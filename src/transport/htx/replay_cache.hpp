// Remembers which ClientHellos were answered, so that a recorded one is never answered again.
#pragma once

#include <array>
#include <chrono>
#include <cstring>
#include <mutex>
#include <unordered_set>

#include "foundation/base/random.hpp"
#include "foundation/crypto/x25519.hpp"

namespace qnet::htx {

using WallTime = std::chrono::sys_seconds;

struct TimeLimits {
  /// How far a peer's clock may be from ours, either way.
  static constexpr std::chrono::seconds window = std::chrono::minutes(10);
  /// A hello from the far edge of the window stays acceptable until the near edge has passed.
  static constexpr std::chrono::seconds memory = 2 * window;
};

/// Safe to share between threads: it is asked once for each handshake, never for a record.
class ReplayCache {
 public:
  /// At most two generations of this many keys, 16 bytes each: about 50 MiB in the very worst case.
  static constexpr std::size_t default_capacity = 1U << 19U;

  /// `memory`: what is seen is remembered for so long at least, and for twice as long at most.
  explicit ReplayCache(base::RandomSource& random, std::size_t capacity = default_capacity,
                       std::chrono::seconds memory = TimeLimits::memory);

  /// True, and remembered, when `ephemeral` was not seen within that time. False when it was, and
  /// also when the cache is full: answering nobody new is safer than forgetting.
  [[nodiscard]] bool admit(const crypto::X25519Public& ephemeral, WallTime now);

  [[nodiscard]] std::size_t size() const;

 private:
  using Key = std::array<std::uint8_t, 16>;
  struct KeyHash {
    std::size_t operator()(const Key& key) const {
      std::size_t value = 0;
      std::memcpy(&value, key.data(), sizeof value);
      return value;
    }
  };

  // Under a secret salt, so that nobody can choose keys that fall into one bucket.
  [[nodiscard]] Key key_of(const crypto::X25519Public& ephemeral) const;

  std::array<std::uint8_t, 32> salt_{};
  std::size_t capacity_;
  std::chrono::seconds memory_;
  mutable std::mutex mutex_;
  std::unordered_set<Key, KeyHash> recent_;
  std::unordered_set<Key, KeyHash> older_;
  WallTime generation_start_{};
};

}  // namespace qnet::htx
