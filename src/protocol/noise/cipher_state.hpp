// Noise §5.1: a key and a counter. No key yet means that text passes unchanged.
#pragma once

#include <cstdint>
#include <optional>

#include "foundation/base/result.hpp"
#include "foundation/crypto/aead.hpp"
#include "foundation/crypto/secret.hpp"
#include "protocol/noise/error.hpp"

namespace qnet::noise {

class CipherState {
 public:
  using Tag = std::span<std::uint8_t, crypto::ChaChaPoly::tag_size>;
  using ConstTag = std::span<const std::uint8_t, crypto::ChaChaPoly::tag_size>;

  CipherState() = default;
  explicit CipherState(crypto::Secret<32> key);

  [[nodiscard]] bool has_key() const { return aead_.has_value(); }
  [[nodiscard]] std::uint64_t nonce() const { return nonce_; }
  /// For tests and for transports that carry the counter themselves.
  void set_nonce(std::uint64_t nonce) { nonce_ = nonce; }

  /// Seals in place and counts up; has_key() must hold. After an error nothing was written.
  [[nodiscard]] base::Result<void> seal(base::ByteView ad, base::MutableBytes text, Tag tag);

  /// Opens in place; counts up only when the tag matched (Noise §5.1).
  [[nodiscard]] base::Result<void> open(base::ByteView ad, base::MutableBytes text, ConstTag tag);

  /// Noise §4.2 and §11.3: k = first 32 bytes of ENCRYPT(k, 2^64 - 1, "", 32 zeros). The counter goes on.
  void rekey();

  /// The same when the next message has a number that is a multiple of `interval`, and is not the first. The
  /// counter goes on through a rekey, so it counts the direction's messages.
  void rekey_when_due(std::uint64_t interval) {
    if (nonce_ % interval == 0 && nonce_ > 0) rekey();
  }

 private:
  std::optional<crypto::ChaChaPoly> aead_;
  std::uint64_t nonce_ = 0;
};

}  // namespace qnet::noise
