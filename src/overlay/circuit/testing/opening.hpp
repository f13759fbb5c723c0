// For tests of circuit keys: what is sealed to one, who can open it, and where a secret's bytes are.
#pragma once

#include <algorithm>
#include <memory>

#include "foundation/base/testing/seeded_random.hpp"
#include "foundation/crypto/hpke.hpp"
#include "overlay/circuit/circuit_keys.hpp"
#include "overlay/peer/identity.hpp"

namespace qnet::circuit::testing {

[[nodiscard]] inline peer::PeerId relay(std::uint64_t seed) {
  base::testing::SeededRandom random(seed);
  return peer::Identity::generate(random).peer_id();
}

/// Stands for a circuit's first message: HPKE in place of Noise, sealed to a relay's X25519 key as that is.
class FirstMessage {
 public:
  FirstMessage(const crypto::X25519Public& to, base::RandomSource& random) {
    auto sender = crypto::hpke_sender(kAead, to, {}, crypto::X25519KeyPair::generate(random));
    enc_ = sender->enc;
    sealed_ = sender->context.seal({}, base::bytes_of("extend"));
  }
  [[nodiscard]] bool opens_with(const crypto::X25519KeyPair& pair) const {
    auto receiver = crypto::hpke_receiver(kAead, enc_, pair, {});
    base::Bytes text;
    return receiver && receiver->open({}, sealed_, text);
  }

 private:
  static constexpr std::uint16_t kAead = 3;  // ChaCha20-Poly1305
  crypto::X25519Public enc_{};
  base::Bytes sealed_;
};

[[nodiscard]] inline bool opens(const CircuitKeys& keys, const FirstMessage& message, WallTime now) {
  return std::ranges::any_of(keys.acceptable(now),
                             [&](const auto& pair) { return message.opens_with(pair); });
}

[[nodiscard]] inline bool contains(base::ByteView bytes, const crypto::X25519Secret& secret) {
  return !std::ranges::search(bytes, secret.view()).empty();
}

/// In the object's own memory, also where it holds nothing any more.
[[nodiscard]] inline bool contains(const CircuitKeys& keys, const crypto::X25519Secret& secret) {
  return contains(base::ByteView(reinterpret_cast<const std::uint8_t*>(std::addressof(keys)), sizeof(keys)),
                  secret);
}

}  // namespace qnet::circuit::testing
