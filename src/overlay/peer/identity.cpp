#include "overlay/peer/identity.hpp"

#include <string_view>

namespace qnet::peer {

namespace {

base::Bytes vouched_text(const crypto::X25519Public& noise_key) {
  base::Bytes text;
  base::append(text, base::bytes_of("qnet-noise-key:"));
  base::append(text, noise_key);
  return text;
}

}  // namespace

Identity Identity::generate(base::RandomSource& random) {
  return {crypto::Ed25519KeyPair::generate(random), crypto::X25519KeyPair::generate(random)};
}

Identity Identity::clone() const {
  return {crypto::Ed25519KeyPair{signing.seed.clone(), signing.public_key}, noise.clone()};
}

crypto::Ed25519Signature Identity::vouch() const { return signing.sign(vouched_text(noise.public_key)); }

bool vouches(const PeerId& peer, const crypto::X25519Public& noise_key,
             const crypto::Ed25519Signature& signature) {
  return crypto::ed25519_verify(peer.key(), vouched_text(noise_key), signature);
}

}  // namespace qnet::peer
