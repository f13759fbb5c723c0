// QNet's yamux against js-libp2p's, in both roles, over a TCP connection on loopback.
#include <gtest/gtest.h>

#include "foundation/crypto/hash.hpp"
#include "node_peer.hpp"

namespace qnet::mux {
namespace {

using testing::NodePeer;

constexpr std::size_t kMebibyte = 1024 * 1024;

base::Bytes pattern(std::size_t size) {
  base::Bytes bytes(size);
  for (std::size_t i = 0; i < size; ++i) bytes[i] = static_cast<std::uint8_t>(i * 13 + (i >> 10));
  return bytes;
}

class YamuxNode : public ::testing::TestWithParam<Role> {};

TEST_P(YamuxNode, carries_64_mebibytes_both_ways_at_once) {
  NodePeer node(GetParam());
  auto& mux = node.mux();
  const auto stream = *mux.open();
  ASSERT_EQ(mux.send(stream, base::bytes_of("e")), 1U);
  const auto sent = pattern(64 * kMebibyte);
  base::Bytes received;
  received.reserve(sent.size());
  std::size_t at = 0;
  bool finished = false;
  ASSERT_TRUE(node.run_until(
      [&] {
        at += mux.send(stream, base::ByteView(sent).subspan(at));
        if (at == sent.size() && !finished) {
          mux.finish(stream);
          finished = true;
        }
        const auto view = mux.peek(stream);
        base::append(received, view);
        mux.consume(stream, view.size());
        return mux.at_end(stream) || node.was_reset(stream);
      },
      120));
  EXPECT_EQ(received.size(), sent.size());
  EXPECT_TRUE(received == sent);
  EXPECT_FALSE(node.was_reset(stream));
}

TEST_P(YamuxNode, echoes_64_mebibytes_that_node_sends) {
  NodePeer node(GetParam());
  EXPECT_EQ(node.ask("o1 67108864"), "ok");
}

TEST_P(YamuxNode, serves_200_streams_of_node_at_once) {
  NodePeer node(GetParam());
  EXPECT_EQ(node.ask("o200 70000"), "ok");
  EXPECT_EQ(node.opened_by_node().size(), 200U);
  EXPECT_TRUE(node.run_until([&] { return node.mux().stream_count() == 0; }));
}

TEST_P(YamuxNode, has_200_streams_open_at_node_at_once) {
  NodePeer node(GetParam());
  auto& mux = node.mux();
  const auto sent = pattern(70'000);
  std::map<StreamId, base::Bytes> received;
  for (int n = 0; n < 200; ++n) {
    const auto stream = *mux.open();
    ASSERT_EQ(mux.send(stream, base::bytes_of("e")), 1U);
    ASSERT_EQ(mux.send(stream, sent), sent.size());
    mux.finish(stream);
    received[stream];
  }
  EXPECT_EQ(mux.stream_count(), 200U);
  ASSERT_TRUE(node.run_until([&] {
    for (auto& [stream, bytes] : received) {
      const auto view = mux.peek(stream);
      base::append(bytes, view);
      mux.consume(stream, view.size());
    }
    return mux.stream_count() == 0;
  }));
  for (const auto& [stream, bytes] : received) EXPECT_TRUE(bytes == sent) << stream;
  EXPECT_EQ(node.ask("c"), "0") << "streams left at node";
}

TEST_P(YamuxNode, answers_come_after_our_end) {
  NodePeer node(GetParam());
  const std::string text = "half-closed";
  EXPECT_EQ(node.ask("h" + text), "11 " + base::to_hex(crypto::sha256(base::bytes_of(text))));
}

TEST_P(YamuxNode, sees_a_reset_by_node) {
  NodePeer node(GetParam());
  const auto stream = *node.mux().open();
  node.mux().send(stream, base::bytes_of("a"));
  EXPECT_TRUE(node.run_until([&] { return node.was_reset(stream); }));
  EXPECT_EQ(node.ask("hstill alive").substr(0, 3), "11 ");
}

TEST_P(YamuxNode, resets_a_stream_of_node) {
  NodePeer node(GetParam());
  node.echo_streams = false;
  const auto asked = *node.mux().open();
  node.mux().send(asked, base::bytes_of("r"));
  node.mux().finish(asked);
  ASSERT_TRUE(node.run_until([&] { return node.opened_by_node().size() == 1; }));
  node.mux().reset(*node.opened_by_node().begin());
  ASSERT_TRUE(node.run_until([&] { return node.mux().at_end(asked) || node.mux().readable(asked) > 0; }));
  EXPECT_EQ(base::text_of(node.mux().peek(asked)), "reset");
}

TEST_P(YamuxNode, ends_after_a_go_away_of_node) {
  NodePeer node(GetParam());
  EXPECT_EQ(node.ask("g"), "bye");
  EXPECT_TRUE(node.run_until([&] { return node.connection_ended(); }));
  EXPECT_EQ(node.mux().peer_went_away(), 0U);
  EXPECT_EQ(node.exit_code(), 0);
}

INSTANTIATE_TEST_SUITE_P(Roles, YamuxNode, ::testing::Values(Role::initiator, Role::responder),
                         [](const auto& role) {
                           return role.param == Role::initiator ? "initiator" : "responder";
                         });

}  // namespace
}  // namespace qnet::mux
