#include "overlay/peer/family.hpp"

#include <gtest/gtest.h>

#include "foundation/base/testing/seeded_random.hpp"
#include "overlay/peer/identity.hpp"

namespace qnet::peer {
namespace {

class Family : public ::testing::Test {
 protected:
  base::testing::SeededRandom random_{11};
  crypto::Ed25519KeyPair family_ = crypto::Ed25519KeyPair::generate(random_);
  PeerId relay_ = Identity::generate(random_).peer_id();
};

TEST_F(Family, is_proven_for_one_relay_alone) {
  const auto proof = FamilyProof::make(family_, relay_);
  EXPECT_TRUE(proof.proves(relay_));
  EXPECT_FALSE(proof.proves(Identity::generate(random_).peer_id()));
}

TEST_F(Family, is_not_proven_by_another_key) {
  auto proof = FamilyProof::make(crypto::Ed25519KeyPair::generate(random_), relay_);
  proof.family = family_.public_key;
  EXPECT_FALSE(proof.proves(relay_));
}

TEST_F(Family, signs_in_a_domain_of_its_own) {
  base::Bytes text;
  base::append(text, base::bytes_of("qnet-family-1:"));
  base::append(text, relay_.key());
  EXPECT_EQ(FamilyProof::make(family_, relay_).signature, family_.sign(text));
  EXPECT_FALSE((FamilyProof{family_.public_key, family_.sign(relay_.key())}.proves(relay_)));
}

}  // namespace
}  // namespace qnet::peer
