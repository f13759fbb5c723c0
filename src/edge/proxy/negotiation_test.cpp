#include "edge/proxy/negotiation.hpp"

#include <gtest/gtest.h>

namespace qnet::proxy {
namespace {

using peer::ConnectStatus;

base::Bytes hex(std::string_view text) { return base::from_hex(text).value(); }

const base::Bytes kSocks =
    hex("050100"
        "05010003"
        "0b"
        "6578616d706c652e636f6d"
        "01bb");
const std::string kHttp = "CONNECT example.com:443 HTTP/1.1\r\n\r\n";

const Destination* requested(const Negotiation::Step& step) {
  const auto* const request = std::get_if<Negotiation::Request>(&step.outcome);
  return request == nullptr ? nullptr : &request->destination;
}

bool refused(const Negotiation::Step& step) {
  return std::holds_alternative<Negotiation::Refuse>(step.outcome);
}

TEST(Negotiation, speaks_both_protocols_on_one_port) {
  Negotiation socks({});
  const auto by_socks = socks.feed(kSocks);
  ASSERT_NE(requested(by_socks), nullptr);
  EXPECT_EQ(*requested(by_socks), (Destination{"example.com", 443}));
  EXPECT_EQ(by_socks.send, hex("0500"));
  EXPECT_EQ(base::to_hex(socks.reply(ConnectStatus::refused)), "05050001000000000000");

  Negotiation http({});
  const auto by_http = http.feed(base::bytes_of(kHttp));
  ASSERT_NE(requested(by_http), nullptr);
  EXPECT_EQ(*requested(by_http), (Destination{"example.com", 443}));
  EXPECT_EQ(by_http.send, base::Bytes{});
  EXPECT_EQ(base::text_of(http.reply(ConnectStatus::ok)), "HTTP/1.1 200 Connection established\r\n\r\n");
}

TEST(Negotiation, comes_to_the_same_byte_by_byte) {
  for (const auto& input : {kSocks, base::Bytes(kHttp.begin(), kHttp.end())}) {
    Negotiation negotiation({});
    Negotiation::Step last;
    for (const auto& byte : input) {
      ASSERT_TRUE(std::holds_alternative<Negotiation::NeedMore>(last.outcome));
      last = negotiation.feed({&byte, 1});
    }
    ASSERT_NE(requested(last), nullptr);
    EXPECT_EQ(*requested(last), (Destination{"example.com", 443}));
  }
}

TEST(Negotiation, keeps_what_was_sent_behind_the_request) {
  Negotiation negotiation({});
  auto input = kSocks;
  base::append(input, base::bytes_of("early"));
  ASSERT_NE(requested(negotiation.feed(input)), nullptr);
  EXPECT_EQ(base::text_of(negotiation.rest()), "early");
  (void)negotiation.feed(base::bytes_of(" bird"));
  EXPECT_EQ(base::text_of(negotiation.rest()), "early bird");
}

TEST(Negotiation, needs_a_byte_to_begin_with) {
  Negotiation negotiation({});
  EXPECT_TRUE(std::holds_alternative<Negotiation::NeedMore>(negotiation.feed({}).outcome));
  EXPECT_NE(requested(negotiation.feed(kSocks)), nullptr);
}

TEST(Negotiation, rejects_socks4_in_its_own_words) {
  Negotiation negotiation({});
  const auto step = negotiation.feed(hex("04010050c000020100"));
  EXPECT_TRUE(refused(step));
  EXPECT_EQ(base::to_hex(step.send), "005b000000000000");
  const auto again = negotiation.feed(kSocks);
  EXPECT_TRUE(refused(again));
  EXPECT_EQ(again.send, base::Bytes{});
}

TEST(Negotiation, says_nothing_to_other_protocols) {
  for (int byte = 0; byte < 256; ++byte) {
    if (byte == 4 || byte == 5 || (byte >= 'A' && byte <= 'Z')) continue;
    Negotiation negotiation({});
    const auto step = negotiation.feed(base::Bytes{static_cast<std::uint8_t>(byte), 3, 1});
    EXPECT_TRUE(refused(step)) << byte;
    EXPECT_EQ(step.send, base::Bytes{}) << byte;
  }
}

TEST(Negotiation, demands_credentials_in_both_protocols) {
  const Credentials credentials{"alice", "secret"};
  Negotiation socks(credentials);
  const auto by_socks = socks.feed(kSocks);
  EXPECT_TRUE(refused(by_socks));
  EXPECT_EQ(by_socks.send, hex("05ff"));
  Negotiation http(credentials);
  const auto by_http = http.feed(base::bytes_of(kHttp));
  EXPECT_TRUE(refused(by_http));
  EXPECT_TRUE(base::text_of(by_http.send).starts_with("HTTP/1.1 407 "));
}

TEST(Negotiation, has_nothing_to_reply_before_a_request) {
  Negotiation negotiation({});
  EXPECT_EQ(negotiation.reply(ConnectStatus::ok), base::Bytes{});
  (void)negotiation.feed(hex("0501"));
  EXPECT_EQ(negotiation.reply(ConnectStatus::ok), base::Bytes{});
  EXPECT_EQ(negotiation.rest().size(), 0U);
}

}  // namespace
}  // namespace qnet::proxy
