#include "overlay/peer/address.hpp"

#include <gtest/gtest.h>

namespace qnet::peer {
namespace {

TEST(Address, reads_names_and_addresses_and_prints_them_back) {
  for (const char* const text :
       {"relay.example.com:443", "localhost:1", "192.0.2.1:65535", "[2001:db8::1]:443", "[::]:80",
        "xn--bcher-kva.example:443", "3com.com:443", "a:1"}) {
    const auto address = parse_host_port(text);
    ASSERT_TRUE(address) << text;
    EXPECT_EQ(address->to_text(), text);
  }
}

TEST(Address, keeps_no_brackets_around_an_ipv6_host) {
  EXPECT_EQ(parse_host_port("[2001:db8::1]:443"), (HostPort{"2001:db8::1", 443}));
}

TEST(Address, refuses_anything_else) {
  for (const char* const text : {"",
                                 ":",
                                 "example.com",
                                 "example.com:",
                                 ":443",
                                 "example.com:0",
                                 "example.com:65536",
                                 "example.com:-1",
                                 "example.com:+1",
                                 "example.com:443 ",
                                 " example.com:443",
                                 "example.com:4 3",
                                 "example.com:0x1",
                                 "example.com.:443",
                                 ".example.com:443",
                                 "a..b:443",
                                 "-a.example:443",
                                 "a-.example:443",
                                 "a_b.example:443",
                                 "2001:db8::1:443",
                                 "[2001:db8::1]",
                                 "[]:443",
                                 "[192.0.2.1]:443",
                                 "[example.com]:443",
                                 "[fe80::1%eth0]:443",
                                 "[::1:443",
                                 "::1]:443",
                                 "[[::1]]:443",
                                 "192.0.2:443",
                                 "192.0.2.256:443",
                                 "192.0.2.01:443",
                                 "3221225985:443",
                                 "https://example.com:443",
                                 "user@example.com:443",
                                 "ex%61mple.com:443",
                                 "b\303\274cher.example:443"}) {
    EXPECT_FALSE(parse_host_port(text)) << text;
  }
}

TEST(Address, holds_names_to_the_lengths_of_dns) {
  const std::string label(63, 'a');
  EXPECT_TRUE(is_host_name(label + ".b"));
  EXPECT_FALSE(is_host_name(label + "a.b"));
  const auto longest = label + "." + label + "." + label + "." + std::string(61, 'a');
  ASSERT_EQ(longest.size(), 253U);
  EXPECT_TRUE(is_host_name(longest));
  EXPECT_FALSE(is_host_name(longest + "a"));
}

TEST(Address, tells_addresses_from_names) {
  EXPECT_EQ(host_kind("192.0.2.1"), HostKind::ipv4);
  EXPECT_EQ(host_kind("::ffff:192.0.2.1"), HostKind::ipv6);
  EXPECT_EQ(host_kind("2001:db8::1"), HostKind::ipv6);
  for (const char* const text : {"example.com", "1.2.3", "0x7f.0.0.1", "127.0.0.01", "[::1]", "::1%lo", ""})
    EXPECT_EQ(host_kind(text), HostKind::name) << text;
}

TEST(Address, carries_only_printable_hosts_of_up_to_255_characters) {
  EXPECT_TRUE(is_plain_host("_dmarc.example.com."));
  EXPECT_TRUE(is_plain_host(std::string(255, 'a')));
  EXPECT_FALSE(is_plain_host(std::string(256, 'a')));
  EXPECT_FALSE(is_plain_host(""));
  for (const char c : {'\0', '\t', '\n', '\r', ' ', '\x1f', '\x7f', '\x80', '\xff'})
    EXPECT_FALSE(is_plain_host(std::string("a") + c + "b")) << int{c};
}

}  // namespace
}  // namespace qnet::peer
