#include "foundation/crypto/hpke.hpp"

#include <algorithm>

#include "foundation/base/endian.hpp"
#include "foundation/crypto/hkdf.hpp"

namespace qnet::crypto {
namespace {

constexpr auto kHash = Hash::sha256;
constexpr std::size_t kSharedSize = 32;  // Nsecret

void append_u16(base::Bytes& to, std::uint16_t value) {
  to.resize(to.size() + 2);
  base::store_be(to.data() + to.size() - 2, value);
}

base::Bytes kem_suite() {
  base::Bytes suite;
  base::append(suite, base::bytes_of("KEM"));
  append_u16(suite, kHpkeX25519);
  return suite;
}

base::Bytes hpke_suite(std::uint16_t aead_id) {
  base::Bytes suite;
  base::append(suite, base::bytes_of("HPKE"));
  append_u16(suite, kHpkeX25519);
  append_u16(suite, kHpkeSha256);
  append_u16(suite, aead_id);
  return suite;
}

// LabeledExtract and LabeledExpand, RFC 9180 §4.
SecretBytes labeled_extract(base::ByteView suite, base::ByteView salt, std::string_view label,
                            base::ByteView input) {
  base::Bytes text;
  base::append(text, base::bytes_of("HPKE-v1"));
  base::append(text, suite);
  base::append(text, base::bytes_of(label));
  base::append(text, input);
  const SecretBytes labeled(std::move(text));
  return hkdf_extract(kHash, salt, labeled.view());
}

SecretBytes labeled_expand(base::ByteView suite, base::ByteView key, std::string_view label,
                           base::ByteView info, std::size_t size) {
  base::Bytes text;
  append_u16(text, static_cast<std::uint16_t>(size));
  base::append(text, base::bytes_of("HPKE-v1"));
  base::append(text, suite);
  base::append(text, base::bytes_of(label));
  base::append(text, info);
  return hkdf_expand(kHash, key, text, size);
}

/// ExtractAndExpand, §4.1.
SecretBytes kem_secret(base::ByteView agreed, const X25519Public& enc, const X25519Public& receiver) {
  base::Bytes kem_context(enc.begin(), enc.end());
  base::append(kem_context, receiver);
  const auto suite = kem_suite();
  const auto prk = labeled_extract(suite, {}, "eae_prk", agreed);
  return labeled_expand(suite, prk.view(), "shared_secret", kem_context, kSharedSize);
}

}  // namespace

std::optional<AeadAlgorithm> hpke_aead(std::uint16_t id) {
  switch (id) {
    case 1: return AeadAlgorithm::aes_128_gcm;
    case 2: return AeadAlgorithm::aes_256_gcm;
    case 3: return AeadAlgorithm::chacha20_poly1305;
    default: return std::nullopt;
  }
}

/// §5.1, mode_base.
HpkeContext hpke_key_schedule(std::uint16_t aead_id, base::ByteView shared, base::ByteView info) {
  const auto algorithm = hpke_aead(aead_id).value();
  const auto suite = hpke_suite(aead_id);
  base::Bytes context{0};
  base::append(context, labeled_extract(suite, {}, "psk_id_hash", {}).view());
  base::append(context, labeled_extract(suite, {}, "info_hash", info).view());
  const auto secret = labeled_extract(suite, shared, "secret", {});
  const auto key = labeled_expand(suite, secret.view(), "key", context, Aead::key_size_of(algorithm));
  const auto base = labeled_expand(suite, secret.view(), "base_nonce", context, Aead::nonce_size);
  Aead::Nonce nonce{};
  std::ranges::copy(base.view(), nonce.begin());
  return {Aead(algorithm, key.view()), nonce};
}

Aead::Nonce HpkeContext::nonce() const {
  Aead::Nonce counted{};
  base::store_be(counted.data() + 4, sequence_);
  for (std::size_t i = 0; i < counted.size(); ++i) counted[i] ^= base_nonce_[i];
  return counted;
}

base::Bytes HpkeContext::seal(base::ByteView ad, base::ByteView text) {
  base::Bytes sealed(text.begin(), text.end());
  sealed.resize(text.size() + Aead::tag_size);
  const auto whole = base::MutableBytes(sealed);
  aead_.seal(nonce(), ad, whole.first(text.size()), whole.last<Aead::tag_size>());
  ++sequence_;
  return sealed;
}

bool HpkeContext::open(base::ByteView ad, base::ByteView sealed, base::Bytes& text) {
  if (sealed.size() < Aead::tag_size) return false;
  const auto size = sealed.size() - Aead::tag_size;
  text.assign(sealed.begin(), sealed.begin() + static_cast<std::ptrdiff_t>(size));
  if (!aead_.open(nonce(), ad, text, sealed.last<Aead::tag_size>())) return false;
  ++sequence_;
  return true;
}

base::Result<HpkeSender> hpke_sender(std::uint16_t aead_id, const X25519Public& receiver, base::ByteView info,
                                     const X25519KeyPair& ephemeral) {
  auto agreed = x25519(ephemeral.secret, receiver);
  if (!agreed) return base::forward_error(agreed);
  const auto shared = kem_secret(agreed->view(), ephemeral.public_key, receiver);
  return HpkeSender{ephemeral.public_key, hpke_key_schedule(aead_id, shared.view(), info)};
}

base::Result<HpkeContext> hpke_receiver(std::uint16_t aead_id, const X25519Public& enc,
                                        const X25519KeyPair& own, base::ByteView info) {
  auto agreed = x25519(own.secret, enc);
  if (!agreed) return base::forward_error(agreed);
  const auto shared = kem_secret(agreed->view(), enc, own.public_key);
  return hpke_key_schedule(aead_id, shared.view(), info);
}

}  // namespace qnet::crypto
