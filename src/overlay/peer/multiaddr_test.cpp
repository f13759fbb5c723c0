#include "overlay/peer/multiaddr.hpp"

#include <gtest/gtest.h>

namespace qnet::peer {
namespace {

TEST(Multiaddr, is_written_as_libp2p_does) {
  EXPECT_EQ(to_multiaddr({"192.0.2.1", 443}), "/ip4/192.0.2.1/tcp/443");
  EXPECT_EQ(to_multiaddr({"2001:db8::1", 8443}), "/ip6/2001:db8::1/tcp/8443");
  EXPECT_EQ(to_multiaddr({"relay.example.com", 443}), "/dns/relay.example.com/tcp/443");
}

TEST(Multiaddr, is_read_back) {
  for (const HostPort& address :
       {HostPort{"192.0.2.1", 443}, HostPort{"2001:db8::1", 8443}, HostPort{"relay.example.com", 443}}) {
    const auto parsed = parse_multiaddr(to_multiaddr(address));
    ASSERT_TRUE(parsed);
    EXPECT_EQ(parsed->address, address);
    EXPECT_FALSE(parsed->peer);
  }
}

TEST(Multiaddr, may_name_the_peer) {
  const auto parsed =
      parse_multiaddr("/ip4/192.0.2.1/tcp/443/p2p/12D3KooWD3eckifWpRn9wQpMG9R9hX3sD158z7EqHWmweQAJU5SA");
  ASSERT_TRUE(parsed);
  ASSERT_TRUE(parsed->peer);
  EXPECT_EQ(parsed->peer->to_text(), "12D3KooWD3eckifWpRn9wQpMG9R9hX3sD158z7EqHWmweQAJU5SA");
}

TEST(Multiaddr, refuses_what_is_no_tcp_address) {
  for (const auto* const text : {"",
                                 "/",
                                 "//",
                                 "/ip4",
                                 "/ip4/192.0.2.1",
                                 "/ip4/192.0.2.1/tcp",
                                 "/ip4/192.0.2.1/tcp/0",
                                 "/ip4/192.0.2.1/tcp/65536",
                                 "/ip4/192.0.2.1/udp/443",
                                 "/ip4/2001:db8::1/tcp/443",
                                 "/ip6/192.0.2.1/tcp/443",
                                 "/dns/192.0.2.1/tcp/443",
                                 "/ip4/a.example/tcp/443",
                                 "ip4/192.0.2.1/tcp/443",
                                 "/ip4/192.0.2.1/tcp/443/",
                                 "/ip4/192.0.2.1/tcp/443/p2p/x",
                                 "/ip4/192.0.2.1/tcp/443/ws/x",
                                 "/ip4/192.0.2.1/tcp/443/p2p",
                                 "/dns/a b/tcp/443",
                                 "/unix/a/tcp/443",
                                 "/ip6/::1%eth0/tcp/443"})
    EXPECT_FALSE(parse_multiaddr(text)) << text;
}

}  // namespace
}  // namespace qnet::peer
