#include "protocol/noise/cipher_state.hpp"

#include <array>
#include <limits>

namespace qnet::noise {

namespace {

// Noise §5.1: the largest nonce is kept for rekeying and never used for a message.
constexpr std::uint64_t kReservedNonce = std::numeric_limits<std::uint64_t>::max();

}  // namespace

CipherState::CipherState(crypto::Secret<32> key) { aead_.emplace(key.view()); }

base::Result<void> CipherState::seal(base::ByteView ad, base::MutableBytes text, Tag tag) {
  if (nonce_ == kReservedNonce) return base::fail(Errc::nonce_exhausted);
  aead_->seal(crypto::ChaChaPoly::counter_nonce(nonce_), ad, text, tag);
  ++nonce_;
  return {};
}

base::Result<void> CipherState::open(base::ByteView ad, base::MutableBytes text, ConstTag tag) {
  if (nonce_ == kReservedNonce) return base::fail(Errc::nonce_exhausted);
  if (!aead_->open(crypto::ChaChaPoly::counter_nonce(nonce_), ad, text, tag))
    return base::fail(Errc::decrypt_failed);
  ++nonce_;
  return {};
}

void CipherState::rekey() {
  crypto::Secret<32> key;
  std::array<std::uint8_t, crypto::ChaChaPoly::tag_size> unused{};
  aead_->seal(crypto::ChaChaPoly::counter_nonce(kReservedNonce), {}, key.data(), unused);
  aead_->set_key(key.view());
}

}  // namespace qnet::noise
