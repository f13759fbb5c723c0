// Noise §5.3 for the patterns NK, XK and XX: Noise_{NK,XK,XX}_25519_ChaChaPoly_SHA256, and for NK with hybrid
// forward secrecy: Noise_NKhfs_25519+MLKEM768_ChaChaPoly_SHA256. Cover `mirror` does not use it (it has its
// own messages inside TLS, docs/decisions/0001); transports without TLS and circuits do.
#pragma once

#include <memory>
#include <optional>

#include "foundation/base/random.hpp"
#include "foundation/crypto/mlkem768.hpp"
#include "foundation/crypto/x25519.hpp"
#include "protocol/noise/symmetric_state.hpp"

namespace qnet::noise {

enum class Pattern { nk, nk_hfs, xk, xx };
enum class Role { initiator, responder };

struct HandshakeOptions {
  Pattern pattern;
  Role role;
  base::Bytes prologue;                 ///< both sides must have the same
  crypto::X25519KeyPair static_keys{};  ///< ours; the initiator of NK has none
  /// The peer's; the initiator of NK and XK must know it. The others of XK and XX learn it.
  std::optional<crypto::X25519Public> remote_static = std::nullopt;
};

class HandshakeState {
 public:
  static constexpr std::size_t max_message = 65535;  ///< Noise §3

  /// `random` must outlive this; it gives the ephemeral key when it is first needed.
  HandshakeState(HandshakeOptions options, base::RandomSource& random);

  /// Appends our next message to `out`. After an error the handshake must be given up.
  [[nodiscard]] base::Result<void> write(base::ByteView payload, base::Bytes& out);

  /// Takes the peer's next message, whole, and appends its payload to `payload`; after an error `payload` is
  /// as it was and the handshake must be given up.
  [[nodiscard]] base::Result<void> read(base::ByteView message, base::Bytes& payload);

  /// A second payload of the message that was just written or read (Noise §5.2: EncryptAndHash once more),
  /// for messages whose length tells nothing: the first payload has a fixed size and says how long the second
  /// is.
  [[nodiscard]] base::Result<void> write_more(base::ByteView payload, base::Bytes& out);
  [[nodiscard]] base::Result<void> read_more(base::ByteView sealed, base::Bytes& payload);

  /// All messages have been written and read; split() may be called, once.
  [[nodiscard]] bool finished() const;
  [[nodiscard]] TransportKeys split() { return symmetric_.split(); }

  /// The peer's static key once it is known: proven to be the peer's only when finished().
  [[nodiscard]] const std::optional<crypto::X25519Public>& remote_static() const { return remote_static_; }

 private:
  enum class Token : std::uint8_t;
  static std::span<const std::span<const Token>> messages(Pattern pattern);
  /// Of a key or a ciphertext in a message; 0 for tokens that send nothing.
  static std::size_t size_of(Token token);
  [[nodiscard]] bool our_turn() const;
  [[nodiscard]] base::Result<void> write_token(Token token, base::Bytes& out);
  [[nodiscard]] base::Result<void> read_token(Token token, base::ByteView& message);
  [[nodiscard]] base::Result<void> mix_secret(Token token);
  [[nodiscard]] base::Result<void> write_ciphertext(base::Bytes& out);
  [[nodiscard]] base::Result<void> take_kem_key(base::ByteView sealed);
  [[nodiscard]] base::Result<void> take_ciphertext(base::ByteView sealed);

  Role role_;
  std::span<const std::span<const Token>> messages_;
  std::size_t next_message_ = 0;
  bool failed_ = false;
  SymmetricState symmetric_;
  base::RandomSource& random_;
  crypto::X25519KeyPair static_;
  crypto::X25519KeyPair ephemeral_;
  std::optional<crypto::X25519Public> remote_static_;
  crypto::X25519Public remote_ephemeral_{};
  std::unique_ptr<crypto::MlKemKeyPair> kem_;  // the initiator's; at the responder its public half alone
};

}  // namespace qnet::noise
