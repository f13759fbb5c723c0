// Noise_XK_25519_ChaChaPoly_SHA256 as it is laid over the fields of a TLS handshake (docs/spec/htx.md §5).
// Both sides do the same steps in the same order; only their Diffie-Hellman secrets differ.
#pragma once

#include <cstdint>

#include "foundation/base/bytes.hpp"
#include "foundation/base/result.hpp"
#include "foundation/crypto/mlkem768.hpp"
#include "foundation/crypto/x25519.hpp"
#include "protocol/noise/symmetric_state.hpp"
#include "transport/htx/error.hpp"
#include "transport/htx/handshake_payload.hpp"

namespace qnet::htx {

class Transcript {
 public:
  /// The prologue ("qnet-htx/1" and the hello with its session id zeroed), the responder's static key, and
  /// `e`.
  Transcript(base::ByteView hello_record, std::size_t session_id_offset,
             const crypto::X25519Public& relay_static, const crypto::X25519Public& initiator_ephemeral);

  /// A Diffie-Hellman token: mixes x25519(own, peer) into the key.
  [[nodiscard]] base::Result<void> mix_dh(const crypto::X25519Secret& own, const crypto::X25519Public& peer);

  /// The responder's `e`.
  void mix_public(const crypto::X25519Public& key);

  /// The ML-KEM secret, after `ee`, where the ServerHello carries a ciphertext.
  void mix_kem(const crypto::MlKemShared& shared);

  /// The whole ServerHello message, without a record's header, with its random zeroed, so that none of its
  /// fields can be changed.
  void mix_server_hello(base::ByteView message, std::size_t random_offset);

  /// The 32 bytes on the wire of a 16-byte payload.
  [[nodiscard]] base::Result<base::Bytes> seal_payload(const PayloadBytes& payload);
  [[nodiscard]] base::Result<PayloadBytes> open_payload(base::ByteView sealed);

  /// Message 3's static key: 48 bytes on the wire.
  [[nodiscard]] base::Result<base::Bytes> seal_static(const crypto::X25519Public& key);
  [[nodiscard]] base::Result<crypto::X25519Public> open_static(base::ByteView sealed);

  /// What fills the client's Finished record behind the sealed static key; both sides compute it, so that a
  /// changed byte is noticed at once, as TLS would notice it. At most 32 bytes.
  [[nodiscard]] base::Bytes finished_filler(std::size_t size) const;

  /// The key under which the server's encrypted flight is sealed.
  [[nodiscard]] noise::CipherState flight_cipher() const;

  /// The key of a peer's alert in place of its second flight.
  [[nodiscard]] noise::CipherState alert_cipher() const;

  [[nodiscard]] noise::SymmetricState& noise() { return state_; }

 private:
  noise::SymmetricState state_;
};

}  // namespace qnet::htx
