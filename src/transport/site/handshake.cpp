#include "transport/site/handshake.hpp"

#include <algorithm>

#include "foundation/base/endian.hpp"

namespace qnet::site {

namespace {

constexpr std::string_view kProtocol = "Noise_XK_25519_ChaChaPoly_SHA256";
constexpr std::string_view kPrologue = "qnet-site/1";
constexpr std::size_t kTag = 16;
constexpr std::size_t kKey = 32;
constexpr std::size_t kLength = 2;  // of the padding behind a message
constexpr std::size_t kCiphertext = std::tuple_size_v<crypto::MlKemCiphertext>;
constexpr std::size_t kKemKey = std::tuple_size_v<crypto::MlKemPublic>;
constexpr std::size_t kOpening = kKemKey + kLength + kTag;
constexpr std::size_t kMessage2 = kKey + kCiphertext + kTag + htx::kPayloadSize + kTag;
constexpr std::size_t kMessage3 = kKey + kTag + kLength + kTag;
constexpr std::size_t kPaddingAt = 8;  // in payload 2

base::Result<void> mix_dh(noise::SymmetricState& state, const crypto::X25519Secret& own,
                          const crypto::X25519Public& peer) {
  const auto shared = crypto::x25519(own, peer);
  if (!shared) return base::fail(Errc::crypto);
  state.mix_key(shared->view());
  return {};
}

/// Behind a message; it is part of the transcript.
void append_padding(noise::SymmetricState& state, std::size_t size, base::RandomSource& random,
                    base::Bytes& out) {
  base::Bytes padding(size);
  random.fill(padding);
  state.mix_hash(padding);
  base::append(out, padding);
}

base::Result<base::Bytes> open(noise::SymmetricState& state, base::ByteView sealed) {
  base::Bytes text;
  if (!state.decrypt_and_hash(sealed, text)) return base::fail(Errc::bad_message);
  return text;
}

base::Result<std::size_t> padding_size(base::ByteView length) {
  const std::size_t size = base::load_be<std::uint16_t>(length.data());
  if (size >= HandshakeLimits::padding) return base::fail(Errc::too_long);
  return size;
}

base::Bytes with_length(base::ByteView text, std::size_t size) {
  base::Bytes bytes(text.begin(), text.end());
  bytes.resize(bytes.size() + kLength);
  base::store_be(bytes.data() + text.size(), static_cast<std::uint16_t>(size));
  return bytes;
}

/// version | flags | time, as in htx.md §4, then the padding's length and zeros.
htx::PayloadBytes payload2(htx::WallTime now, std::size_t padding) {
  auto bytes = htx::Message2{now, 0}.encode();
  base::store_be(bytes.data() + kPaddingAt, static_cast<std::uint16_t>(padding));
  return bytes;
}

}  // namespace

noise::SymmetricState begin(const Binding& binding, const crypto::X25519Public& relay_static) {
  noise::SymmetricState state(kProtocol);
  base::Bytes prologue;
  base::append(prologue, base::bytes_of(kPrologue));
  prologue.push_back(binding ? 1 : 0);
  base::append(prologue, binding.value_or(std::array<std::uint8_t, 32>{}));
  state.mix_hash(prologue);
  state.mix_hash(relay_static);
  return state;
}

Initiator::Initiator() : state_(kProtocol) {}

base::Result<Initiator> Initiator::start(const Config& config, base::RandomSource& random) {
  Initiator self;
  self.ephemeral_ = crypto::X25519KeyPair::generate(random);
  self.static_ = config.own_static ? config.own_static->clone() : crypto::X25519KeyPair::generate(random);
  self.kem_ = crypto::MlKemKeyPair::generate(random);
  self.state_ = begin(config.binding, config.relay_static);
  self.state_.mix_hash(self.ephemeral_.public_key);
  if (auto mixed = mix_dh(self.state_, self.ephemeral_.secret, config.relay_static); !mixed)
    return base::forward_error(mixed);
  base::Bytes token(self.ephemeral_.public_key.begin(), self.ephemeral_.public_key.end());
  const auto payload = htx::Message1{config.now, config.access_tag}.encode();
  if (auto sealed = self.state_.encrypt_and_hash(payload, token); !sealed) return base::forward_error(sealed);
  self.token_ = base::to_base64url(token);

  const std::size_t padding = random.below(HandshakeLimits::padding);
  const auto opening = with_length(self.kem_.public_key, padding);
  if (auto sealed = self.state_.encrypt_and_hash(opening, self.opening_); !sealed)
    return base::forward_error(sealed);
  append_padding(self.state_, padding, random, self.opening_);
  return self;
}

base::Result<bool> Initiator::receive(base::ByteView bytes) {
  base::append(input_, bytes);
  if (!padding_) {
    if (input_.size() < kMessage2) return false;
    if (auto taken = take_message2(base::ByteView(input_).first(kMessage2)); !taken)
      return base::forward_error(taken);
    input_.erase(input_.begin(), input_.begin() + kMessage2);
  }
  if (input_.size() < *padding_) return false;
  state_.mix_hash(base::ByteView(input_).first(*padding_));
  input_.erase(input_.begin(), input_.begin() + static_cast<std::ptrdiff_t>(*padding_));
  return true;
}

base::Result<void> Initiator::take_message2(base::ByteView bytes) {
  std::ranges::copy(bytes.first(kKey), relay_ephemeral_.begin());
  state_.mix_hash(relay_ephemeral_);
  if (auto mixed = mix_dh(state_, ephemeral_.secret, relay_ephemeral_); !mixed) return mixed;
  auto opened = open(state_, bytes.subspan(kKey, kCiphertext + kTag));
  if (!opened) return base::fail(Errc::not_recognised);
  crypto::MlKemCiphertext ciphertext{};
  std::ranges::copy(*opened, ciphertext.begin());
  state_.mix_key(crypto::ml_kem_decapsulate(kem_, ciphertext).view());
  auto payload = open(state_, bytes.last(htx::kPayloadSize + kTag));
  if (!payload) return base::forward_error(payload);
  if ((*payload)[0] != htx::kHtxVersion || (*payload)[1] != 0 ||
      std::any_of(payload->begin() + kPaddingAt + kLength, payload->end(),
                  [](auto byte) { return byte != 0; }))
    return base::fail(Errc::version);
  const auto size = padding_size(base::ByteView(*payload).subspan(kPaddingAt, kLength));
  if (!size) return tl::unexpected(size.error());
  padding_ = *size;
  relay_time_ = htx::payload_time(*payload);
  return {};
}

base::Result<Initiator::Last> Initiator::finish(base::RandomSource& random) {
  Last last;
  if (auto sealed = state_.encrypt_and_hash(static_.public_key, last.flight); !sealed)
    return base::forward_error(sealed);
  if (auto mixed = mix_dh(state_, static_.secret, relay_ephemeral_); !mixed)
    return base::forward_error(mixed);
  const std::size_t padding = random.below(HandshakeLimits::padding);
  if (auto sealed = state_.encrypt_and_hash(with_length({}, padding), last.flight); !sealed)
    return base::forward_error(sealed);
  append_padding(state_, padding, random, last.flight);
  last.finished = {state_.split(), std::move(input_)};
  last.relay_time = relay_time_;
  return last;
}

std::size_t Responder::wanted() const {
  switch (expects_) {
    case Expects::opening: return kOpening;
    case Expects::message3: return kMessage3;
    case Expects::opening_padding:
    case Expects::message3_padding: return padding_;
    case Expects::nothing: break;
  }
  return 0;
}

base::Result<base::Bytes> Responder::receive(base::ByteView bytes, htx::WallTime now,
                                             base::RandomSource& random) {
  base::append(input_, bytes);
  base::Bytes answer;
  while (!done()) {
    const auto moved = advance(answer, now, random);
    if (!moved) return tl::unexpected(moved.error());
    if (!*moved) break;
  }
  return answer;
}

base::Result<bool> Responder::advance(base::Bytes& answer, htx::WallTime now, base::RandomSource& random) {
  const auto size = wanted();
  if (input_.size() < size) return false;
  const auto bytes = base::ByteView(input_).first(size);
  base::Result<void> taken;
  switch (expects_) {
    case Expects::opening:
      taken = take_opening(bytes);
      expects_ = Expects::opening_padding;
      break;
    case Expects::opening_padding:
      state_.mix_hash(bytes);
      taken = write_message2(answer, now, random);
      expects_ = Expects::message3;
      break;
    case Expects::message3:
      taken = take_message3(bytes);
      expects_ = Expects::message3_padding;
      break;
    case Expects::message3_padding:
      state_.mix_hash(bytes);
      expects_ = Expects::nothing;
      break;
    case Expects::nothing: break;
  }
  if (!taken) return base::forward_error(taken);
  input_.erase(input_.begin(), input_.begin() + static_cast<std::ptrdiff_t>(size));
  return true;
}

base::Result<void> Responder::take_opening(base::ByteView sealed) {
  const auto text = open(state_, sealed);
  if (!text) return tl::unexpected(text.error());
  std::copy_n(text->begin(), kKemKey, kem_key_.begin());
  const auto size = padding_size(base::ByteView(*text).last(kLength));
  if (!size) return tl::unexpected(size.error());
  padding_ = *size;
  return {};
}

base::Result<void> Responder::write_message2(base::Bytes& out, htx::WallTime now,
                                             base::RandomSource& random) {
  ephemeral_ = crypto::X25519KeyPair::generate(random);
  base::append(out, ephemeral_.public_key);
  state_.mix_hash(ephemeral_.public_key);
  if (auto mixed = mix_dh(state_, ephemeral_.secret, peer_ephemeral_); !mixed) return mixed;
  const auto kem = crypto::ml_kem_encapsulate(kem_key_, random);
  if (!kem) return base::fail(Errc::crypto);
  if (auto sealed = state_.encrypt_and_hash(kem->ciphertext, out); !sealed) return sealed;
  state_.mix_key(kem->shared.view());
  const std::size_t padding = random.below(HandshakeLimits::padding);
  if (auto sealed = state_.encrypt_and_hash(payload2(now, padding), out); !sealed) return sealed;
  append_padding(state_, padding, random, out);
  return {};
}

base::Result<void> Responder::take_message3(base::ByteView bytes) {
  const auto text = open(state_, bytes.first(kKey + kTag));
  if (!text) return tl::unexpected(text.error());
  crypto::X25519Public key{};
  std::ranges::copy(*text, key.begin());
  if (auto mixed = mix_dh(state_, ephemeral_.secret, key); !mixed) return mixed;
  peer_static_ = key;
  const auto length = open(state_, bytes.subspan(kKey + kTag));
  if (!length) return tl::unexpected(length.error());
  const auto size = padding_size(*length);
  if (!size) return tl::unexpected(size.error());
  padding_ = *size;
  return {};
}

Finished Responder::finish() { return {state_.split(), std::move(input_), peer_static_}; }

}  // namespace qnet::site
