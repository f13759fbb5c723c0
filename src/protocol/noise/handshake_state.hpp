// Noise §5.3 for the patterns XK and XX: Noise_{XK,XX}_25519_ChaChaPoly_SHA256. Cover `mirror` does not use
// it (it has its own messages inside TLS, docs/decisions/0001); transports without TLS do.
#pragma once

#include <optional>

#include "foundation/base/random.hpp"
#include "foundation/crypto/x25519.hpp"
#include "protocol/noise/symmetric_state.hpp"

namespace qnet::noise {

enum class Pattern { xk, xx };
enum class Role { initiator, responder };

struct HandshakeOptions {
  Pattern pattern;
  Role role;
  base::Bytes prologue;               ///< both sides must have the same
  crypto::X25519KeyPair static_keys;  ///< ours
  /// The peer's; the initiator of XK must know it, all others learn it.
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

  /// All messages have been written and read; split() may be called, once.
  [[nodiscard]] bool finished() const;
  [[nodiscard]] TransportKeys split() { return symmetric_.split(); }

  /// The peer's static key once it is known: proven to be the peer's only when finished().
  [[nodiscard]] const std::optional<crypto::X25519Public>& remote_static() const { return remote_static_; }

 private:
  enum class Token : std::uint8_t;
  static std::span<const std::span<const Token>> messages(Pattern pattern);
  [[nodiscard]] bool our_turn() const;
  [[nodiscard]] base::Result<void> write_token(Token token, base::Bytes& out);
  [[nodiscard]] base::Result<void> read_token(Token token, base::ByteView& message);
  [[nodiscard]] base::Result<void> mix_secret(Token token);

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
};

}  // namespace qnet::noise
