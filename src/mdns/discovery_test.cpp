#include "mdns/discovery.hpp"

#include <gtest/gtest.h>

#include "base/testing/seeded_random.hpp"

namespace qnet::mdns {
namespace {

using namespace std::chrono_literals;

mesh::PeerId peer(std::uint8_t seed) {
  crypto::Ed25519Public key{};
  key.fill(seed);
  return mesh::PeerId(key);
}

class DiscoveryTest : public ::testing::Test {
 protected:
  base::testing::SeededRandom random_{1};
  Discovery relay_{Announcement{peer(1), 443}, random_};
  Discovery looker_{std::nullopt, random_};
  std::vector<std::string> own_{"192.168.1.5", "10.0.0.9"};
  Discovery::Time now_{1h};
};

TEST_F(DiscoveryTest, who_looks_finds_who_announces) {
  const auto answered = relay_.receive(looker_.query(), {}, own_, now_);
  ASSERT_TRUE(answered.reply);
  EXPECT_FALSE(answered.reply->unicast);
  const auto heard = looker_.receive(answered.reply->packet, {}, {}, now_);
  const std::vector<Found> expected{{peer(1), {{"192.168.1.5", 443}, {"10.0.0.9", 443}}}};
  EXPECT_EQ(heard.found, expected);
}

TEST_F(DiscoveryTest, the_answer_has_libp2ps_form_and_a_random_name) {
  const auto answered = relay_.receive(looker_.query(), {}, own_, now_);
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
  EXPECT_FALSE(looker_.receive(relay_.query(), {}, own_, now_).reply);
}

TEST_F(DiscoveryTest, answers_once_a_second_at_most) {
  EXPECT_TRUE(relay_.receive(looker_.query(), {}, own_, now_).reply);
  EXPECT_FALSE(relay_.receive(looker_.query(), {}, own_, now_ + 999ms).reply);
  EXPECT_TRUE(relay_.receive(looker_.query(), {}, own_, now_ + 1s).reply);
}

TEST_F(DiscoveryTest, does_not_answer_who_knows_it_already) {
  const auto first = decode(relay_.receive(looker_.query(), {}, own_, now_).reply->packet);
  Message query;
  query.questions.push_back({kService, 12, false});
  query.answers = first->answers;
  EXPECT_FALSE(relay_.receive(encode(query), {}, own_, now_ + 10s).reply);
  query.answers[0].ttl = 10;
  EXPECT_TRUE(relay_.receive(encode(query), {}, own_, now_ + 20s).reply);
}

TEST_F(DiscoveryTest, a_simple_resolver_is_answered_alone_with_its_own_question) {
  Message query;
  query.id = 77;
  query.questions.push_back({kService, 12, false});
  const auto answered = relay_.receive(encode(query), {false}, own_, now_);
  ASSERT_TRUE(answered.reply);
  EXPECT_TRUE(answered.reply->unicast);
  const auto message = decode(answered.reply->packet);
  EXPECT_EQ(message->id, 77);
  EXPECT_EQ(message->questions, query.questions);
}

TEST_F(DiscoveryTest, takes_no_answers_from_other_ports_and_none_of_its_own) {
  const auto answered = relay_.receive(looker_.query(), {}, own_, now_);
  EXPECT_TRUE(looker_.receive(answered.reply->packet, {false}, {}, now_).found.empty());
  EXPECT_TRUE(relay_.receive(answered.reply->packet, {}, own_, now_).found.empty());
}

TEST_F(DiscoveryTest, passes_over_addresses_that_are_none) {
  Message message;
  message.response = true;
  Record record{"x._p2p._udp.local", 16, true, 120};
  record.texts = {"",
                  "dnsaddr=",
                  "dnsaddr=/ip4/1.2.3.4/udp/1/quic-v1/p2p/" + peer(2).to_text(),
                  "dnsaddr=/ip4/1.2.3.4/tcp/1",
                  "dnsaddr=/ip4/1.2.3.4/tcp/1/p2p/" + peer(2).to_text(),
                  "other=x"};
  message.answers.push_back(record);
  const auto heard = looker_.receive(encode(message), {}, {}, now_);
  ASSERT_EQ(heard.found.size(), 1U);
  EXPECT_EQ(heard.found[0].addresses.size(), 1U);
}

TEST_F(DiscoveryTest, asks_ever_more_rarely) {
  auto pause = looker_.next_pause();
  EXPECT_GE(pause, 1s + 20ms);
  EXPECT_LE(pause, 1s + 120ms);
  for (int i = 0; i < 20; ++i) pause = looker_.next_pause();
  EXPECT_GE(pause, 5min);
}

}  // namespace
}  // namespace qnet::mdns
