#include "network/mdns/message.hpp"

#include <gtest/gtest.h>

namespace qnet::mdns {
namespace {

base::Bytes bytes(std::string_view hex) { return *base::from_hex(hex); }

// "_p2p._udp.local" and a query for it, by hand from RFC 1035 §4.
constexpr const char* kService = "045f703270045f756470056c6f63616c00";
const std::string kQuery = std::string("000000000001000000000000") + kService + "000c0001";

TEST(MdnsMessage, a_query_is_written_as_the_rfc_says) {
  Message message;
  message.questions.push_back({"_p2p._udp.local", 12, false});
  EXPECT_EQ(base::to_hex(encode(message)), kQuery);
  const auto read = decode(bytes(kQuery));
  ASSERT_TRUE(read);
  EXPECT_EQ(*read, message);
}

TEST(MdnsMessage, reads_names_that_are_folded_together) {
  // An answer: the PTR's target is "abc" and a pointer to the service's name at offset 12.
  const auto packet = bytes(std::string("000084000000000100000000") + kService + "000c000100000078" + "0006" +
                            "03616263" + "c00c");
  const auto read = decode(packet);
  ASSERT_TRUE(read) << read.error().message();
  ASSERT_EQ(read->answers.size(), 1U);
  EXPECT_EQ(read->answers[0].target, "abc._p2p._udp.local");
  EXPECT_EQ(read->answers[0].ttl, 120U);
}

TEST(MdnsMessage, refuses_names_that_point_at_themselves_or_forward) {
  for (const auto* const name : {"c00c", "c00d", "c0ff", "03616263c00c"})
    EXPECT_FALSE(decode(bytes(std::string("000000000001000000000000") + name + "000c0001"))) << name;
}

TEST(MdnsMessage, refuses_a_packet_that_is_cut_anywhere) {
  Message message;
  message.response = true;
  Record record{"a.local", 16, true, 120};
  record.texts = {"one", "two"};
  message.answers.push_back(record);
  const auto whole = encode(message);
  ASSERT_TRUE(decode(whole));
  for (std::size_t size = 0; size < whole.size(); ++size)
    EXPECT_FALSE(decode(base::ByteView(whole).first(size))) << size;
}

TEST(MdnsMessage, bounds_what_is_announced) {
  EXPECT_FALSE(decode(bytes("00000000ffffffffffffffff")));
  EXPECT_FALSE(decode(base::Bytes(MessageLimits::message + 1)));
}

TEST(MdnsMessage, reads_past_records_of_other_types) {
  const auto packet = bytes(
      "0000840000000002000000000161000001000100000078"
      "0004c0000201"
      "0162000010000100000078"
      "0002"
      "0178");
  const auto read = decode(packet);
  ASSERT_TRUE(read);
  ASSERT_EQ(read->answers.size(), 2U);
  EXPECT_EQ(read->answers[1].texts, std::vector<std::string>{"x"});
}

TEST(MdnsMessage, names_are_compared_without_case_and_dots_in_labels_are_kept_apart) {
  const auto upper = bytes("000000000001000000000000045f50325000000c0001");
  EXPECT_EQ(decode(upper)->questions[0].name, "_p2p");
  const auto dotted = bytes("00000000000100000000000003612e6200000c0001");
  const auto read = decode(dotted);
  ASSERT_TRUE(read);
  EXPECT_EQ(read->questions[0].name, "a\\.b");
  EXPECT_EQ(encode(*read), dotted);
}

TEST(MdnsMessage, ignores_other_operations_and_errors) {
  EXPECT_FALSE(decode(bytes("000008000000000000000000")));
  EXPECT_FALSE(decode(bytes("000080030000000000000000")));
}

}  // namespace
}  // namespace qnet::mdns
