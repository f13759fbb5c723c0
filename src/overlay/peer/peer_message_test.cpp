#include "overlay/peer/peer_message.hpp"

#include <gtest/gtest.h>

#include "foundation/base/testing/seeded_random.hpp"
#include "foundation/cbor/encode.hpp"
#include "overlay/peer/identity.hpp"

namespace qnet::peer {
namespace {

TEST(PeerAnswer, comes_back) {
  base::testing::SeededRandom random(1);
  const PeerAnswer answer{Identity::generate(random).peer_id()};
  const auto bytes = answer.encode();
  MessageReader reader;
  EXPECT_EQ(reader.feed(bytes), bytes.size());
  const auto again = PeerAnswer::decode(reader.message());
  ASSERT_TRUE(again);
  EXPECT_EQ(*again, answer);
}

TEST(PeerAnswer, refuses_what_names_no_peer) {
  EXPECT_FALSE(PeerAnswer::decode({}));
  EXPECT_FALSE(PeerAnswer::decode(cbor::encode(cbor::Map{})));
  EXPECT_FALSE(PeerAnswer::decode(cbor::encode(cbor::Map{{"peer", "text"}})));
  EXPECT_FALSE(PeerAnswer::decode(cbor::encode(cbor::Map{{"peer", base::Bytes(31)}})));
}

}  // namespace
}  // namespace qnet::peer
