#include "network/directory/registration.hpp"

#include <gtest/gtest.h>

#include "foundation/cbor/encode.hpp"
#include "network/directory/testing/relays.hpp"

namespace qnet::directory {
namespace {

using testing::descriptor_of;
using testing::heartbeat_of;
using testing::identity;
using testing::registration_of;

class RegistrationTest : public ::testing::Test {
 protected:
  peer::Identity relay_ = identity(1);
  SignedDescriptor descriptor_ = SignedDescriptor::sign(descriptor_of(relay_), relay_);
};

TEST_F(RegistrationTest, comes_back_with_its_descriptor) {
  const auto parsed = Registration::parse(registration_of(descriptor_, 7).sign(relay_));
  ASSERT_TRUE(parsed) << parsed.error().message();
  EXPECT_EQ(parsed->sequence, 7U);
  EXPECT_EQ(parsed->time, testing::kNow);
  EXPECT_EQ(parsed->descriptor, descriptor_);
}

TEST_F(RegistrationTest, heartbeat_is_short_and_has_no_descriptor) {
  const auto wire = heartbeat_of(descriptor_, 8).sign(relay_);
  EXPECT_LT(wire.size(), 200U);
  const auto parsed = Registration::parse(wire);
  ASSERT_TRUE(parsed);
  EXPECT_FALSE(parsed->descriptor);
  EXPECT_EQ(parsed->descriptor_digest, descriptor_.digest());
}

TEST_F(RegistrationTest, refuses_a_strangers_signature) {
  const auto parsed = Registration::parse(registration_of(descriptor_, 7).sign(identity(2)));
  ASSERT_FALSE(parsed);
  EXPECT_TRUE(parsed.error().is(Errc::wrong_signature));
}

TEST_F(RegistrationTest, refuses_another_peers_descriptor) {
  const auto stranger = identity(2);
  auto registration = registration_of(descriptor_, 7);
  registration.peer = stranger.peer_id();
  const auto parsed = Registration::parse(registration.sign(stranger));
  ASSERT_FALSE(parsed);
  EXPECT_TRUE(parsed.error().is(Errc::malformed));
}

TEST_F(RegistrationTest, refuses_a_descriptor_that_was_not_the_one_signed) {
  auto other = descriptor_of(relay_);
  other.bandwidth = 1;
  auto registration = registration_of(descriptor_, 7);
  registration.descriptor = SignedDescriptor::sign(other, relay_);
  EXPECT_FALSE(Registration::parse(registration.sign(relay_)));
}

TEST_F(RegistrationTest, refuses_every_change_of_a_byte) {
  const auto wire = registration_of(descriptor_, 7).sign(relay_);
  for (std::size_t i = 0; i < wire.size(); ++i) {
    auto changed = wire;
    changed[i] ^= 0x80U;
    EXPECT_FALSE(Registration::parse(changed)) << "byte " << i;
  }
}

TEST_F(RegistrationTest, refuses_what_is_too_large_before_it_reads_it) {
  const auto parsed = Registration::parse(base::Bytes(RegistrationLimits::whole + 1, 0x80));
  ASSERT_FALSE(parsed);
  EXPECT_TRUE(parsed.error().is(Errc::too_large));
}

}  // namespace
}  // namespace qnet::directory
