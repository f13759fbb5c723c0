#include "edge/exit/allow_entry.hpp"

#include <gtest/gtest.h>

namespace qnet::exit {
namespace {

ip::IpAddress ip(const char* text) { return ip::IpAddress::parse(text).value(); }

TEST(AllowEntry, names_an_address_and_a_port) {
  const auto v4 = parse_allow_entry("127.0.0.1:8090");
  ASSERT_TRUE(v4);
  EXPECT_EQ(std::get<ip::IpAddress>(v4->host), ip("127.0.0.1"));
  EXPECT_EQ(v4->port, 8090);
  EXPECT_FALSE(v4->target);
  const auto v6 = parse_allow_entry("[::1]:443");
  ASSERT_TRUE(v6);
  EXPECT_EQ(std::get<ip::IpAddress>(v6->host), ip("::1"));
}

TEST(AllowEntry, leads_a_name_to_an_address) {
  const auto entry = parse_allow_entry("Site.QNet.demo:8090=127.0.0.1:9000");
  ASSERT_TRUE(entry);
  EXPECT_EQ(std::get<ip::HostName>(entry->host).text, "site.qnet.demo");
  EXPECT_EQ(entry->port, 8090);
  EXPECT_EQ(entry->target, (Destination{ip("127.0.0.1"), 9000}));
  EXPECT_EQ(parse_allow_entry("site.qnet.demo:80=::1")->target, (Destination{ip("::1"), 80}));
  EXPECT_EQ(parse_allow_entry("site.qnet.demo:80=[::1]:81")->target, (Destination{ip("::1"), 81}));
  EXPECT_FALSE(parse_allow_entry("www.example.com:8443")->target);
}

TEST(AllowEntry, says_what_is_wrong_with_it) {
  const auto error = [](const char* text) { return parse_allow_entry(text).error(); };
  for (const auto* text : {"127.0.0.1", "::1", "[::1]", "site.qnet.demo"})
    EXPECT_TRUE(error(text).is(AllowEntryErrc::no_port)) << text;
  for (const auto* text :
       {"127.0.0.1:", "127.0.0.1:0", "127.0.0.1:65536", "127.0.0.1:80x", "site.qnet.demo:-1"})
    EXPECT_TRUE(error(text).is(AllowEntryErrc::bad_port)) << text;
  for (const auto* text :
       {"", ":80", "127.1:80", "0x7f.0.0.1:80", "[::1:80", "[::1]80", "*:80", "*.qnet.demo:80"})
    EXPECT_TRUE(error(text).is(AllowEntryErrc::bad_host)) << text;
  for (const auto* text : {"a.demo:80=", "a.demo:80=b.demo:80", "a.demo:80=127.1", "a.demo:80=127.0.0.1:0",
                           "127.0.0.1:80=127.0.0.2:80"})
    EXPECT_TRUE(error(text).is(AllowEntryErrc::bad_target)) << text;
  EXPECT_EQ(error("127.0.0.1").message(), "the allow entry names no port: 127.0.0.1");
}

}  // namespace
}  // namespace qnet::exit
