// Noise §5.2: the chaining key and the transcript hash, for any handshake pattern.
#pragma once

#include <string_view>

#include "foundation/base/bytes.hpp"
#include "foundation/base/result.hpp"
#include "foundation/crypto/hash.hpp"
#include "protocol/noise/cipher_state.hpp"

namespace qnet::noise {

struct TransportKeys {
  CipherState from_initiator;
  CipherState from_responder;
  crypto::Digest handshake_hash{};  ///< Noise §11.2, for channel binding
};

class SymmetricState {
 public:
  explicit SymmetricState(std::string_view protocol_name);

  void mix_hash(base::ByteView data);
  void mix_key(base::ByteView input_key_material);

  /// Appends to `out` the text (sealed when there is a key already) and mixes what was appended into the
  /// hash.
  [[nodiscard]] base::Result<void> encrypt_and_hash(base::ByteView plaintext, base::Bytes& out);

  /// The reverse; appends the plaintext to `out`. After an error the state is of no further use.
  [[nodiscard]] base::Result<void> decrypt_and_hash(base::ByteView ciphertext, base::Bytes& out);

  [[nodiscard]] const crypto::Digest& hash() const { return hash_; }

  /// A key for a purpose outside of Noise, HKDF-Expand(ck, label): it tells nothing of the chaining key.
  [[nodiscard]] crypto::Secret<32> export_key(std::string_view label) const;

  /// Noise §5.2 Split(). It depends on the chaining key alone, so it may come before the last payload.
  [[nodiscard]] TransportKeys split() const;

 private:
  crypto::Secret<32> chaining_key_;
  crypto::Digest hash_{};
  CipherState cipher_;
};

}  // namespace qnet::noise
