#include "protocol/noise/cipher_state.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <limits>

namespace qnet::noise {
namespace {

using Key = std::array<std::uint8_t, 32>;

CipherState cipher() {
  Key key{};
  key[0] = 7;
  return CipherState(crypto::Secret<32>(key));
}

struct Sealed {
  base::Bytes text{1, 2, 3};
  std::array<std::uint8_t, 16> tag{};
};

TEST(CipherState, refuses_the_reserved_nonce_and_writes_nothing) {
  auto sealing = cipher();
  sealing.set_nonce(std::numeric_limits<std::uint64_t>::max() - 1);
  Sealed message;
  ASSERT_TRUE(sealing.seal({}, message.text, message.tag));
  Sealed refused;
  EXPECT_TRUE(sealing.seal({}, refused.text, refused.tag).error().is(Errc::nonce_exhausted));
  EXPECT_EQ(refused.text, (base::Bytes{1, 2, 3}));
  EXPECT_TRUE(sealing.open({}, message.text, message.tag).error().is(Errc::nonce_exhausted));
}

TEST(CipherState, does_not_count_a_message_that_does_not_open) {
  auto sealing = cipher();
  auto opening = cipher();
  Sealed message;
  ASSERT_TRUE(sealing.seal({}, message.text, message.tag));
  auto forged = message;
  forged.tag[0] ^= 1;
  EXPECT_TRUE(opening.open({}, forged.text, forged.tag).error().is(Errc::decrypt_failed));
  EXPECT_EQ(opening.nonce(), 0U);
  EXPECT_TRUE(opening.open({}, message.text, message.tag));
  EXPECT_EQ(message.text, (base::Bytes{1, 2, 3}));
}

TEST(CipherState, rekeys_as_noise_defines_it) {
  // Noise §4.2: the first 32 bytes of ENCRYPT(k, 2^64-1, zerolen, zeros[32]).
  Key key{};
  key[0] = 7;
  Key next{};
  std::array<std::uint8_t, 16> tag{};
  crypto::ChaChaPoly aead(key);
  aead.seal(crypto::ChaChaPoly::counter_nonce(std::numeric_limits<std::uint64_t>::max()), {}, next, tag);

  auto rekeyed = cipher();
  rekeyed.rekey();
  CipherState expected{crypto::Secret<32>(next)};
  Sealed one, other;
  ASSERT_TRUE(rekeyed.seal({}, one.text, one.tag));
  ASSERT_TRUE(expected.seal({}, other.text, other.tag));
  EXPECT_EQ(one.text, other.text);
  EXPECT_EQ(one.tag, other.tag);
}

TEST(CipherState, keeps_its_counter_when_it_rekeys) {
  auto sealing = cipher();
  Sealed message;
  ASSERT_TRUE(sealing.seal({}, message.text, message.tag));
  sealing.rekey();
  EXPECT_EQ(sealing.nonce(), 1U);
}

TEST(CipherState, refuses_what_was_sealed_under_the_old_key) {
  auto sealing = cipher();
  auto opening = cipher();
  Sealed message;
  ASSERT_TRUE(sealing.seal({}, message.text, message.tag));
  opening.rekey();
  EXPECT_FALSE(opening.open({}, message.text, message.tag));
}

TEST(CipherState, binds_associated_data) {
  auto sealing = cipher();
  auto opening = cipher();
  Sealed message;
  const base::Bytes ad{5};
  ASSERT_TRUE(sealing.seal(ad, message.text, message.tag));
  EXPECT_FALSE(opening.open({}, message.text, message.tag));
}

}  // namespace
}  // namespace qnet::noise
