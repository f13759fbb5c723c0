// HPKE (RFC 9180), base mode: DHKEM(X25519, HKDF-SHA256), HKDF-SHA256, and the three AEADs. For Encrypted
// Client Hello, whose sender a TLS client is.
#pragma once

#include <optional>

#include "foundation/base/random.hpp"
#include "foundation/base/result.hpp"
#include "foundation/crypto/aead.hpp"
#include "foundation/crypto/x25519.hpp"

namespace qnet::crypto {

// Identifiers of RFC 9180 §7.
inline constexpr std::uint16_t kHpkeX25519 = 0x0020;
inline constexpr std::uint16_t kHpkeSha256 = 0x0001;

/// The AEAD of an identifier of §7.3; nothing for those that seal nothing or that nobody knows here.
[[nodiscard]] std::optional<AeadAlgorithm> hpke_aead(std::uint16_t id);

/// One direction's encryption context (§5.2).
class HpkeContext {
 public:
  /// A text of fewer bytes than a tag does not open.
  [[nodiscard]] bool open(base::ByteView ad, base::ByteView sealed, base::Bytes& text);
  /// The ciphertext and its tag.
  [[nodiscard]] base::Bytes seal(base::ByteView ad, base::ByteView text);

 private:
  friend HpkeContext hpke_key_schedule(std::uint16_t aead_id, base::ByteView shared, base::ByteView info);
  HpkeContext(Aead aead, const Aead::Nonce& base_nonce) : aead_(std::move(aead)), base_nonce_(base_nonce) {}
  [[nodiscard]] Aead::Nonce nonce() const;

  Aead aead_;
  Aead::Nonce base_nonce_;
  std::uint64_t sequence_ = 0;
};

struct HpkeSender {
  X25519Public enc;  ///< for the receiver
  HpkeContext context;
};
/// SetupBaseS (§5.1.1). `aead_id` is one that hpke_aead() knows. Fails with bad_point for a low-order key.
[[nodiscard]] base::Result<HpkeSender> hpke_sender(std::uint16_t aead_id, const X25519Public& receiver,
                                                   base::ByteView info, const X25519KeyPair& ephemeral);
/// SetupBaseR.
[[nodiscard]] base::Result<HpkeContext> hpke_receiver(std::uint16_t aead_id, const X25519Public& enc,
                                                      const X25519KeyPair& own, base::ByteView info);

}  // namespace qnet::crypto
