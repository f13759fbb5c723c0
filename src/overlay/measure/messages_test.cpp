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

}  // namespace
}  // namespace qnet::measure
