#include "foundation/ip/ip_address.hpp"

#include <gtest/gtest.h>

namespace qnet::ip {
namespace {

TEST(IpAddress, takes_and_gives_the_canonical_spelling) {
  for (const auto* text : {"0.0.0.0", "8.8.8.8", "255.255.255.255", "::", "::1", "2001:db8::1:0:0:1",
                           "fe80::1", "1:2:3:4:5:6:7:8"}) {
    const auto address = IpAddress::parse(text);
    ASSERT_TRUE(address) << text;
    EXPECT_EQ(address->to_text(), text);
    EXPECT_EQ(IpAddress::from_bytes(address->bytes()), address);
  }
  EXPECT_EQ(IpAddress::parse("2001:DB8:0:0:0:0:0:1")->to_text(), "2001:db8::1");
}

TEST(IpAddress, takes_no_other_form_of_an_address) {
  for (const auto* text :
       {"", "1", "1.2.3", "1.2.3.4.5", "01.2.3.4", "1.2.3.256", "0x1.2.3.4", "1.2.3.4 ", " 1.2.3.4",
        "1.2.3.4.", "[::1]", "::1%lo", "fe80::1%1", "::ffff:1.2.3.4", "1:2:3:4:5:6:7", ":::", "::12345"})
    EXPECT_FALSE(IpAddress::parse(text)) << text;
  EXPECT_FALSE(IpAddress::parse(std::string_view("1.2.3.4\0", 8)));
  EXPECT_FALSE(IpAddress::parse(std::string_view("::1\0x", 5)));
}

TEST(IpAddress, has_four_or_sixteen_bytes) {
  const base::Bytes bytes(17, 1);
  for (std::size_t size = 0; size <= bytes.size(); ++size)
    EXPECT_EQ(IpAddress::from_bytes(base::ByteView(bytes).first(size)).has_value(), size == 4 || size == 16);
}

TEST(IpAddress, tells_families_with_the_same_first_bytes_apart) {
  EXPECT_NE(IpAddress(IpAddress::V4Bytes{}), IpAddress(IpAddress::V6Bytes{}));
}

bool contains(const char* prefix, const char* address) {
  return Prefix::parse(prefix).value().contains(IpAddress::parse(address).value());
}

TEST(Prefix, contains_the_addresses_that_share_its_bits) {
  EXPECT_TRUE(contains("100.64.0.0/10", "100.64.0.0"));
  EXPECT_TRUE(contains("100.64.0.0/10", "100.127.255.255"));
  EXPECT_FALSE(contains("100.64.0.0/10", "100.128.0.0"));
  EXPECT_FALSE(contains("100.64.0.0/10", "100.63.255.255"));
  EXPECT_TRUE(contains("1.2.3.4/32", "1.2.3.4"));
  EXPECT_FALSE(contains("1.2.3.4/32", "1.2.3.5"));
  EXPECT_TRUE(contains("0.0.0.0/0", "255.1.2.3"));
  EXPECT_TRUE(contains("3fff::/20", "3fff:fff::1"));
  EXPECT_FALSE(contains("3fff::/20", "3fff:1000::1"));
  EXPECT_FALSE(contains("::/0", "1.2.3.4"));
  EXPECT_FALSE(contains("0.0.0.0/0", "::1"));
}

TEST(Prefix, is_refused_when_malformed) {
  for (const auto* text : {"", "/", "10.0.0.0", "10.0.0.0/", "10.0.0.0/33", "10.0.0.1/8", "2001:db8::/129",
                           "x/8", "10.0.0.0/-1", "10.0.0.0/8x", "10.0.0.0/ 8", "2001:db8::1/64"})
    EXPECT_FALSE(Prefix::parse(text)) << text;
}

}  // namespace
}  // namespace qnet::ip
