#include "network/mdns/discovery.hpp"

#include <gtest/gtest.h>

#include "foundation/base/testing/seeded_random.hpp"

namespace qnet::mdns {
namespace {

using namespace std::chrono_literals;

peer::PeerId peer(std::uint8_t seed) {
  crypto::Ed25519Public key{};
  key.fill(seed);
  return peer::PeerId(key);
}

class DiscoveryTest : public ::testing::Test {
 protected:
  base::testing::SeededRandom random_{1};
  Discovery relay_{Announcement{peer(1), 443}, random_};
  Discovery looker_{std::nullopt, random_};
  /// Of one record about one peer, as the looker hears it.
  std::vector<Found> heard_of(const std::vector<std::string>& addresses, std::uint32_t ttl) {
    return looker_.receive(encode(about(addresses, ttl)), kNear, link_, now_).found;
  }

  static Message about(const std::vector<std::string>& addresses, std::uint32_t ttl) {
    Message message;
    message.response = true;
    Record record{"x._p2p._udp.local", 16, true, ttl};
    for (const auto& address : addresses)
      record.texts.push_back("dnsaddr=" + address + "/p2p/" + peer(2).to_text());
    message.answers.push_back(record);
    return message;
  }

  static constexpr Sender kNear{0xc0a80107, true};  // 192.168.1.7
  static constexpr Sender kNearResolver{0xc0a80107, false};
  static constexpr Sender kFar{0xc6336401, true};  // 198.51.100.1
  static constexpr Sender kFarResolver{0xc6336401, false};
  // 192.168.1.5/24 and 10.0.0.9/8
  std::vector<Subnet> link_{{0xc0a80105, 0xffffff00}, {0x0a000009, 0xff000000}};
  Discovery::Time now_{1h};
};

TEST_F(DiscoveryTest, who_looks_finds_who_announces) {
  const auto answered = relay_.receive(looker_.query(), kNear, link_, now_);
  ASSERT_TRUE(answered.reply);
  EXPECT_FALSE(answered.reply->unicast);
  const auto heard = looker_.receive(answered.reply->packet, kNear, link_, now_);
  const std::vector<Found> expected{{peer(1), {{"192.168.1.5", 443}, {"10.0.0.9", 443}}, 360s}};
  EXPECT_EQ(heard.found, expected);
}

TEST_F(DiscoveryTest, the_answer_has_libp2ps_form_and_a_random_name) {
  const auto answered = relay_.receive(looker_.query(), kNear, link_, now_);
  const auto message = decode(answered.reply->packet);
  ASSERT_TRUE(message);
  ASSERT_EQ(message->answers.size(), 1U);
  EXPECT_EQ(message->answers[0].name, "_p2p._udp.local");
  const auto name = message->answers[0].target;
  EXPECT_TRUE(name.ends_with("._p2p._udp.local"));
  EXPECT_EQ(name.find('.'), 32U);
  EXPECT_EQ(name.find(peer(1).to_text()), std::string::npos);
  ASSERT_EQ(message->additional.size(), 1U);
  EXPECT_EQ(message->additional[0].name, name);
  EXPECT_EQ(message->additional[0].texts[0], "dnsaddr=/ip4/192.168.1.5/tcp/443/p2p/" + peer(1).to_text());
}

TEST_F(DiscoveryTest, who_only_looks_is_found_by_nobody) {
  EXPECT_FALSE(looker_.receive(relay_.query(), kNear, link_, now_).reply);
}

TEST_F(DiscoveryTest, answers_once_a_second_at_most) {
  EXPECT_TRUE(relay_.receive(looker_.query(), kNear, link_, now_).reply);
  EXPECT_FALSE(relay_.receive(looker_.query(), kNear, link_, now_ + 999ms).reply);
  EXPECT_TRUE(relay_.receive(looker_.query(), kNear, link_, now_ + 1s).reply);
}

TEST_F(DiscoveryTest, does_not_answer_who_knows_it_already) {
  const auto first = decode(relay_.receive(looker_.query(), kNear, link_, now_).reply->packet);
  Message query;
  query.questions.push_back({kService, 12, false});
  query.answers = first->answers;
  EXPECT_FALSE(relay_.receive(encode(query), kNear, link_, now_ + 10s).reply);
  query.answers[0].ttl = 10;
  EXPECT_TRUE(relay_.receive(encode(query), kNear, link_, now_ + 20s).reply);
}

TEST_F(DiscoveryTest, a_simple_resolver_is_answered_alone_with_its_own_question) {
  Message query;
  query.id = 77;
  query.questions.push_back({kService, 12, false});
  const auto answered = relay_.receive(encode(query), kNearResolver, link_, now_);
  ASSERT_TRUE(answered.reply);
  EXPECT_TRUE(answered.reply->unicast);
  const auto message = decode(answered.reply->packet);
  EXPECT_EQ(message->id, 77);
  EXPECT_EQ(message->questions, query.questions);
}

TEST_F(DiscoveryTest, takes_no_answers_from_other_ports_and_none_of_its_own) {
  const auto answered = relay_.receive(looker_.query(), kNear, link_, now_);
  EXPECT_TRUE(looker_.receive(answered.reply->packet, kNearResolver, link_, now_).found.empty());
  EXPECT_TRUE(relay_.receive(answered.reply->packet, kNear, link_, now_).found.empty());
}

TEST_F(DiscoveryTest, answers_nobody_from_another_network) {
  EXPECT_FALSE(relay_.receive(looker_.query(), kFar, link_, now_).reply);
  EXPECT_FALSE(relay_.receive(looker_.query(), kFarResolver, link_, now_).reply);
  EXPECT_FALSE(relay_.receive(looker_.query(), {0x7f000001, true}, link_, now_).reply);
  EXPECT_FALSE(relay_.receive(looker_.query(), kNear, {}, now_).reply);
  // They take nothing from those who are answered once a second.
  EXPECT_TRUE(relay_.receive(looker_.query(), kNear, link_, now_).reply);
}

TEST_F(DiscoveryTest, believes_nobody_from_another_network) {
  const auto answered = relay_.receive(looker_.query(), kNear, link_, now_);
  EXPECT_TRUE(looker_.receive(answered.reply->packet, kFar, link_, now_).found.empty());
}

TEST_F(DiscoveryTest, believes_only_addresses_in_its_network) {
  for (const auto* const lie :
       {"/dns/relay.example.com/tcp/443", "/dns4/relay.example.com/tcp/443", "/ip4/198.51.100.1/tcp/443",
        "/ip4/127.0.0.1/tcp/443", "/ip4/192.168.1.255/tcp/443", "/ip4/224.0.0.251/tcp/443",
        "/ip6/fe80::1/tcp/443", "/ip4/192.168.1.7/udp/443"})
    EXPECT_TRUE(heard_of({lie}, 120).empty()) << lie;
  const std::vector<Found> expected{{peer(2), {{"192.168.1.7", 443}}, 120s}};
  EXPECT_EQ(heard_of({"/dns/relay.example.com/tcp/443", "/ip4/192.168.1.7/tcp/443"}, 120), expected);
}

TEST_F(DiscoveryTest, believes_two_addresses_of_a_peer) {
  const std::vector<Found> expected{{peer(2), {{"192.168.1.7", 1}, {"192.168.1.8", 1}}, 120s}};
  EXPECT_EQ(heard_of({"/ip4/192.168.1.7/tcp/1", "/ip4/192.168.1.7/tcp/1", "/ip4/192.168.1.8/tcp/1",
                      "/ip4/192.168.1.9/tcp/1"},
                     120),
            expected);
}

TEST_F(DiscoveryTest, tells_how_long_it_is_true_and_who_says_goodbye) {
  EXPECT_EQ(heard_of({"/ip4/192.168.1.7/tcp/1"}, 75)[0].ttl, 75s);
  const std::vector<Found> goodbye{{peer(2), {}, 0s}};
  EXPECT_EQ(heard_of({"/ip4/192.168.1.7/tcp/1"}, 0), goodbye);
  auto renamed = about({"/ip4/192.168.1.7/tcp/1"}, 0);
  renamed.additional = about({"/ip4/192.168.1.7/tcp/1"}, 120).answers;
  renamed.additional[0].name = "y._p2p._udp.local";
  const std::vector<Found> alive{{peer(2), {{"192.168.1.7", 1}}, 120s}};
  EXPECT_EQ(looker_.receive(encode(renamed), kNear, link_, now_).found, alive);
}

TEST_F(DiscoveryTest, says_back_no_question_but_its_own) {
  // A name of 250 bytes, and 61 pointers to it: 0.7 KB that would become 16 KB.
  Message query;
  std::string name = std::string(62, 'a');
  for (int i = 0; i < 3; ++i) name += "." + std::string(61, 'b');
  query.questions.push_back({name, 12, false});
  auto packet = encode(query);
  const auto pointer = base::from_hex("c00c000c0001").value();
  for (int i = 0; i < 61; ++i) base::append(packet, pointer);
  base::append(packet, base::from_hex("045f703270045f756470056c6f63616c00000c0001").value());
  packet[5] = 63;
  ASSERT_EQ(decode(packet)->questions.size(), 63U);
  ASSERT_GT(encode(*decode(packet)).size(), 15'000U);

  const auto answered = relay_.receive(packet, kNearResolver, link_, now_);
  ASSERT_TRUE(answered.reply);
  EXPECT_LT(answered.reply->packet.size(), packet.size());
  EXPECT_EQ(decode(answered.reply->packet)->questions, (std::vector<Question>{{kService, 12, false}}));
}

TEST_F(DiscoveryTest, fits_a_reply_with_all_addresses_into_one_frame) {
  const std::vector<Subnet> many(20, Subnet{0xdfffff66, 0xffffff00});  // 223.255.255.102
  const Discovery::Time later = now_ + 1h;
  Discovery relay(Announcement{peer(1), 65535}, random_);
  for (const bool multicast : {true, false}) {
    const auto at = multicast ? now_ : later;
    const auto answered = relay.receive(looker_.query(), {0xdfffff01, multicast}, many, at);
    ASSERT_TRUE(answered.reply);
    EXPECT_LT(answered.reply->packet.size(), 1472U);
    EXPECT_EQ(decode(answered.reply->packet)->additional[0].texts.size(), 8U);
  }
}

TEST_F(DiscoveryTest, passes_over_addresses_that_are_none) {
  Message message;
  message.response = true;
  Record record{"x._p2p._udp.local", 16, true, 120};
  record.texts = {"",
                  "dnsaddr=",
                  "dnsaddr=/ip4/10.2.3.4/udp/1/quic-v1/p2p/" + peer(2).to_text(),
                  "dnsaddr=/ip4/10.2.3.4/tcp/1",
                  "dnsaddr=/ip4/10.2.3.4/tcp/1/p2p/" + peer(2).to_text(),
                  "other=x"};
  message.answers.push_back(record);
  const auto heard = looker_.receive(encode(message), kNear, link_, now_);
  ASSERT_EQ(heard.found.size(), 1U);
  EXPECT_EQ(heard.found[0].addresses.size(), 1U);
}

}  // namespace
}  // namespace qnet::mdns
