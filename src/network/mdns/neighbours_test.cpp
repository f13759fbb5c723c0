#include "network/mdns/neighbours.hpp"

#include <gtest/gtest.h>

namespace qnet::mdns {
namespace {

using namespace std::chrono_literals;

peer::PeerId peer(std::size_t seed) {
  crypto::Ed25519Public key{};
  key[0] = static_cast<std::uint8_t>(seed);
  key[1] = static_cast<std::uint8_t>(seed >> 8U);
  return peer::PeerId(key);
}

const peer::HostPort kFirst{"192.168.1.7", 443};
const peer::HostPort kSecond{"192.168.1.8", 443};
const peer::HostPort kThird{"192.168.1.9", 443};
using Addresses = std::vector<peer::HostPort>;

class NeighboursTest : public ::testing::Test {
 protected:
  Neighbours neighbours_;
  Neighbours::Time now_{1h};
};

TEST_F(NeighboursTest, are_new_once) {
  EXPECT_TRUE(neighbours_.addresses_of(peer(1), now_).empty());
  EXPECT_TRUE(neighbours_.note({peer(1), {kFirst}, 120s}, now_));
  EXPECT_FALSE(neighbours_.note({peer(1), {kFirst}, 120s}, now_ + 1s));
  EXPECT_TRUE(neighbours_.note({peer(1), {kFirst, kSecond}, 120s}, now_ + 2s));
  EXPECT_TRUE(neighbours_.note({peer(2), {kFirst}, 120s}, now_ + 3s));
  EXPECT_EQ(neighbours_.addresses_of(peer(1), now_ + 3s), (Addresses{kFirst, kSecond}));
}

TEST_F(NeighboursTest, are_forgotten_when_they_said) {
  (void)neighbours_.note({peer(1), {kFirst}, 120s}, now_);
  EXPECT_EQ(neighbours_.addresses_of(peer(1), now_ + 120s - 1ms), Addresses{kFirst});
  EXPECT_TRUE(neighbours_.addresses_of(peer(1), now_ + 120s).empty());
  EXPECT_TRUE(neighbours_.note({peer(1), {kFirst}, 120s}, now_ + 120s));
}

TEST_F(NeighboursTest, stay_for_as_long_as_they_are_heard_again) {
  for (int i = 0; i < 20; ++i) (void)neighbours_.note({peer(1), {kFirst}, 120s}, now_ + i * 100s);
  EXPECT_EQ(neighbours_.addresses_of(peer(1), now_ + 2000s), Addresses{kFirst});
}

TEST_F(NeighboursTest, are_not_kept_for_a_century) {
  (void)neighbours_.note({peer(1), {kFirst}, std::chrono::seconds(0xffffffffU)}, now_);
  EXPECT_FALSE(neighbours_.addresses_of(peer(1), now_ + 10min - 1ms).empty());
  EXPECT_TRUE(neighbours_.addresses_of(peer(1), now_ + 10min).empty());
}

TEST_F(NeighboursTest, go_with_a_goodbye) {
  (void)neighbours_.note({peer(1), {kFirst, kSecond}, 120s}, now_);
  (void)neighbours_.note({peer(2), {kFirst}, 120s}, now_);
  EXPECT_FALSE(neighbours_.note({peer(1), {}, 0s}, now_ + 1s));
  EXPECT_TRUE(neighbours_.addresses_of(peer(1), now_ + 1s).empty());
  EXPECT_FALSE(neighbours_.note({peer(2), {kFirst}, 0s}, now_ + 1s));
  EXPECT_TRUE(neighbours_.addresses_of(peer(2), now_ + 1s).empty());
  EXPECT_TRUE(neighbours_.note({peer(1), {kFirst}, 120s}, now_ + 2s));
}

TEST_F(NeighboursTest, have_two_addresses_at_most_and_the_freshest_first) {
  (void)neighbours_.note({peer(1), {kFirst}, 120s}, now_);
  EXPECT_TRUE(neighbours_.note({peer(1), {kSecond}, 120s}, now_ + 10s));
  EXPECT_FALSE(neighbours_.note({peer(1), {kFirst}, 120s}, now_ + 20s));  // the peer's other interface
  EXPECT_EQ(neighbours_.addresses_of(peer(1), now_ + 20s), (Addresses{kFirst, kSecond}));
  EXPECT_TRUE(neighbours_.note({peer(1), {kThird}, 120s}, now_ + 30s));
  EXPECT_EQ(neighbours_.addresses_of(peer(1), now_ + 30s), (Addresses{kThird, kFirst}));
  EXPECT_EQ(neighbours_.addresses_of(peer(1), now_ + 140s), Addresses{kThird});
  (void)neighbours_.note({peer(2), {kFirst, kSecond, kThird}, 120s}, now_);
  EXPECT_EQ(neighbours_.addresses_of(peer(2), now_), (Addresses{kFirst, kSecond}));
}

TEST_F(NeighboursTest, are_256_at_most_and_the_longest_silent_goes) {
  for (std::size_t i = 0; i < 256; ++i) (void)neighbours_.note({peer(i), {kFirst}, 600s}, now_);
  (void)neighbours_.note({peer(0), {kFirst}, 600s}, now_ + 1s);
  (void)neighbours_.note({peer(256), {kFirst}, 600s}, now_ + 2s);
  EXPECT_FALSE(neighbours_.addresses_of(peer(0), now_ + 2s).empty());
  EXPECT_TRUE(neighbours_.addresses_of(peer(1), now_ + 2s).empty());
  EXPECT_FALSE(neighbours_.addresses_of(peer(2), now_ + 2s).empty());
  EXPECT_FALSE(neighbours_.addresses_of(peer(256), now_ + 2s).empty());
}

TEST_F(NeighboursTest, that_are_gone_make_room_first) {
  (void)neighbours_.note({peer(0), {kFirst}, 600s}, now_);
  for (std::size_t i = 1; i < 256; ++i) (void)neighbours_.note({peer(i), {kFirst}, 10s}, now_);
  (void)neighbours_.note({peer(256), {kFirst}, 600s}, now_ + 10s);
  EXPECT_FALSE(neighbours_.addresses_of(peer(0), now_ + 10s).empty());
}

}  // namespace
}  // namespace qnet::mdns
