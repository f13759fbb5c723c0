#include "protocol/noise/symmetric_state.hpp"

#include <algorithm>
#include <array>

namespace qnet::noise {

namespace {

constexpr std::size_t kTag = crypto::ChaChaPoly::tag_size;

struct KeyPair {
  crypto::Secret<32> first;
  crypto::Secret<32> second;
};

/// Noise §4.3: HKDF with two outputs, which is RFC 5869 with an empty info.
KeyPair hkdf2(base::ByteView chaining_key, base::ByteView input_key_material) {
  const auto temp_key = crypto::hkdf_extract(chaining_key, input_key_material);
  crypto::Secret<64> output;
  crypto::hkdf_expand(temp_key.view(), {}, output.data());
  return {crypto::Secret<32>(output.view().first<32>()), crypto::Secret<32>(output.view().last<32>())};
}

}  // namespace

SymmetricState::SymmetricState(std::string_view protocol_name) {
  // Noise §5.2: a name of at most HASHLEN bytes is padded with zeros, a longer one is hashed.
  if (protocol_name.size() <= hash_.size()) {
    std::ranges::copy(protocol_name, hash_.begin());
  } else {
    hash_ = crypto::sha256(base::bytes_of(protocol_name));
  }
  chaining_key_ = crypto::Secret<32>(hash_);
}

void SymmetricState::mix_hash(base::ByteView data) { hash_ = crypto::sha256({hash_, data}); }

void SymmetricState::mix_key(base::ByteView input_key_material) {
  auto keys = hkdf2(chaining_key_.view(), input_key_material);
  chaining_key_ = std::move(keys.first);
  cipher_ = CipherState(std::move(keys.second));
}

base::Result<void> SymmetricState::encrypt_and_hash(base::ByteView plaintext, base::Bytes& out) {
  const auto start = out.size();
  base::append(out, plaintext);
  if (cipher_.has_key()) {
    out.resize(out.size() + kTag);
    const auto text = base::MutableBytes(out).subspan(start, plaintext.size());
    const CipherState::Tag tag(out.data() + start + plaintext.size(), kTag);
    if (auto sealed = cipher_.seal(hash_, text, tag); !sealed) return sealed;
  }
  mix_hash(base::ByteView(out).subspan(start));
  return {};
}

base::Result<void> SymmetricState::decrypt_and_hash(base::ByteView ciphertext, base::Bytes& out) {
  if (!cipher_.has_key()) {
    mix_hash(ciphertext);
    base::append(out, ciphertext);
    return {};
  }
  if (ciphertext.size() < kTag) return base::fail(Errc::truncated);
  const auto ad = hash_;
  mix_hash(ciphertext);
  const auto start = out.size();
  base::append(out, ciphertext.first(ciphertext.size() - kTag));
  const auto text = base::MutableBytes(out).subspan(start);
  auto opened = cipher_.open(ad, text, CipherState::ConstTag(ciphertext.last<kTag>()));
  if (!opened) out.resize(start);
  return opened;
}

crypto::Secret<32> SymmetricState::export_key(std::string_view label) const {
  crypto::Secret<32> key;
  crypto::hkdf_expand(chaining_key_.view(), base::bytes_of(label), key.data());
  return key;
}

TransportKeys SymmetricState::split() const {
  auto keys = hkdf2(chaining_key_.view(), {});
  return {CipherState(std::move(keys.first)), CipherState(std::move(keys.second)), hash_};
}

}  // namespace qnet::noise
