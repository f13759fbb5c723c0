#include "protocol/websocket/codec.hpp"

#include <gtest/gtest.h>

#include "foundation/base/testing/seeded_random.hpp"

namespace qnet::websocket {
namespace {

class Codecs : public ::testing::Test {
 protected:
  std::string carry(Codec& from, Codec& to, const std::string& text) {
    base::ByteQueue wire;
    base::ByteQueue data;
    base::ByteQueue answers;
    from.send(base::bytes_of(text), wire);
    EXPECT_TRUE(to.receive(wire.view(), data, answers));
    return std::string(base::text_of(data.view()));
  }
  bool takes(Role role, std::string_view bytes) {
    Codec codec(role, random);
    base::ByteQueue data;
    base::ByteQueue answers;
    const bool taken = codec.receive(base::bytes_of(bytes), data, answers).has_value();
    received = base::text_of(data.view());
    answered = base::text_of(answers.view());
    ended = codec.at_end();
    return taken;
  }

  base::testing::SeededRandom random{1};
  Codec client{Role::client, random};
  Codec server{Role::server, random};
  std::string received;
  std::string answered;
  bool ended = false;
};

TEST_F(Codecs, carry_every_length_form_both_ways) {
  for (const std::size_t size : {0U, 1U, 125U, 126U, 32'768U, 65'535U, 65'536U}) {
    std::string text(size, '\0');
    random.fill({reinterpret_cast<std::uint8_t*>(text.data()), size});
    EXPECT_EQ(carry(client, server, text), text);
    EXPECT_EQ(carry(server, client, text), text);
  }
}

TEST_F(Codecs, mask_what_a_client_sends_only) {
  base::ByteQueue wire;
  client.send(base::bytes_of("AAAAAAAA"), wire);
  EXPECT_EQ(base::text_of(wire.view()).find("AAAA"), std::string_view::npos);
  wire.clear();
  server.send(base::bytes_of("AAAA"), wire);
  EXPECT_EQ(base::text_of(wire.view()), std::string_view("\x82\x04"
                                                         "AAAA"));
}

// RFC 6455 §5.7.
TEST_F(Codecs, answer_the_pings_of_the_rfc) {
  EXPECT_TRUE(takes(Role::client, std::string_view("\x89\x05Hello")));
  EXPECT_EQ(answered.size(), 11U);
  EXPECT_EQ(answered.substr(0, 2), "\x8a\x85");
  EXPECT_TRUE(takes(Role::server, std::string_view("\x89\x85\x37\xfa\x21\x3d\x7f\x9f\x4d\x51\x58")));
  EXPECT_EQ(answered, "\x8a\x05Hello");
}

TEST_F(Codecs, join_a_fragmented_message_with_a_ping_inside) {
  EXPECT_TRUE(takes(Role::client, std::string_view("\x02\x03Hel\x89\x00\x80\x02lo", 11)));
  EXPECT_EQ(received, "Hello");
}

TEST_F(Codecs, end_at_a_close_and_answer_it_once) {
  EXPECT_TRUE(takes(Role::client, std::string_view("\x82\x02hi\x88\x02\x03\xe8garbage")));
  EXPECT_TRUE(ended);
  EXPECT_EQ(received, "hi");
  EXPECT_EQ(answered.size(), 8U);
}

TEST_F(Codecs, refuse_what_rfc_6455_forbids) {
  for (const auto bytes :
       {std::string_view("\x82\x85\x01\x02\x03\x04Hello"), std::string_view("\x81\x05Hello"),
        std::string_view("\xc2\x05Hello"), std::string_view("\x80\x05Hello"),
        std::string_view("\x02\x01"
                         "A\x82\x01"
                         "B"),
        std::string_view("\x09\x00", 2), std::string_view("\x89\x7e\x00\x7e", 4),
        std::string_view("\x8b\x00", 2), std::string_view("\x82\x7e\x00\x05Hello", 9),
        std::string_view("\x82\x7f\x00\x00\x00\x00\x00\x00\xff\xff", 10),
        std::string_view("\x82\x7f\x80\x00\x00\x00\x00\x01\x00\x00", 10)})
    EXPECT_FALSE(takes(Role::client, bytes)) << base::to_hex(base::bytes_of(bytes));
  EXPECT_FALSE(takes(Role::server, std::string_view("\x82\x05Hello")));
}

TEST_F(Codecs, stop_answering_one_who_reads_no_answers) {
  base::ByteQueue data;
  base::ByteQueue answers;
  Codec codec(Role::client, random);
  const std::string ping = "\x89\x7d" + std::string(125, 'x');
  bool taken = true;
  for (int i = 0; taken && i < 2000; ++i)
    taken = codec.receive(base::bytes_of(ping), data, answers).has_value();
  EXPECT_FALSE(taken);
}

}  // namespace
}  // namespace qnet::websocket
