#include "overlay/peer/family.hpp"

#include "foundation/base/bytes.hpp"

namespace qnet::peer {

namespace {

base::Bytes membership_text(const PeerId& relay) {
  base::Bytes text;
  base::append(text, base::bytes_of("qnet-family-1:"));
  base::append(text, relay.key());
  return text;
}

}  // namespace

FamilyProof FamilyProof::make(const crypto::Ed25519KeyPair& family, const PeerId& relay) {
  return {family.public_key, family.sign(membership_text(relay))};
}

bool FamilyProof::proves(const PeerId& relay) const {
  return crypto::ed25519_verify(family, membership_text(relay), signature);
}

}  // namespace qnet::peer
