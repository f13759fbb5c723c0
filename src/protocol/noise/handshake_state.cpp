#include "protocol/noise/handshake_state.hpp"

#include <algorithm>
#include <array>

namespace qnet::noise {

/// Noise §7.1: e and s send a key; the others mix a Diffie-Hellman of the initiator's and the responder's
/// key.
enum class HandshakeState::Token : std::uint8_t { e, s, ee, es, se };

namespace {

constexpr std::size_t kKey = 32;
constexpr std::size_t kTag = crypto::ChaChaPoly::tag_size;

std::string_view protocol_name(Pattern pattern) {
  return pattern == Pattern::xk ? "Noise_XK_25519_ChaChaPoly_SHA256" : "Noise_XX_25519_ChaChaPoly_SHA256";
}

}  // namespace

std::span<const std::span<const HandshakeState::Token>> HandshakeState::messages(Pattern pattern) {
  using enum Token;
  // Noise §7.5.
  static constexpr std::array xk1{e, es};
  static constexpr std::array xk2{e, ee};
  static constexpr std::array xx1{e};
  static constexpr std::array xx2{e, ee, s, es};
  static constexpr std::array third{s, se};
  static constexpr std::array<std::span<const Token>, 3> xk{xk1, xk2, third};
  static constexpr std::array<std::span<const Token>, 3> xx{xx1, xx2, third};
  return pattern == Pattern::xk ? xk : xx;
}

HandshakeState::HandshakeState(HandshakeOptions options, base::RandomSource& random)
    : role_(options.role),
      messages_(messages(options.pattern)),
      symmetric_(protocol_name(options.pattern)),
      random_(random),
      static_(std::move(options.static_keys)),
      remote_static_(options.remote_static) {
  symmetric_.mix_hash(options.prologue);
  if (options.pattern != Pattern::xk) return;
  // The pre-message `<- s`: both know the responder's static key.
  if (role_ == Role::responder) {
    symmetric_.mix_hash(static_.public_key);
  } else if (remote_static_) {
    symmetric_.mix_hash(*remote_static_);
  } else {
    failed_ = true;
  }
}

bool HandshakeState::finished() const { return !failed_ && next_message_ == messages_.size(); }

bool HandshakeState::our_turn() const { return (next_message_ % 2 == 0) == (role_ == Role::initiator); }

base::Result<void> HandshakeState::write(base::ByteView payload, base::Bytes& out) {
  if (failed_ || finished() || !our_turn()) return base::fail(Errc::out_of_turn);
  const auto start = out.size();
  const auto written = [&]() -> base::Result<void> {
    for (const auto token : messages_[next_message_])
      if (auto done = write_token(token, out); !done) return done;
    if (auto done = symmetric_.encrypt_and_hash(payload, out); !done) return done;
    if (out.size() - start > max_message) return base::fail(Errc::too_long);
    return {};
  }();
  ++next_message_;
  failed_ = !written;
  if (failed_) out.resize(start);
  return written;
}

base::Result<void> HandshakeState::read(base::ByteView message, base::Bytes& payload) {
  if (failed_ || finished() || our_turn()) return base::fail(Errc::out_of_turn);
  const auto taken = [&]() -> base::Result<void> {
    if (message.size() > max_message) return base::fail(Errc::too_long);
    for (const auto token : messages_[next_message_])
      if (auto done = read_token(token, message); !done) return done;
    return symmetric_.decrypt_and_hash(message, payload);
  }();
  ++next_message_;
  failed_ = !taken;
  return taken;
}

base::Result<void> HandshakeState::write_token(Token token, base::Bytes& out) {
  if (token == Token::e) {
    ephemeral_ = crypto::X25519KeyPair::generate(random_);
    base::append(out, ephemeral_.public_key);
    symmetric_.mix_hash(ephemeral_.public_key);
    return {};
  }
  if (token == Token::s) return symmetric_.encrypt_and_hash(static_.public_key, out);
  return mix_secret(token);
}

base::Result<void> HandshakeState::read_token(Token token, base::ByteView& message) {
  if (token != Token::e && token != Token::s) return mix_secret(token);
  // In both patterns a key has been mixed before any static key is sent, so that it is sealed.
  const auto size = token == Token::e ? kKey : kKey + kTag;
  if (message.size() < size) return base::fail(Errc::truncated);
  const auto field = message.first(size);
  message = message.subspan(size);
  if (token == Token::e) {
    std::ranges::copy(field, remote_ephemeral_.begin());
    symmetric_.mix_hash(field);
    return {};
  }
  base::Bytes key;
  if (auto opened = symmetric_.decrypt_and_hash(field, key); !opened) return opened;
  std::ranges::copy(key, remote_static_.emplace().begin());
  return {};
}

base::Result<void> HandshakeState::mix_secret(Token token) {
  const bool initiator = role_ == Role::initiator;
  const bool our_static = token == Token::es ? !initiator : token == Token::se && initiator;
  const bool their_static = token == Token::es ? initiator : token == Token::se && !initiator;
  const auto secret = crypto::x25519((our_static ? static_ : ephemeral_).secret,
                                     their_static ? *remote_static_ : remote_ephemeral_);
  if (!secret) return base::fail(Errc::bad_key);
  symmetric_.mix_key(secret->view());
  return {};
}

}  // namespace qnet::noise
