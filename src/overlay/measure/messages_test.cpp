#include "overlay/measure/messages.hpp"

#include <gtest/gtest.h>

#include "foundation/cbor/encode.hpp"
#include "overlay/measure/limits.hpp"
#include "overlay/peer/connect_message.hpp"

namespace qnet::measure {
namespace {

TEST(Amount, comes_back) {
  for (const std::uint64_t bytes : {std::uint64_t{0}, std::uint64_t{65536}, AllowanceLimits::transfer}) {
    const auto wire = Amount{bytes}.encode();
    peer::MessageReader reader;
    EXPECT_EQ(reader.feed(wire), wire.size());
    const auto again = Amount::decode(reader.message());
    ASSERT_TRUE(again);
    EXPECT_EQ(again->bytes, bytes);
  }
}

TEST(Amount, has_one_form_on_the_wire) {
  // {"bytes": 65536}
  EXPECT_EQ(base::to_hex(Amount{65536}.encode()), "000ca16562797465731a00010000");
}

TEST(Amount, ignores_what_later_versions_add) {
  const auto amount = Amount::decode(cbor::encode(cbor::Map{{"bytes", 7U}, {"other", "text"}}));
  ASSERT_TRUE(amount);
  EXPECT_EQ(amount->bytes, 7U);
}

TEST(Amount, refuses_what_names_no_number_or_too_large_a_one) {
  EXPECT_FALSE(Amount::decode({}));
  EXPECT_FALSE(Amount::decode(cbor::encode(cbor::Map{})));
  EXPECT_FALSE(Amount::decode(cbor::encode(cbor::Map{{"bytes", "text"}})));
  EXPECT_FALSE(Amount::decode(cbor::encode(cbor::Map{{"bytes", AllowanceLimits::transfer + 1}})));
}

TEST(Pattern, takes_the_seed_again_and_again_in_any_pieces_and_nothing_else) {
  const Seed seed{1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 16};
  base::Bytes bytes(100);
  Pattern::fill(seed, bytes);
  EXPECT_EQ(bytes[16], 1U);
  for (std::size_t cut = 0; cut <= bytes.size(); ++cut) {
    Pattern pattern(seed);
    EXPECT_TRUE(pattern.takes(base::ByteView(bytes).first(cut)));
    EXPECT_TRUE(pattern.takes(base::ByteView(bytes).subspan(cut))) << cut;
  }
  for (auto& byte : bytes) {
    ++byte;
    EXPECT_FALSE(Pattern(seed).takes(bytes));
    --byte;
  }
  EXPECT_FALSE(Pattern(seed).takes(base::Bytes(64))) << "what is sent without the seed";
}

}  // namespace
}  // namespace qnet::measure
