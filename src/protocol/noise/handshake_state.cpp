#include "protocol/noise/handshake_state.hpp"

#include <algorithm>
#include <array>
#include <tuple>

namespace qnet::noise {

/// Noise §7.1: e and s send a key; ee, es and se mix a Diffie-Hellman of the initiator's and the responder's
/// key. Noise HFS §4: e1 sends a KEM's public key, ekem1 a ciphertext for it, whose secret is mixed.
enum class HandshakeState::Token : std::uint8_t { e, s, ee, es, se, e1, ekem1 };

namespace {

constexpr std::size_t kKey = 32;
constexpr std::size_t kTag = crypto::ChaChaPoly::tag_size;

std::string_view protocol_name(Pattern pattern) {
  switch (pattern) {
    case Pattern::nk: return "Noise_NK_25519_ChaChaPoly_SHA256";
    case Pattern::nk_hfs: return "Noise_NKhfs_25519+MLKEM768_ChaChaPoly_SHA256";
    case Pattern::xk: return "Noise_XK_25519_ChaChaPoly_SHA256";
    case Pattern::xx: break;
  }
  return "Noise_XX_25519_ChaChaPoly_SHA256";
}

}  // namespace

std::span<const std::span<const HandshakeState::Token>> HandshakeState::messages(Pattern pattern) {
  using enum Token;
  // Noise §7.5; NKhfs by Noise HFS §5.
  static constexpr std::array first{e, es};
  static constexpr std::array second{e, ee};
  static constexpr std::array hfs1{e, es, e1};
  static constexpr std::array hfs2{e, ee, ekem1};
  static constexpr std::array xx1{e};
  static constexpr std::array xx2{e, ee, s, es};
  static constexpr std::array third{s, se};
  static constexpr std::array<std::span<const Token>, 2> nk{first, second};
  static constexpr std::array<std::span<const Token>, 2> nk_hfs{hfs1, hfs2};
  static constexpr std::array<std::span<const Token>, 3> xk{first, second, third};
  static constexpr std::array<std::span<const Token>, 3> xx{xx1, xx2, third};
  switch (pattern) {
    case Pattern::nk: return nk;
    case Pattern::nk_hfs: return nk_hfs;
    case Pattern::xk: return xk;
    case Pattern::xx: break;
  }
  return xx;
}

HandshakeState::HandshakeState(HandshakeOptions options, base::RandomSource& random)
    : role_(options.role),
      messages_(messages(options.pattern)),
      symmetric_(protocol_name(options.pattern)),
      random_(random),
      static_(std::move(options.static_keys)),
      remote_static_(options.remote_static) {
  symmetric_.mix_hash(options.prologue);
  if (options.pattern == Pattern::xx) return;
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

base::Result<void> HandshakeState::write_more(base::ByteView payload, base::Bytes& out) {
  if (failed_ || next_message_ == 0 || our_turn()) return base::fail(Errc::out_of_turn);
  auto written = symmetric_.encrypt_and_hash(payload, out);
  failed_ = !written;
  return written;
}

base::Result<void> HandshakeState::read_more(base::ByteView sealed, base::Bytes& payload) {
  if (failed_ || next_message_ == 0 || !our_turn()) return base::fail(Errc::out_of_turn);
  auto taken = symmetric_.decrypt_and_hash(sealed, payload);
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
  if (token == Token::e1) {
    kem_ = std::make_unique<crypto::MlKemKeyPair>(crypto::MlKemKeyPair::generate(random_));
    return symmetric_.encrypt_and_hash(kem_->public_key, out);
  }
  if (token == Token::ekem1) return write_ciphertext(out);
  return mix_secret(token);
}

std::size_t HandshakeState::size_of(Token token) {
  // In all patterns a key has been mixed before any key but the first is sent, so that they are sealed.
  switch (token) {
    case Token::e: return kKey;
    case Token::s: return kKey + kTag;
    case Token::e1: return std::tuple_size_v<crypto::MlKemPublic> + kTag;
    case Token::ekem1: return std::tuple_size_v<crypto::MlKemCiphertext> + kTag;
    default: return 0;
  }
}

base::Result<void> HandshakeState::read_token(Token token, base::ByteView& message) {
  const auto size = size_of(token);
  if (size == 0) return mix_secret(token);
  if (message.size() < size) return base::fail(Errc::truncated);
  const auto field = message.first(size);
  message = message.subspan(size);
  if (token == Token::e) {
    std::ranges::copy(field, remote_ephemeral_.begin());
    symmetric_.mix_hash(field);
    return {};
  }
  if (token == Token::e1) return take_kem_key(field);
  if (token == Token::ekem1) return take_ciphertext(field);
  base::Bytes key;
  if (auto opened = symmetric_.decrypt_and_hash(field, key); !opened) return opened;
  std::ranges::copy(key, remote_static_.emplace().begin());
  return {};
}

base::Result<void> HandshakeState::take_kem_key(base::ByteView sealed) {
  base::Bytes key;
  if (auto opened = symmetric_.decrypt_and_hash(sealed, key); !opened) return opened;
  kem_ = std::make_unique<crypto::MlKemKeyPair>();
  std::ranges::copy(key, kem_->public_key.begin());
  return {};
}

base::Result<void> HandshakeState::write_ciphertext(base::Bytes& out) {
  const auto made = crypto::ml_kem_encapsulate(kem_->public_key, random_);
  kem_.reset();
  if (!made) return base::fail(Errc::bad_key);
  if (auto sealed = symmetric_.encrypt_and_hash(made->ciphertext, out); !sealed) return sealed;
  symmetric_.mix_key(made->shared.view());
  return {};
}

base::Result<void> HandshakeState::take_ciphertext(base::ByteView sealed) {
  base::Bytes opened;
  if (auto done = symmetric_.decrypt_and_hash(sealed, opened); !done) return done;
  crypto::MlKemCiphertext ciphertext{};
  std::ranges::copy(opened, ciphertext.begin());
  symmetric_.mix_key(crypto::ml_kem_decapsulate(*kem_, ciphertext).view());
  kem_.reset();
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
