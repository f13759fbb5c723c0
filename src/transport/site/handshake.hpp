// Noise_XK_25519_ChaChaPoly_SHA256 with ML-KEM-768, inside an HTTP exchange (docs/spec/htx-site.md §4). State
// machines without I/O.
#pragma once

#include <array>
#include <optional>
#include <string>

#include "foundation/base/random.hpp"
#include "foundation/base/result.hpp"
#include "foundation/crypto/mlkem768.hpp"
#include "foundation/crypto/x25519.hpp"
#include "protocol/noise/symmetric_state.hpp"
#include "transport/htx/handshake_payload.hpp"
#include "transport/site/error.hpp"

namespace qnet::site {

struct HandshakeLimits {
  static constexpr std::size_t token = 64;       ///< e | sealed payload
  static constexpr std::size_t token_text = 86;  ///< in base64url
  /// Of padding behind each message: a few hundred bytes blur its length, and cost less than a packet.
  static constexpr std::uint32_t padding = 512;
};

inline constexpr std::string_view kExporterLabel = "EXPORTER-qnet-site";

/// The TLS exporter's value where TLS is end to end; nothing where somebody ends it before the relay.
using Binding = std::optional<std::array<std::uint8_t, 32>>;

struct Finished {
  noise::TransportKeys keys;
  base::Bytes unread;  ///< of the records that follow
  crypto::X25519Public peer_static{};
};

class Initiator {
 public:
  struct Config {
    crypto::X25519Public relay_static{};
    htx::AccessTag access_tag{};
    Binding binding;
    htx::WallTime now{};
    /// Fresh by default, so that a relay cannot link two sessions; relays give their own among themselves.
    const crypto::X25519KeyPair* own_static = nullptr;
  };
  [[nodiscard]] static base::Result<Initiator> start(const Config& config, base::RandomSource& random);

  /// Message 1's first part, as the cookie's value.
  [[nodiscard]] const std::string& token() const { return token_; }
  /// Message 1's second part: the first bytes of the client's direction.
  [[nodiscard]] const base::Bytes& opening() const { return opening_; }

  /// Takes what the relay sends; true when message 2 is complete.
  [[nodiscard]] base::Result<bool> receive(base::ByteView bytes);
  /// Message 3, to be sent, and the keys.
  struct Last {
    base::Bytes flight;
    Finished finished;
    htx::WallTime relay_time{};  ///< its clock when it answered
  };
  [[nodiscard]] base::Result<Last> finish(base::RandomSource& random);

 private:
  Initiator();
  [[nodiscard]] base::Result<void> take_message2(base::ByteView bytes);

  noise::SymmetricState state_;
  crypto::X25519KeyPair ephemeral_;
  crypto::X25519KeyPair static_;
  crypto::MlKemKeyPair kem_;
  crypto::X25519Public relay_ephemeral_{};
  std::string token_;
  base::Bytes opening_;
  base::Bytes input_;
  std::optional<std::size_t> padding_;  // of message 2, once it is known
  htx::WallTime relay_time_{};
};

/// Made by Gate, once the token was recognised.
class Responder {
 public:
  /// Takes what the peer sends, and gives what is to be sent. Nothing but reset or close after an error.
  [[nodiscard]] base::Result<base::Bytes> receive(base::ByteView bytes, htx::WallTime now,
                                                  base::RandomSource& random);
  [[nodiscard]] bool done() const { return expects_ == Expects::nothing; }
  [[nodiscard]] Finished finish();
  [[nodiscard]] const crypto::X25519Public& ephemeral() const { return peer_ephemeral_; }

 private:
  friend class Gate;
  Responder(noise::SymmetricState state, const crypto::X25519Public& peer)
      : state_(std::move(state)), peer_ephemeral_(peer) {}
  enum class Expects { opening, opening_padding, message3, message3_padding, nothing };
  /// One step; false when its bytes are not all there.
  [[nodiscard]] base::Result<bool> advance(base::Bytes& answer, htx::WallTime now,
                                           base::RandomSource& random);
  [[nodiscard]] base::Result<void> take_opening(base::ByteView sealed);
  [[nodiscard]] base::Result<void> write_message2(base::Bytes& out, htx::WallTime now,
                                                  base::RandomSource& random);
  [[nodiscard]] base::Result<void> take_message3(base::ByteView bytes);
  [[nodiscard]] std::size_t wanted() const;

  noise::SymmetricState state_;
  crypto::X25519Public peer_ephemeral_{};
  crypto::X25519Public peer_static_{};
  crypto::X25519KeyPair ephemeral_;
  crypto::MlKemPublic kem_key_{};
  base::Bytes input_;
  std::size_t padding_ = 0;
  Expects expects_ = Expects::opening;
};

/// The state after the prologue and the pre-message.
[[nodiscard]] noise::SymmetricState begin(const Binding& binding, const crypto::X25519Public& relay_static);

}  // namespace qnet::site
